package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"kanzei"
	"kanzei/api"
	"kanzei/mcp"
	"kanzei/server"
	"kanzei/ui"
)

type serveCmd struct {
	Addr      string        `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where to listen; port 0 takes a free one."`
	Host      []string      `placeholder:"NAME" help:"Names the server answers to, beside those of this machine on a loopback address."`
	Cors      []string      `name:"cors" placeholder:"ORIGIN" help:"Origins of pages elsewhere that may ask, such as https://example.org; * for any."`
	TokenFile string        `placeholder:"FILE" help:"File with the bearer token that requests must carry (or KANZEI_TOKEN in the environment; default: none)."`
	RateLimit float64       `placeholder:"N" default:"-1" help:"Requests a second that a client may make, 0 for no limit (default: 50, none on a loopback address); behind a proxy all are one client."`
	MaxDraws  int           `placeholder:"N" default:"400" help:"Draws that a request for impact may ask for."`
	Drain     time.Duration `placeholder:"TIME" default:"10s" help:"How long requests under way may go on when the server is told to stop."`
	Log       string        `enum:"text,json,none" default:"text" help:"Log of requests: text, json or none."`
}

func (c *serveCmd) Run(e *env) error {
	token, err := bearer(c.TokenFile)
	if err != nil {
		return err
	}
	if c.MaxDraws < 1 {
		return &kanzei.Problem{Code: "impact.draws", Where: "--max-draws", Msg: fmt.Sprintf("%d draws", c.MaxDraws), Hint: "give 1 or more"}
	}
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return cannotListen(c.Addr, err)
	}
	defer l.Close()
	at, _ := l.Addr().(*net.TCPAddr)
	loopback := at != nil && at.IP.IsLoopback()
	limit := c.RateLimit
	if limit < 0 {
		if limit = 50; loopback {
			limit = 0
		}
	}
	log := c.logger(e.err)
	desk := api.New(api.Options{Engine: e.engine, Version: stamp(), MaxDraws: c.MaxDraws})
	tools, err := mcp.New(desk, log)
	if err != nil {
		return err
	}
	pages, err := ui.New(desk)
	if err != nil {
		return err
	}
	defer pages.Close()
	h, err := server.New(server.Options{Desk: desk, Pages: pages, MCP: mcp.Handler(tools, log), Loopback: loopback, Hosts: c.Host, Origins: c.Cors, Token: token, Rate: limit, Log: log})
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	loaded := make(chan error, 1)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		err := h.Load()
		if err != nil {
			cancel(err) // law that cannot be read answers nothing
		}
		loaded <- err
	}()
	fmt.Fprintf(e.err, "kanzei: listening on http://%s\n", l.Addr())
	if !loopback && token == "" {
		fmt.Fprintln(e.err, "kanzei: anyone who reaches this address may ask; --token-file FILE asks for a token")
	}
	err = server.Serve(ctx, l, h, c.Drain)
	select {
	case failed := <-loaded:
		if failed != nil {
			return failed
		}
	default:
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &kanzei.Problem{Code: "serve.drain", Msg: fmt.Sprintf("requests under way were cut off after %v", c.Drain), Hint: "give them longer with --drain"}
	}
	return err
}

func (c *serveCmd) logger(w io.Writer) *slog.Logger {
	switch c.Log {
	case "json":
		return slog.New(slog.NewJSONHandler(w, nil))
	case "text":
		return slog.New(slog.NewTextHandler(w, nil))
	}
	return slog.New(slog.DiscardHandler)
}

// bearer reads the token from a file or the environment; never from an
// argument, which everyone on the machine can read.
func bearer(file string) (string, error) {
	token := os.Getenv("KANZEI_TOKEN")
	if file != "" {
		b, err := os.ReadFile(file)
		if err != nil {
			return "", &kanzei.Problem{Code: "serve.token", Where: "--token-file", Msg: "cannot read " + file, Hint: "name a file that holds the token on one line"}
		}
		if token = strings.TrimSpace(string(b)); token == "" {
			return "", &kanzei.Problem{Code: "serve.token", Where: "--token-file", Msg: file + " is empty", Hint: "name a file that holds the token on one line"}
		}
	}
	if token != "" && len(token) < 16 {
		return "", &kanzei.Problem{Code: "serve.token", Msg: fmt.Sprintf("a token of %d characters can be guessed", len(token)), Hint: "take 16 or more, such as from: openssl rand -hex 32"}
	}
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", &kanzei.Problem{Code: "serve.token", Msg: "the token has characters that a request cannot carry", Hint: "take letters and digits, such as from: openssl rand -hex 32"}
	}
	return token, nil
}

func cannotListen(addr string, err error) error {
	hint := "name an address of this machine and a port, such as 127.0.0.1:8080"
	why := err.Error()
	var op *net.OpError
	if errors.As(err, &op) {
		why = op.Err.Error()
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		why, hint = "the address is in use", "stop what listens there, or take another port with --addr"
	}
	return &kanzei.Problem{Code: "serve.listen", Where: "--addr", Msg: fmt.Sprintf("cannot listen on %s: %s", addr, why), Hint: hint}
}

// stamp names the program for tags of answers: its version, and a hash of the
// executable where that does not say from which source it was built.
var stamp = sync.OnceValue(func() string {
	v := version()
	if !strings.Contains(v, "devel") && !strings.Contains(v, "dirty") {
		return v
	}
	path, err := os.Executable()
	if err != nil {
		return v
	}
	f, err := os.Open(path)
	if err != nil {
		return v
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return v
	}
	return v + "+" + hex.EncodeToString(h.Sum(nil)[:6])
})
