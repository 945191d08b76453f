package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestKilled: a run of the program itself that is killed in the middle leaves
// the files that were there before, and no half one; a rerun succeeds.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program and kills it")
	}
	program := filepath.Join(t.TempDir(), "kanzei")
	if text, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, text)
	}
	const head = "id,hts,origin,entry_date,value_usd\n"
	for _, name := range []string{"out.csv", "out.parquet"} {
		for _, old := range []string{"", "of an earlier run"} {
			dir := t.TempDir()
			out := filepath.Join(dir, name)
			rejects := out + ".rejects.csv"
			if old != "" {
				for _, f := range []string{out, rejects} {
					if err := os.WriteFile(f, []byte(old), 0o644); err != nil {
						t.Fatal(err)
					}
				}
			}
			c := exec.Command(program, "rate", "-", "-o", out)
			in, err := c.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			// The program takes what it can hold and no more: when a million
			// rows are taken, batches of them have been rated and written.
			var b strings.Builder
			b.WriteString(head)
			for i := range 1_000_000 {
				fmt.Fprintf(&b, "%d,8703230140,JP,2025-04-15,30000\n", i)
				if i%1000 == 0 {
					b.WriteString("bad\n")
				}
			}
			if _, err := io.WriteString(in, b.String()); err != nil {
				t.Fatal(err)
			}
			if err := c.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			if err := c.Wait(); err == nil {
				t.Fatal("it ended before it was killed")
			}
			left, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range left {
				temporary := strings.HasPrefix(f.Name(), "."+name) && strings.HasSuffix(f.Name(), ".part")
				if !temporary && (old == "" || f.Name() != name && f.Name() != name+".rejects.csv") {
					t.Errorf("%s: left behind", f.Name())
				}
			}
			if old != "" {
				for _, f := range []string{out, rejects} {
					if text, err := os.ReadFile(f); err != nil || string(text) != old {
						t.Errorf("%s held %q, now %q (%v)", f, old, text, err)
					}
				}
			}
			c = exec.Command(program, "rate", "-", "-o", out)
			c.Stdin = strings.NewReader(head + "1,8703230140,JP,2025-04-15,30000\nbad\n")
			if text, err := c.CombinedOutput(); err != nil || !strings.HasPrefix(string(text), "1 rows rated, 1 rejected") {
				t.Errorf("a rerun: %v: %s", err, text)
			}
			for _, f := range []string{out, rejects} {
				if s, err := os.Stat(f); err != nil || s.Size() <= int64(len(old)) {
					t.Errorf("a rerun left %s: %v", f, err)
				}
			}
		}
	}
}
