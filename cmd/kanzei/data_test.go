package main

import (
	"os"
	"strings"
	"testing"

	"kanzei"
)

// TestEditions: every row of the table in DATA.md is an edition with its source
// and licence, and the files it names are there.
func TestEditions(t *testing.T) {
	list := editions(kanzei.Editions)
	rows := 0
	for line := range strings.Lines(strings.SplitN(kanzei.Editions, "\n## ", 2)[0]) {
		if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| edition") {
			rows++
		}
	}
	if rows == 0 || len(list) != rows {
		t.Errorf("%d editions of %d rows", len(list), rows)
	}
	for _, e := range list {
		if e.Edition == "" || e.What == "" || e.Source == "" || e.Licence == "" || e.Step == "" {
			t.Errorf("%+v", e)
		}
		for file := range strings.SplitSeq(e.File, ", ") {
			if strings.ContainsAny(file, "* ") {
				continue
			}
			if _, err := os.Stat("../../" + file); err != nil {
				t.Errorf("%s: %v", e.Edition, err)
			}
		}
	}
}
