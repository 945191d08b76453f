package main

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// mostBytes is how large the program may be, built as make build does.
const mostBytes = 60 << 20

// TestStart builds the program as make build does and prints its size and how
// long after its start the first duty is answered.
func TestStart(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	tool, err := exec.LookPath("go")
	if err != nil {
		t.Skip("no go command to build the program with")
	}
	program := filepath.Join(t.TempDir(), "kanzei")
	build := exec.Command(tool, "build", "-trimpath", "-ldflags=-s -w", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	info, err := os.Stat(program)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > mostBytes {
		t.Errorf("the program has %d bytes, more than %d", info.Size(), mostBytes)
	}
	cmd := exec.Command(program, "serve", "--addr", "127.0.0.1:0", "--log", "none")
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(said).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "kanzei: listening on ")
	if err != nil || !ok {
		t.Fatalf("%q %v", line, err)
	}
	res, err := http.Get(url + "/api/v1/duty?hts=8703.23.01.40&from=JP&value=30000&on=2025-04-15")
	took := time.Since(begun)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 200 {
		t.Errorf("the first duty is answered with %s", res.Status)
	}
	t.Logf("%.1f MB; the first duty %d ms after the start", float64(info.Size())/1e6, took.Milliseconds())
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("stopped with %v", err)
	}
}
