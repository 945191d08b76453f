package sweep

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"kanzei"
)

// Slurm says how shards are run as an array of jobs.
type Slurm struct {
	Command []string // the program and what stands before "sweep run"
	CPUs    int      // a shard
	Options []string // of sbatch, such as --partition=long
	Every   time.Duration
	// Progress, when set, is told how many items of all are done.
	Progress func(done, found, of int)
}

// Script is the job script for some shards. A job that is requeued after its
// node has failed goes on where it was.
func (s *Slurm) Script(m *Manifest, shards []int) (string, error) {
	dir, err := filepath.Abs(m.dir)
	if err != nil {
		return "", err
	}
	log := strings.ReplaceAll(filepath.Join(dir, "slurm-"), "%", "%%") + "%a.log"
	if strings.ContainsAny(log, " \t#") {
		log = `"` + log + `"` // sbatch reads its options as a shell does
	}
	var b strings.Builder
	b.WriteString("#!/bin/sh\n")
	for _, o := range append([]string{"--job-name=kanzei-" + m.Work[:8], "--array=" + ranges(shards), fmt.Sprintf("--cpus-per-task=%d", s.CPUs),
		"--requeue", "--open-mode=append", "--output=" + log}, s.Options...) {
		if strings.ContainsAny(o, "\n\r") {
			return "", &kanzei.Problem{Code: "sweep.slurm", Where: "--option", Msg: fmt.Sprintf("%q holds a line break", o), Hint: "give one option of sbatch at a time"}
		}
		b.WriteString("#SBATCH " + o + "\n")
	}
	fmt.Fprintf(&b, "export GOMAXPROCS=%d\nexec", s.CPUs)
	for _, a := range append(slices.Clone(s.Command), "sweep", "run", dir, "--shard") {
		b.WriteString(" " + quoted(a))
	}
	fmt.Fprintf(&b, " \"$SLURM_ARRAY_TASK_ID/%d\"\n", m.Shards)
	return b.String(), nil
}

// quoted is a word of the shell.
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// ranges writes ascending numbers as Slurm does: 1-4,7.
func ranges(n []int) string {
	var out []string
	for i := 0; i < len(n); {
		k := i
		for k+1 < len(n) && n[k+1] == n[k]+1 {
			k++
		}
		if k == i {
			out = append(out, strconv.Itoa(n[i]))
		} else {
			out = append(out, fmt.Sprintf("%d-%d", n[i], n[k]))
		}
		i = k + 1
	}
	return strings.Join(out, ",")
}

var jobNumber = regexp.MustCompile(`^[0-9]+`)

// Submit runs the shards that are not whole as an array of jobs and follows them
// to their end. When ctx is done it leaves the jobs to run. A shard that is not
// whole when all jobs have ended is a *kanzei.Problem.
func (s *Slurm) Submit(ctx context.Context, m *Manifest) error {
	states, err := m.Status()
	if err != nil {
		return err
	}
	var shards []int
	found := 0
	for _, x := range states {
		found += x.Done
		if !x.Whole {
			shards = append(shards, x.Shard)
		}
	}
	if len(shards) == 0 {
		return nil
	}
	script, err := s.Script(m, shards)
	if err != nil {
		return err
	}
	name := filepath.Join(m.dir, "slurm.sh")
	if err := replace(name, []byte(script)); err != nil {
		return err
	}
	out, err := slurm(ctx, "sbatch", "--parsable", name)
	if err != nil {
		return err
	}
	job := jobNumber.FindString(strings.TrimSpace(out))
	if job == "" {
		return &kanzei.Problem{Code: "sweep.slurm", Where: "sbatch", Msg: fmt.Sprintf("answers %q, which names no job", out), Hint: "run sbatch " + name + " by hand and see"}
	}
	every := s.Every
	if every <= 0 {
		every = 2 * time.Second
	}
	unheard := 0
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(every):
		}
		if states, err = m.Status(); err != nil {
			return err
		}
		done := 0
		shards = shards[:0]
		for _, x := range states {
			done += x.Done
			if !x.Whole {
				shards = append(shards, x.Shard)
			}
		}
		if s.Progress != nil {
			s.Progress(done, found, m.Items)
		}
		if len(shards) == 0 {
			return nil
		}
		out, err := slurm(ctx, "squeue", "--noheader", "--jobs="+job, "--format=%T")
		switch {
		case err == nil && strings.TrimSpace(out) == "", err != nil && strings.Contains(err.Error(), "Invalid job id"):
			if states, err = m.Status(); err != nil {
				return err
			}
			var lacking []string
			for _, x := range states {
				if !x.Whole {
					lacking = append(lacking, fmt.Sprintf("%d/%d", x.Shard, m.Shards))
				}
			}
			if len(lacking) == 0 {
				return nil
			}
			return &kanzei.Problem{Code: "sweep.missing", Where: m.dir, Msg: fmt.Sprintf("job %s has ended and %d shards are not whole: %s", job, len(lacking), strings.Join(lacking, ", ")),
				Hint: "see slurm-*.log there; the same command submits what is missing"}
		case err != nil:
			// A controller that restarts does not answer for a while.
			if unheard++; unheard > 30 {
				return err
			}
		default:
			unheard = 0
		}
	}
}

// slurm runs a command of Slurm.
func slurm(ctx context.Context, name string, args ...string) (string, error) {
	c := exec.CommandContext(ctx, name, args...)
	c.Env = append(os.Environ(), "LC_ALL=C")
	var stderr strings.Builder
	c.Stderr = &stderr
	out, err := c.Output()
	if err == nil {
		return string(out), nil
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	msg := strings.TrimSpace(strings.ReplaceAll(stderr.String(), "\n", " "))
	if msg == "" {
		msg = err.Error()
	}
	return "", &kanzei.Problem{Code: "sweep.slurm", Where: name, Msg: msg, Hint: "run this where Slurm's commands work"}
}
