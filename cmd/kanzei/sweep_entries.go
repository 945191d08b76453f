package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"kanzei"
	"kanzei/duty"
	"kanzei/entries"
	"kanzei/sweep"
)

// entriesSpec is a sweep of files of entries, each an item of its own.
type entriesSpec struct {
	Sweep string         `yaml:"sweep" json:"sweep"`
	Files names          `yaml:"files" json:"-"` // patterns, beside the sweep file
	Known string         `yaml:"known" json:"known"`
	Items []entriesInput `yaml:"-" json:"files"`
	Dir   string         `yaml:"-" json:"dir"` // of the files; the same on every machine
}

// An entriesInput is a file with its content hash, which is compared again just
// before it is rated.
type entriesInput struct {
	Name string `json:"name"`
	Hash string `json:"hash"`
}

// largestEntries is the size of a file that an item may be: its answers are held
// in memory once.
const largestEntries = 512 << 20

// find lists the files that the patterns name.
func (s *entriesSpec) find(dir string) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	var all []string
	for _, pattern := range s.Files {
		path := pattern
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		list, err := filepath.Glob(path)
		if err != nil {
			return &kanzei.Problem{Code: "sweep.file", Where: "files", Msg: fmt.Sprintf("%q is no pattern", pattern), Hint: "write entries/*.parquet"}
		}
		if len(list) == 0 {
			return &kanzei.Problem{Code: "sweep.file", Where: "files", Msg: "no file is called " + pattern, Hint: "name files by a path from the sweep file's folder, such as entries/*.parquet, or by a full path"}
		}
		all = append(all, list...)
	}
	slices.Sort(all)
	s.Dir = above(dir, all)
	all = slices.Compact(all)
	for _, name := range all {
		if rejects := name + ".rejects.csv"; slices.Contains(all, rejects) {
			return &kanzei.Problem{Code: "sweep.file", Where: rejects, Msg: "has the name of the rejects of " + filepath.Base(name), Hint: "leave it out of files, or move it"}
		}
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return &kanzei.Problem{Code: "sweep.file", Where: name, Msg: "is no file", Hint: "name the files in it, such as " + filepath.Join(filepath.Base(name), "*.parquet")}
		}
		if info.Size() > largestEntries {
			return &kanzei.Problem{Code: "sweep.file", Where: name, Msg: fmt.Sprintf("has %d MiB; a file of a sweep has at most %d", info.Size()>>20, largestEntries>>20), Hint: "split it, with the rows of an entry in one file, or use kanzei rate"}
		}
		hash, err := sweep.SumFile(name)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(s.Dir, name)
		if err != nil {
			return err
		}
		s.Items = append(s.Items, entriesInput{filepath.ToSlash(rel), hash})
	}
	return nil
}

// above is the folder, or the nearest above it in which all files lie, so that
// their names within it are names within any other.
func above(dir string, files []string) string {
	for up := filepath.Dir(dir); up != dir; dir, up = up, filepath.Dir(up) {
		if !slices.ContainsFunc(files, func(f string) bool {
			rel, err := filepath.Rel(dir, f)
			return err != nil || !filepath.IsLocal(rel)
		}) {
			break
		}
	}
	return dir
}

// An entriesSweep rates files of entries.
type entriesSweep struct {
	spec   entriesSpec
	raw    json.RawMessage
	law    string
	engine *duty.Engine
	known  kanzei.Day
}

