package mcp

import (
	"context"
	"log/slog"
	"strings"
	"testing"
)

// TestFault: a panic is an error that the log explains and the client does not
// see.
func TestFault(t *testing.T) {
	var log strings.Builder
	f := watched(slog.New(slog.NewTextHandler(&log, nil)), func(context.Context, int) (int, error) { panic("boom") })
	if _, err := f(context.Background(), 1); err == nil || strings.Contains(err.Error(), "boom") || !strings.Contains(log.String(), "boom") || !strings.Contains(log.String(), "stack=") {
		t.Errorf("%v; log %s", err, log.String())
	}
}
