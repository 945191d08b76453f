package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"kanzei"
)

// printJSON writes an answer the way --json, files and the wire all do.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// at says where on the command line a problem lies.
func at(where string, err error) error {
	var p *kanzei.Problem
	if errors.As(err, &p) && p.Where == "" {
		q := *p
		q.Where = where
		return &q
	}
	return err
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}

// clip shortens a text to n runes.
func clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

// wrap writes a text after a prefix, indented under it, at most width runes a
// line.
func wrap(w io.Writer, prefix, text string, width int) {
	indent := strings.Repeat(" ", min(len([]rune(prefix)), 4))
	line := prefix
	fresh := true
	for _, word := range strings.Fields(text) {
		switch {
		case fresh:
			line += word
		case len([]rune(line))+1+len([]rune(word)) > width:
			fmt.Fprintln(w, line)
			line = indent + word
		default:
			line += " " + word
		}
		fresh = false
	}
	fmt.Fprintln(w, line)
}
