// Load asks a running server for random duties from many clients at once and
// prints how it bears it. It fails on an answer that is no duty.
//
//	go run ./internal/load -addr 127.0.0.1:8080 -clients 200 -n 40000
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	var l load
	flag.StringVar(&l.addr, "addr", "127.0.0.1:8080", "`address` of the server")
	flag.IntVar(&l.clients, "clients", 200, "`number` of clients, each with a connection of its own")
	flag.IntVar(&l.n, "n", 40000, "`number` of requests")
	flag.Uint64Var(&l.seed, "seed", 1, "`seed` of the requests")
	flag.Parse()
	if err := run(l, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(l load, w io.Writer) error {
	if l.clients < 1 || l.n < l.clients {
		return fmt.Errorf("%d requests of %d clients: give each client one at least", l.n, l.clients)
	}
	r, err := l.run()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%d requests of %d clients in %.1f s: %.0f a second; p50 %.1f ms, p99 %.1f ms, longest %.1f ms; %d errors; server memory %.0f MB before, %.0f MB after\n",
		l.n, l.clients, r.took.Seconds(), float64(l.n)/r.took.Seconds(), ms(r.at(0.5)), ms(r.at(0.99)), ms(r.at(1)), r.errors, r.before/1e6, r.after/1e6)
	if r.errors > 0 {
		return fmt.Errorf("%d errors, the first: %w", r.errors, r.first)
	}
	return nil
}
