// Gen builds the compiled editions of the project from the raw sources.
//
//	go run ./internal/gen [-check] [-sources DIR] STEP...
//
// Each step reads files below the sources and returns the files it makes, by
// path from the root of the repository. With -check nothing is written and a
// difference is an error. Without a step, all run in order.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// A step makes files from sources. It must be deterministic.
type step struct {
	name string
	run  func(sources string) (map[string][]byte, error)
}

// steps are in the order they depend on each other.
var steps = []step{
	{"origins", origins},
	{"schedule", buildSchedule},
	{"trade", trade},
	{"exports", tradeExports},
	{"panel", panelShares},
	{"lists-ieepa", listsIEEPA},
	{"lists-s232", listsS232},
	{"lists-metals", listsMetals},
	{"lists-s301", listsS301},
	{"lists-partners", listsPartners},
	{"model", buildModel},
	{"impact", impactSectors},
	{"outlines", outlines},
	{"law", compileLaw}, // last: it reads the lists that other steps write
}

func main() {
	check := flag.Bool("check", false, "compare with the files in the tree, write nothing")
	sources := flag.String("sources", "../shared/sources", "directory of the raw sources")
	flag.Parse()
	if err := run(*check, *sources, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(check bool, sources string, names []string) error {
	root, err := repoRoot()
	if err != nil {
		return err
	}
	if !filepath.IsAbs(sources) {
		sources = filepath.Join(root, sources)
	}
	done := map[string]bool{}
	for _, s := range steps {
		if len(names) > 0 && !contains(names, s.name) {
			continue
		}
		done[s.name] = true
		files, err := s.run(sources)
		if absent := (*noSources)(nil); len(names) == 0 && errors.As(err, &absent) {
			fmt.Println("skipped", s.name+":", err)
			continue
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		paths := make([]string, 0, len(files))
		for p := range files {
			paths = append(paths, p)
		}
		sort.Strings(paths)
		for _, p := range paths {
			if err := emit(check, filepath.Join(root, p), p, files[p]); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
	}
	for _, n := range names {
		if !done[n] {
			return fmt.Errorf("no step %q", n)
		}
	}
	return nil
}

func emit(check bool, path, rel string, data []byte) error {
	old, err := os.ReadFile(path)
	if err == nil && bytes.Equal(old, data) {
		return nil
	}
	if check {
		return fmt.Errorf("%s is not what the sources give; run go run ./internal/gen", rel)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, data, 0o644); err != nil {
		return err
	}
	fmt.Println("wrote", rel, len(data))
	return os.Rename(tmp, path)
}

func repoRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if b, err := os.ReadFile(filepath.Join(dir, "go.mod")); err == nil && strings.HasPrefix(string(b), "module kanzei\n") {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", fmt.Errorf("run inside the repository")
		}
		dir = up
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
