package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"kanzei"
	"kanzei/api"
)

// printJSON writes an answer the way --json, files and the wire all do.
func printJSON(w io.Writer, v any) error { return api.WriteJSON(w, v) }

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

// wrap writes a text after a prefix, with four blanks before further lines, at
// most width runes a line.
func wrap(w io.Writer, prefix, text string, width int) {
	wrapAt(w, prefix, strings.Repeat(" ", min(len([]rune(prefix)), 4)), text, width)
}

// hang is wrap with further lines under the first.
func hang(w io.Writer, prefix, text string, width int) {
	n := len([]rune(prefix))
	if n > width*3/4 {
		n = width / 4
	}
	wrapAt(w, prefix, strings.Repeat(" ", n), text, width)
}

func wrapAt(w io.Writer, prefix, indent, text string, width int) {
	line, fresh := prefix, true
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
	fmt.Fprintln(w, strings.TrimRight(line, " "))
}

// width returns the width of the terminal from COLUMNS, 100 when unset.
func width() int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n >= 40 {
		return min(n, 160)
	}
	return 100
}