func newEntriesSweep(e *env, raw json.RawMessage) (*entriesSweep, error) {
	w := &entriesSweep{raw: raw}
	if err := json.Unmarshal(raw, &w.spec); err != nil {
		return nil, err
	}
	if s := w.spec.Known; s != "" && s != "latest" {
		var err error
		if w.known, err = kanzei.ParseDay(s); err != nil {
			return nil, at("known", err)
		}
	}
	for _, in := range w.spec.Items {
		ext := strings.ToLower(filepath.Ext(in.Name))
		if ext != ".csv" && ext != ".parquet" {
			return nil, &kanzei.Problem{Code: "table.format", Where: in.Name, Msg: "neither .csv nor .parquet", Hint: "name files of the two kinds"}
		}
		if !filepath.IsLocal(filepath.FromSlash(in.Name)) {
			return nil, &kanzei.Problem{Code: "sweep.file", Where: in.Name, Msg: "lies outside " + w.spec.Dir, Hint: "plan again into a new folder"}
		}
	}
	var err error
	if w.engine, err = e.engine(); err != nil {
		return nil, err
	}
	w.law, err = e.lawHash()
	return w, err
}

func (w *entriesSweep) identity() (sweep.Identity, error) {
	program, err := sweep.Program()
	return sweep.Identity{Kind: "entries", Program: program, Inputs: []sweep.Input{{Name: "law", Hash: w.law}}, Spec: w.raw, Items: len(w.spec.Items)}, err
}

func (w *entriesSweep) kind() string { return "entries" }

func (w *entriesSweep) workers() int { return 1 } // rating a file takes all processors

// do rates a file. The result is the length of the rejects, the rejects, and the
// answers in the format of the file.
func (w *entriesSweep) do() sweep.Do {
	return func(_ context.Context, item int) ([]byte, error) {
		in := w.spec.Items[item]
		name := filepath.Join(w.spec.Dir, filepath.FromSlash(in.Name))
		hash, err := sweep.SumFile(name)
		if err != nil {
			return nil, &kanzei.Problem{Code: "sweep.file", Where: name, Msg: "cannot be read: " + err.Error(), Hint: "the files must lie where they lay when the sweep was planned"}
		}
		if hash != in.Hash {
			return nil, &kanzei.Problem{Code: "sweep.stale", Where: name, Msg: "was changed after the sweep was planned", Hint: "plan again into a new folder"}
		}
		dir, err := os.MkdirTemp("", "kanzei-sweep-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		out, rejects := filepath.Join(dir, "out"+strings.ToLower(filepath.Ext(name))), filepath.Join(dir, "rejects.csv")
		job := &entries.Job{Engine: w.engine, In: name, Known: w.known}
		if _, _, err := job.Rate(out, nil, rejects); err != nil {
			return nil, err
		}
		rejected, err := os.ReadFile(rejects)
		if err != nil && !os.IsNotExist(err) {
			return nil, err
		}
		rated, err := os.ReadFile(out)
		if err != nil {
			return nil, err
		}
		b := binary.AppendUvarint(make([]byte, 0, len(rejected)+len(rated)+10), uint64(len(rejected)))
		return append(append(b, rejected...), rated...), nil
	}
}

// write writes each file's answers under its own name into a folder, which
// appears when it is whole.
func (w *entriesSweep) write(e *env, files *sweep.Files, out string, _ telling) error {
	out = filepath.Clean(out)
	temp := fmt.Sprintf("%s.%d.part", out, os.Getpid())
	defer os.RemoveAll(temp)
	rejected := 0
	if err := files.Each(func(item int, result []byte) error {
		n, k := binary.Uvarint(result)
		if k <= 0 || uint64(len(result)-k) < n {
			return fmt.Errorf("kanzei: the result of %s is cut short", w.spec.Items[item].Name)
		}
		name := filepath.Join(temp, filepath.FromSlash(w.spec.Items[item].Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return err
		}
		if n > 0 {
			rejected++
			if err := os.WriteFile(name+".rejects.csv", result[k:k+int(n)], 0o666); err != nil {
				return err
			}
		}
		return os.WriteFile(name, result[k+int(n):], 0o666)
	}); err != nil {
		return err
	}
	fmt.Fprintf(e.err, "%s rated, %d with rejects\n", counted(len(w.spec.Items), "file"), rejected)
	return os.Rename(temp, out)
}
