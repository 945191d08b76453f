package server_test

import (
	"io"
	"net/http"
	"testing"

	"kanzei/server"
)

// BenchmarkRequest asks over a connection that is kept; what an answer costs
// beside /healthz is the difference.
func BenchmarkRequest(b *testing.B) {
	r := start(b, server.Options{Loopback: true}, 0)
	for _, c := range []struct{ name, path string }{{"healthz", "/healthz"}, {"duty", car}, {"regime", "/api/v1/regime/JP?on=2025-04-15"}} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				res, err := http.Get(r.url + c.path)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != 200 {
					b.Fatal(res.StatusCode, err)
				}
				res.Body.Close()
			}
		})
	}
}

// BenchmarkStream rates lines as they come.
func BenchmarkStream(b *testing.B) {
	r := start(b, server.Options{Loopback: true}, 0)
	line := entryLine(1)
	in, out := io.Pipe()
	go func() {
		buf := make([]byte, 0, 512*len(line))
		for i := range b.N {
			if buf = append(buf, line...); len(buf)+len(line) > cap(buf) || i == b.N-1 {
				if _, err := out.Write(buf); err != nil {
					return
				}
				buf = buf[:0]
			}
		}
		out.Close()
	}()
	b.SetBytes(int64(len(line)))
	res, err := http.Post(r.url+"/api/v1/rate", "application/x-ndjson", in)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		b.Fatal(err)
	}
}
