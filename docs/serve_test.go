package docs

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
)

// served is kanzei serve, started when the first page asks it.
var served server

type server struct {
	once    sync.Once
	process *exec.Cmd
	url     string
	err     error
}

// base is the address that the book writes.
const base = "http://127.0.0.1:8080"

func (s *server) start() (string, error) {
	s.once.Do(func() {
		s.process = exec.Command(program, "serve", "--addr", "127.0.0.1:0", "--log", "none")
		says, err := s.process.StderrPipe()
		if err == nil {
			err = s.process.Start()
		}
		if err != nil {
			s.err = err
			return
		}
		line, err := bufio.NewReader(says).ReadString('\n')
		_, at, ok := strings.Cut(strings.TrimSpace(line), "listening on ")
		if err != nil || !ok {
			s.err = fmt.Errorf("kanzei serve says %q", line)
			return
		}
		s.url = at
		go io.Copy(io.Discard, says)
	})
	return s.url, s.err
}

func (s *server) stop() {
	if s.process != nil && s.process.Process != nil {
		s.process.Process.Kill()
		s.process.Wait()
	}
}

// curl asks the server as curl would: URL, -s, -H 'Name: value', -d TEXT or
// --data-binary @FILE.
func curl(args []string, dir string) ([]byte, error) {
	root, err := served.start()
	if err != nil {
		return nil, err
	}
	method, url, body := "GET", "", ""
	header := http.Header{}
	for i := 0; i < len(args); i++ {
		switch args[i] {
		case "-s":
		case "-H":
			i++
			k, v, _ := strings.Cut(args[i], ": ")
			header.Set(k, v)
		case "-d", "--data-binary":
			i++
			method, body = "POST", args[i]
			if file, ok := strings.CutPrefix(body, "@"); ok {
				b, err := os.ReadFile(filepath.Join(dir, file))
				if err != nil {
					return nil, err
				}
				body = string(b)
			}
		default:
			path, ok := strings.CutPrefix(args[i], base)
			if !ok {
				return nil, fmt.Errorf("curl %s: the book asks %s only", args[i], base)
			}
			url = root + path
		}
	}
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header = header
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	return io.ReadAll(answer.Body)
}
