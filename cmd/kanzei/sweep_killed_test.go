package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"kanzei/sweep"
)

// TestSweepKilled kills a sweep with SIGKILL at 30 and at 70 percent of its
// items, resumes it, runs it as the shards of two machines that cut it
// differently, and on one processor; everything has the bytes of an undisturbed
// run. It prints the work lost to each kill and how the sweep scales. SWEEP names
// another sweep file, SHARDS the number of shards (`make test-kill`).
func TestSweepKilled(t *testing.T) {
	if dir := os.Getenv("KANZEI_KILLED_SWEEP"); dir != "" {
		if err := killable(dir, os.Getenv("KANZEI_KILLED_SHARDS"), os.Getenv("KANZEI_KILLED_TRACE")); err != nil {
			t.Fatal(err)
		}
		return
	}
	file, shards := os.Getenv("SWEEP"), 4
	if file == "" {
		if testing.Short() {
			t.Skip("solves two hundred equilibria")
		}
		file = filepath.Join(t.TempDir(), "small.yaml")
		if err := os.WriteFile(file, []byte("sweep: impact\non: 2025-04-15\nscenarios: [today, lapse]\ndraws: 23\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if s := os.Getenv("SHARDS"); s != "" {
		var err error
		if shards, err = strconv.Atoi(s); err != nil || shards%2 != 0 {
			t.Fatalf("SHARDS=%s: give an even number", s)
		}
	}
	other := max(2, shards*5/8/2*2) // of the second machine, even too
	k := &killing{t: t, file: file, dir: t.TempDir()}

	quiet, items := k.plan("quiet", shards)
	begun := time.Now()
	two := k.run(quiet, "", 2, nil)
	text := k.merge("quiet", quiet)
	merging := time.Since(begun) - two.wall

	killed, _ := k.plan("killed", shards)
	for _, percent := range []int{30, 70} {
		lost := k.run(killed, "", 2, func(done int) bool { return 100*done >= percent*items }).lost
		// What is in flight, and what waits for an earlier item (sweep.extend).
		if most := 5 * 2; lost > most {
			t.Errorf("killed at %d %%: %d items begun were lost, more than the %d that can be in flight", percent, lost, most)
		}
		t.Logf("killed at %d %% of %d items: %d items in flight were lost, %.2f %% of a shard of %d", percent, items, lost, 100*float64(lost*shards)/float64(items), items/shards)
	}
	k.run(killed, "", 2, nil)
	k.same("killed and resumed", text, k.merge("killed", killed))
	for i := 1; i <= shards; i++ {
		k.sameFile(quiet.Path(i), killed.Path(i))
	}

	a, _ := k.plan("a", shards)
	b, _ := k.plan("b", other)
	k.run(b, shardList(other/2+1, other), 2, nil)
	k.run(a, shardList(1, shards/2), 2, nil)
	k.same("two machines", text, k.merge("machines", b, a))
	t.Logf("shards 1 to %d of %d and %d to %d of %d merge to the bytes of the undisturbed run", shards/2, shards, other/2+1, other, other)

	alone, _ := k.plan("alone", 1)
	one := k.run(alone, "", 1, nil)
	k.same("one processor", text, k.merge("alone", alone))
	t.Logf("%d items on one processor in %.1f s (%.1f s of CPU), on two in %.1f s (%.1f s): %.0f %% of ideal", items, one.wall.Seconds(), one.cpu.Seconds(), two.wall.Seconds(), two.cpu.Seconds(), 100*one.wall.Seconds()/2/two.wall.Seconds())
	t.Logf("without the first tenth, which holds the start: %.2f items a second on one, %.2f on two: %.0f %% of ideal", one.rate, two.rate, 100*two.rate/2/one.rate)
	t.Logf("a process is at its first item after %.1f s; merging takes %.1f s", two.start.Seconds(), merging.Seconds())
}

// shardList lists shards from a to b.
func shardList(a, b int) string {
	var out []string
	for i := a; i <= b; i++ {
		out = append(out, strconv.Itoa(i))
	}
	return strings.Join(out, ",")
}

// killable runs shards of a sweep as kanzei sweep run does, all without a list.
// In trace it leaves a byte for each item begun and one for each done, which a
// kill does not take back.
func killable(dir, shards, trace string) error {
	m, err := sweep.Open(dir)
	if err != nil {
		return err
	}
	w, err := openSweep(&env{io.Discard, os.Stderr, ""}, m)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(trace, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	do := func(ctx context.Context, item int) ([]byte, error) {
		f.WriteString("b")
		out, err := w.do()(ctx, item)
		f.WriteString("d")
		return out, err
	}
	o := sweep.Options{Workers: w.workers()}
	if shards == "" {
		return m.RunAll(context.Background(), do, o)
	}
	for s := range strings.SplitSeq(shards, ",") {
		i, err := strconv.Atoi(s)
		if err != nil {
			return err
		}
		if err := m.Run(context.Background(), i, do, o); err != nil {
			return err
		}
	}
	return nil
}

// A killing is a sweep run again and again.
type killing struct {
	t    *testing.T
	file string
	dir  string
}

func (k *killing) env() *env { return &env{io.Discard, io.Discard, ""} }

func (k *killing) plan(name string, shards int) (*sweep.Manifest, int) {
	k.t.Helper()
	w, err := readSweep(k.env(), k.file)
	if err != nil {
		k.t.Fatal(err)
	}
	m, err := planned(w, k.file, filepath.Join(k.dir, name), shards)
	if err != nil {
		k.t.Fatal(err)
	}
	return m, m.Items
}

// A ran process: how long it took, until its first item, and the items that it
// began and did not keep.
type ran struct {
	wall, start, cpu time.Duration
	rate             float64 // items a second behind the first tenth
	lost             int
}

// run runs shards in a process of their own, which is killed when so many items
// are done, counting those of earlier processes.
func (k *killing) run(m *sweep.Manifest, shards string, processors int, kill func(done int) bool) (r ran) {
	k.t.Helper()
	kept := func() (n int) {
		states, err := m.Status()
		if err != nil {
			k.t.Fatal(err)
		}
		for _, s := range states {
			n += s.Done
		}
		return n
	}
	before := kept()
	trace := filepath.Join(k.dir, "trace")
	if err := os.WriteFile(trace, nil, 0o644); err != nil {
		k.t.Fatal(err)
	}
	counts := func() (begun, done int) {
		b, err := os.ReadFile(trace)
		if err != nil {
			k.t.Fatal(err)
		}
		done = bytes.Count(b, []byte("d"))
		return len(b) - done, done
	}
	c := exec.Command(os.Args[0], "-test.run", "^TestSweepKilled$", "-test.timeout", "0")
	c.Env = append(os.Environ(), "KANZEI_KILLED_SWEEP="+m.Dir(), "KANZEI_KILLED_SHARDS="+shards, "KANZEI_KILLED_TRACE="+trace, fmt.Sprint("GOMAXPROCS=", processors))
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	at := time.Now()
	var tenth time.Time
	first := 0
	if err := c.Start(); err != nil {
		k.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	watch := time.NewTicker(20 * time.Millisecond)
	defer watch.Stop()
	for {
		select {
		case err := <-ended:
			r.wall, r.cpu = time.Since(at), c.ProcessState.UserTime()+c.ProcessState.SystemTime()
			if kill == nil && err != nil {
				k.t.Fatalf("%v\n%s", err, out.Bytes())
			}
			if _, done := counts(); !tenth.IsZero() {
				r.rate = float64(done-first) / time.Since(tenth).Seconds()
			}
			if kill != nil {
				if err == nil {
					k.t.Fatal("it ended before it was killed")
				}
				begun, _ := counts()
				r.lost = begun - (kept() - before)
			}
			return r
		case <-watch.C:
			begun, done := counts()
			if r.start == 0 && begun > 0 {
				r.start = time.Since(at)
			}
			if tenth.IsZero() && 10*done >= m.Items {
				tenth, first = time.Now(), done
			}
			if kill != nil && kill(before+done) {
				c.Process.Kill()
			}
		}
	}
}

// merge merges folders as kanzei sweep merge does, and returns table and text.
func (k *killing) merge(name string, plans ...*sweep.Manifest) []byte {
	k.t.Helper()
	var text bytes.Buffer
	c := &sweepMerge{Out: filepath.Join(k.dir, name+".parquet")}
	for _, m := range plans {
		c.In = append(c.In, m.Dir())
	}
	if err := c.Run(&env{&text, io.Discard, ""}); err != nil {
		k.t.Fatal(err)
	}
	b, err := os.ReadFile(c.Out)
	if err != nil {
		k.t.Fatal(err)
	}
	return append(b, text.Bytes()...)
}

func (k *killing) same(what string, want, got []byte) {
	k.t.Helper()
	if !bytes.Equal(want, got) {
		k.t.Errorf("%s: other bytes than the undisturbed run", what)
	}
}

func (k *killing) sameFile(a, b string) {
	k.t.Helper()
	x, err := os.ReadFile(a)
	if err != nil {
		k.t.Fatal(err)
	}
	y, err := os.ReadFile(b)
	if err != nil {
		k.t.Fatal(err)
	}
	k.same(filepath.Base(b), x, y)
}
