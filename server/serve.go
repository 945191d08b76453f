package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Serve answers on a listener until the context ends. Then it takes no more
// requests and lets those under way finish, for as long as drain; what is left
// is cut off, which is an error.
func Serve(ctx context.Context, l net.Listener, h *Handler, drain time.Duration) error {
	base, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		WriteTimeout:      time.Minute, // from the header on; long answers extend it
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          slog.NewLogLogger(h.s.Log.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	h.s.draining.Store(true)
	h.s.Log.Info("draining", "for", drain.String())
	until, stop := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer stop()
	err := srv.Shutdown(until)
	if err != nil {
		cancel()
		_ = srv.Close()
	}
	if e := <-served; err == nil && !errors.Is(e, http.ErrServerClosed) {
		err = e
	}
	return err
}
