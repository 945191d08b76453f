#!/bin/bash
# Runs a sweep on a real Slurm of three node daemons on this host, kills a node
# in the middle, and compares the bytes with those of a run without Slurm.
# Usage: slurm.sh KANZEI SWEEPFILE SHARDS. Needs Debian's slurm-wlm and munge, and root.
set -eu
kanzei=$(realpath "$1") file=$(realpath "$2") shards=$3
work=$(mktemp -d)
export SLURM_CONF=$work/slurm.conf
host=$(hostname -s)

cleanup() {
	status=$?
	[ $status = 0 ] || tail -n 20 "$work"/*.log "$work"/grid/slurm-*.log 2>/dev/null || true
	pkill -F "$work/ctld.pid" 2>/dev/null || true
	for n in 1 2 3; do pkill -F "$work/d$n.pid" 2>/dev/null || true; done
	[ -z "${munge:-}" ] || kill "$munge" 2>/dev/null || true
	for _ in $(seq 50); do pgrep -F "$work/ctld.pid" >/dev/null 2>&1 || break; sleep 0.1; done
	rm -rf "$work" || true
}
trap cleanup EXIT

{
	echo "ClusterName=sweep
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=7817
AuthType=auth/munge
CryptoType=crypto/munge
AuthInfo=socket=$work/munge.socket
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool.%n
SlurmctldPidFile=$work/ctld.pid
SlurmdPidFile=$work/%n.pid
SlurmctldLogFile=$work/ctld.log
SlurmdLogFile=$work/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=2,requeue_setup_env_fail
ReturnToService=2
SlurmdTimeout=5
SlurmdParameters=config_overrides
MinJobAge=30
JobRequeue=1"
	for n in 1 2 3; do echo "NodeName=d$n NodeHostname=$host NodeAddr=127.0.0.1 Port=$((17817 + n)) CPUs=1 State=UNKNOWN"; done
	echo "PartitionName=all Nodes=d[1-3] Default=YES MaxTime=INFINITE State=UP"
} >"$SLURM_CONF"
mkdir "$work/state" && for n in 1 2 3; do mkdir "$work/spool.d$n"; done

head -c 1024 /dev/urandom >"$work/munge.key" && chmod 400 "$work/munge.key"
chmod 755 "$work"
munged --foreground --force --key-file="$work/munge.key" --socket="$work/munge.socket" --pid-file="$work/munge.pid" \
	--log-file="$work/munge.log" --seed-file="$work/munge.seed" &
munge=$!
for _ in $(seq 50); do [ -S "$work/munge.socket" ] && break; sleep 0.1; done
slurmctld
for n in 1 2 3; do slurmd -N "d$n"; done
for _ in $(seq 100); do [ "$(sinfo -h -o %T -t idle | head -n 1)" = idle ] && [ "$(sinfo -h -o %D -t idle)" = 3 ] && break; sleep 0.2; done
sinfo -h -o '%D nodes %T'

ms() { date +%s%3N; }
cd "$(dirname "$file")"
t0=$(ms)
"$kanzei" sweep plan "$file" -o "$work/plain" --shards "$shards"
"$kanzei" sweep run "$work/plain"
"$kanzei" sweep merge "$work/plain" -o "$work/plain.parquet" >"$work/plain.txt"
t1=$(ms)
quiet="$work/a plan %a of" # a name that sbatch could read otherwise
"$kanzei" sweep plan "$file" -o "$quiet" --shards "$shards"
"$kanzei" sweep submit "$quiet" --slurm -o "$work/quiet.parquet" >"$work/quiet.txt"
t2=$(ms)
"$kanzei" sweep plan "$file" -o "$work/grid" --shards "$shards"
"$kanzei" sweep submit "$work/grid" --slurm -o "$work/grid.parquet" >"$work/grid.txt" &
submit=$!
# Once something is done, node 2 dies with all that runs on it.
killed=no
while kill -0 $submit 2>/dev/null; do
	busy=$(squeue -h -w d2 -t R -o %A 2>/dev/null | head -n 1 || true)
	if [ $killed = no ] && [ -n "$busy" ] && ls "$work"/grid/shard-*.part >/dev/null 2>&1; then
		sleep 0.5
		pkill -KILL -F "$work/d2.pid"
		pkill -KILL -f "slurmstepd: \[$busy" || true
		for p in $(pgrep -f "sweep run $work/grid" || true); do
			grep -qz "^SLURMD_NODENAME=d2$" "/proc/$p/environ" 2>/dev/null && kill -KILL "$p" || true
		done
		killed=yes
		echo "node d2 killed with job $busy on it"
	fi
	sleep 0.1
done
wait $submit
t3=$(ms)
[ $killed = yes ] || { echo "no node was killed: the sweep is too short"; exit 1; }
for i in $(seq "$shards"); do
	name=$(printf 'shard-%05d-of-%05d' "$i" "$shards")
	cmp "$work/plain/$name" "$quiet/$name"
	[ -e "$quiet/slurm-$i.log" ]
	cmp "$work/plain/$name" "$work/grid/$name"
done
for with in quiet grid; do
	cmp "$work/plain.parquet" "$work/$with.parquet"
	cmp "$work/plain.txt" "$work/$with.txt"
done
echo "same bytes; without Slurm $((t1 - t0)) ms, with it $((t2 - t1)) ms, with it and a node lost $((t3 - t2)) ms"
