package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"kanzei/api"
	"kanzei/mcp"
)

type mcpCmd struct {
	MaxDraws int `placeholder:"N" default:"400" help:"Draws that a request for impact may ask for."`
}

// Run speaks the protocol on standard input and output; whatever else there is
// to say goes to standard error.
func (c *mcpCmd) Run(e *env) error {
	log := slog.New(slog.NewTextHandler(e.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s, err := mcp.New(api.New(api.Options{Engine: e.engine, Version: stamp(), MaxDraws: c.MaxDraws}), log)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return mcp.Stdio(ctx, s)
}
