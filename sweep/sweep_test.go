package sweep_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kanzei"
	"kanzei/sweep"
)

func identity(items int) sweep.Identity {
	return sweep.Identity{Kind: "test", Program: sweep.Sum([]byte("program")), Inputs: []sweep.Input{{Name: "edition", Hash: "e1"}}, Spec: []byte(`{"seed": 7}`), Items: items}
}

// work is some arithmetic that hangs on the number alone, of any length.
func work(_ context.Context, item int) ([]byte, error) {
	r := rand.New(rand.NewPCG(7, uint64(item)))
	out := make([]byte, 0, 64)
	for range r.IntN(8) {
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(math.Sin(r.Float64())))
	}
	return out, nil
}

func merged(t testing.TB, names ...string) []byte {
	t.Helper()
	f, err := sweep.Gather(names...)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "merged")
	if err := f.Write(out); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func plan(t testing.TB, items, shards int) *sweep.Manifest {
	t.Helper()
	m, err := sweep.Plan(filepath.Join(t.TempDir(), "sweep"), identity(items), shards)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Any cut, any order, any machine: the same bytes, which are those of the work.
func TestCut(t *testing.T) {
	const items = 101
	var want []byte
	for _, shards := range []int{1, 2, 7, 101} {
		m := plan(t, items, shards)
		for _, i := range rand.Perm(shards) {
			if err := m.Run(t.Context(), i+1, work, sweep.Options{Workers: 1 + shards%3}); err != nil {
				t.Fatal(err)
			}
		}
		got := merged(t, m.Dir())
		if want == nil {
			want = got
		} else if !bytes.Equal(got, want) {
			t.Errorf("%d shards give other bytes than 1", shards)
		}
		f, err := sweep.Gather(m.Dir())
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Whole(); err != nil {
			t.Error(err)
		}
		next := 0
		if err := f.Each(func(item int, b []byte) error {
			w, _ := work(t.Context(), item)
			if item != next || !bytes.Equal(b, w) {
				t.Errorf("item %d: %x, want item %d: %x", item, b, next, w)
			}
			next++
			return nil
		}); err != nil || next != items {
			t.Errorf("%d items, %v", next, err)
		}
	}
}

// Shards of two plans of the same work, and files merged from parts of them,
// merge to the same bytes in any grouping.
func TestMergeAssociative(t *testing.T) {
	a, b := plan(t, 60, 3), plan(t, 60, 5)
	for _, i := range []int{1, 2} { // items 0 to 39
		if err := a.Run(t.Context(), i, work, sweep.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, i := range []int{5} { // 48 to 59
		if err := b.Run(t.Context(), i, work, sweep.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	c := plan(t, 60, 15)
	for _, i := range []int{11, 12} { // 40 to 47
		if err := c.Run(t.Context(), i, work, sweep.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	want := merged(t, a.Dir(), b.Dir(), c.Dir())
	whole := plan(t, 60, 4)
	if err := whole.RunAll(t.Context(), work, sweep.Options{}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, merged(t, whole.Dir())) {
		t.Error("parts of three plans differ from one plan")
	}
	rapid.Check(t, func(rt *rapid.T) {
		files := []string{a.Path(1), a.Path(2), b.Path(5), c.Path(11), c.Path(12)}
		dir, err := os.MkdirTemp("", "sweep")
		if err != nil {
			rt.Fatal(err)
		}
		defer os.RemoveAll(dir)
		for n := 0; len(files) > 1; n++ {
			k := rapid.IntRange(2, len(files)).Draw(rt, "files")
			files = rapid.Permutation(files).Draw(rt, "order")
			f, err := sweep.Gather(files[:k]...)
			if err != nil {
				rt.Fatal(err)
			}
			out := filepath.Join(dir, strconv.Itoa(n))
			if err := f.Write(out); err != nil {
				rt.Fatal(err)
			}
			files = append([]string{out}, files[k:]...)
		}
		got, err := os.ReadFile(files[0])
		if err != nil || !bytes.Equal(got, want) {
			rt.Errorf("another grouping, other bytes (%v)", err)
		}
	})
}

// A run cut short goes on where it stopped: what was done is not done again.
func TestResume(t *testing.T) {
	m := plan(t, 50, 1)
	var calls atomic.Int64
	failing := errors.New("out of luck")
	err := m.Run(t.Context(), 1, func(ctx context.Context, item int) ([]byte, error) {
		calls.Add(1)
		if item == 30 {
			return nil, failing
		}
		return work(ctx, item)
	}, sweep.Options{Workers: 1})
	if !errors.Is(err, failing) {
		t.Fatalf("error %v", err)
	}
	s, err := m.Status()
	if err != nil || s[0].Done != 30 || s[0].Whole {
		t.Errorf("status %+v, %v", s, err)
	}
	calls.Store(0)
	found := -1
	if err := m.Run(t.Context(), 1, func(ctx context.Context, item int) ([]byte, error) {
		calls.Add(1)
		return work(ctx, item)
	}, sweep.Options{Progress: func(_, f, _ int) { found = f }}); err != nil {
		t.Fatal(err)
	}
	if calls.Load() != 20 || found != 30 {
		t.Errorf("%d items done and %d found, want 20 and 30", calls.Load(), found)
	}
	// A whole shard is left alone.
	if err := m.Run(t.Context(), 1, nil, sweep.Options{}); err != nil {
		t.Error(err)
	}
	other := plan(t, 50, 1)
	if err := other.RunAll(t.Context(), work, sweep.Options{}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(merged(t, m.Dir()), merged(t, other.Dir())) {
		t.Error("resumed run differs")
	}
}

// A fault of the work is the error of the run, which keeps what was done.
func TestFault(t *testing.T) {
	m := plan(t, 10, 1)
	err := m.Run(t.Context(), 1, func(ctx context.Context, item int) ([]byte, error) {
		if item == 6 {
			panic("no such luck")
		}
		return work(ctx, item)
	}, sweep.Options{Workers: 1})
	var f *kanzei.Fault
	if !errors.As(err, &f) {
		t.Fatalf("error %v", err)
	}
	if s, err := m.Status(); err != nil || s[0].Done != 6 {
		t.Errorf("status %+v, %v", s, err)
	}
}

// A part that was torn at any byte is taken up at the last result that is whole.
func TestTorn(t *testing.T) {
	m := plan(t, 12, 1)
	if err := m.RunAll(t.Context(), work, sweep.Options{}); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(m.Path(1))
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(m.Path(1))
	for cut := range whole {
		torn := slices.Clone(whole[:cut])
		if cut%3 == 0 { // and dirt behind it
			torn = append(torn, "garbage"...)
		}
		if err := os.WriteFile(m.Path(1)+".part", torn, 0o666); err != nil {
			t.Fatal(err)
		}
		if err := m.RunAll(t.Context(), work, sweep.Options{Workers: 2}); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(m.Path(1))
		if err != nil || !bytes.Equal(got, whole) {
			t.Fatalf("cut at %d: differs (%v)", cut, err)
		}
		os.Remove(m.Path(1))
	}
}

func TestRefused(t *testing.T) {
	fresh := func(items, shards int) *sweep.Manifest {
		m := plan(t, items, shards)
		if err := m.RunAll(t.Context(), work, sweep.Options{}); err != nil {
			t.Fatal(err)
		}
		return m
	}
	flip := func(name string, at int) {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if at < 0 {
			at += len(b)
		}
		b[at] ^= 1
		if err := os.WriteFile(name, b, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	refuse := func(name string, err error, code, where string) {
		t.Helper()
		var p *kanzei.Problem
		if !errors.As(err, &p) || p.Code != code || !strings.HasPrefix(p.Where, where) || p.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	gather := func(names ...string) error {
		f, err := sweep.Gather(names...)
		if err == nil {
			err = f.Whole()
		}
		return err
	}
	for _, at := range []int{0, 30, 150, -1, -40} {
		m := fresh(40, 2)
		flip(m.Path(2), at)
		refuse(fmt.Sprintf("byte %d turned", at), gather(m.Dir()), "sweep.corrupt", m.Path(2))
		refuse(fmt.Sprintf("byte %d turned, run", at), m.Run(t.Context(), 2, work, sweep.Options{}), "sweep.corrupt", m.Path(2))
	}
	m := fresh(40, 4)
	os.Remove(m.Path(3))
	refuse("missing", gather(m.Dir()), "sweep.missing", m.Dir())
	if err := gather(m.Dir()); !strings.Contains(err.Error(), "3/4") {
		t.Errorf("missing shard not named: %v", err)
	}
	m, n := fresh(40, 4), fresh(40, 3)
	refuse("twice", gather(m.Dir(), n.Dir()), "sweep.duplicate", "")
	refuse("one file twice", gather(m.Dir(), m.Path(1)), "sweep.duplicate", m.Path(1))
	id := identity(40)
	id.Inputs[0].Hash = "e2"
	stale, err := sweep.Plan(filepath.Join(t.TempDir(), "stale"), id, 4)
	if err != nil {
		t.Fatal(err)
	}
	if err := stale.RunAll(t.Context(), work, sweep.Options{}); err != nil {
		t.Fatal(err)
	}
	refuse("plan of another edition", gather(m.Dir(), stale.Dir()), "sweep.stale", stale.Dir())
	if err := os.Rename(stale.Path(2), m.Path(2)); err != nil {
		t.Fatal(err)
	}
	refuse("shard of another edition", gather(m.Dir()), "sweep.stale", m.Path(2))
	m = fresh(40, 4)
	if err := os.Rename(m.Path(1), m.Path(2)); err != nil {
		t.Fatal(err)
	}
	refuse("shard under another name", gather(m.Dir()), "sweep.corrupt", m.Path(2))
	refuse("no folder", gather(filepath.Join(t.TempDir(), "none")), "sweep.none", "")
	refuse("no plan", gather(t.TempDir()), "sweep.none", "")
	refuse("parts without a plan", gather(n.Path(1)), "sweep.plan", "")
	m = fresh(40, 4)
	b, err := os.ReadFile(filepath.Join(m.Dir(), "sweep.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(m.Dir(), "sweep.json"), bytes.Replace(b, []byte(`"seed": 7`), []byte(`"seed": 8`), 1), 0o666); err != nil {
		t.Fatal(err)
	}
	refuse("edited plan", gather(m.Dir()), "sweep.damaged", m.Dir())
	m = plan(t, 40, 4)
	_, err = sweep.Plan(m.Dir(), identity(40), 5)
	refuse("planned anew", err, "sweep.planned", m.Dir())
	if _, err = sweep.Plan(m.Dir(), identity(40), 4); err != nil {
		t.Errorf("the same plan again: %v", err)
	}
	_, err = sweep.Plan(t.TempDir(), identity(40), 41)
	refuse("more shards than items", err, "sweep.shards", "")
	_, err = sweep.Plan(t.TempDir(), identity(0), 1)
	refuse("nothing", err, "sweep.empty", "")
	refuse("no such shard", m.Run(t.Context(), 5, work, sweep.Options{}), "sweep.shard", "")
}

// Two runs of one shard exclude each other.
func TestBusy(t *testing.T) {
	m := plan(t, 4, 1)
	at, leave := make(chan bool), make(chan bool)
	var once atomic.Bool
	ended := make(chan error, 1)
	go func() {
		ended <- m.Run(context.Background(), 1, func(ctx context.Context, item int) ([]byte, error) {
			if once.CompareAndSwap(false, true) {
				close(at)
			}
			<-leave
			return work(ctx, item)
		}, sweep.Options{})
	}()
	<-at
	var p *kanzei.Problem
	if err := m.Run(t.Context(), 1, work, sweep.Options{}); !errors.As(err, &p) || p.Code != "sweep.busy" {
		t.Errorf("second run: %v", err)
	}
	close(leave)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// The program is killed again and again; the result is that of a quiet run.
func TestKill(t *testing.T) {
	if dir := os.Getenv("KANZEI_SWEEP_KILL"); dir != "" {
		m, err := sweep.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.RunAll(t.Context(), func(ctx context.Context, item int) ([]byte, error) {
			time.Sleep(time.Millisecond)
			return work(ctx, item)
		}, sweep.Options{Workers: 2}); err != nil {
			t.Fatal(err)
		}
		return
	}
	const items = 400
	m := plan(t, items, 2)
	done := func() (n int) {
		s, err := m.Status()
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range s {
			n += x.Done
		}
		return n
	}
	before := 0
	for _, share := range []float64{0.3, 0.7, 1} {
		c := exec.Command(os.Args[0], "-test.run", "^TestKill$")
		c.Env = append(os.Environ(), "KANZEI_SWEEP_KILL="+m.Dir())
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if share == 1 {
			if err := c.Wait(); err != nil {
				t.Fatal(err)
			}
			break
		}
		for float64(done()) < share*items {
			time.Sleep(time.Millisecond)
		}
		c.Process.Kill()
		c.Wait()
		now := done()
		if now < before {
			t.Errorf("%d items done after %d", now, before)
		}
		before = now
	}
	quiet := plan(t, items, 2)
	if err := quiet.RunAll(t.Context(), work, sweep.Options{}); err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= 2; i++ {
		a, err := os.ReadFile(m.Path(i))
		if err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(quiet.Path(i))
		if err != nil || !bytes.Equal(a, b) {
			t.Errorf("shard %d differs after kills (%v)", i, err)
		}
	}
}

func FuzzShard(f *testing.F) {
	m := plan(f, 6, 1)
	if err := m.RunAll(context.Background(), work, sweep.Options{}); err != nil {
		f.Fatal(err)
	}
	b, err := os.ReadFile(m.Path(1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:len(b)-1])
	f.Fuzz(func(t *testing.T, data []byte) {
		name := filepath.Join(t.TempDir(), "shard")
		if err := os.WriteFile(name, data, 0o666); err != nil {
			t.Fatal(err)
		}
		s, err := sweep.Gather(name)
		if err != nil {
			var p *kanzei.Problem
			if !errors.As(err, &p) {
				t.Fatal(err)
			}
			return
		}
		if err := s.Each(func(int, []byte) error { return nil }); err != nil {
			t.Fatal(err)
		}
	})
}
