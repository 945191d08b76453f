package sweep

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"kanzei"
)

// Files are results of one work, from shards cut in any way and already merged
// ones, checked and in order.
type Files struct {
	Manifest *Manifest // of the first folder that has one
	heads    []*head
}

// Gather collects the shards in folders and files. A file that is broken, of
// other work, or that holds an item another holds too, is a *kanzei.Problem
// that names it and says what to do. Nothing is written.
func Gather(names ...string) (*Files, error) {
	s := &Files{}
	type file struct {
		name   string
		ranges [][2]int // that it must hold; any when nil
	}
	var files []file
	for _, name := range names {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &kanzei.Problem{Code: "sweep.none", Where: name, Msg: "no such folder or shard", Hint: "name folders of kanzei sweep plan, or files that kanzei sweep merge wrote"}
		}
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			if !begins(name) {
				return nil, &kanzei.Problem{Code: "sweep.none", Where: name, Msg: "is no shard", Hint: "name folders of kanzei sweep plan, or files that kanzei sweep merge wrote"}
			}
			files = append(files, file{name, nil})
			continue
		}
		m, err := Open(name)
		if err != nil {
			return nil, err
		}
		if s.Manifest == nil {
			s.Manifest = m
		} else if m.Work != s.Manifest.Work {
			return nil, &kanzei.Problem{Code: "sweep.stale", Where: name, Msg: "is a plan of other work than " + s.Manifest.dir, Hint: "merge works one by one; the same question planned by the same program with the same inputs is the same work"}
		}
		for i := 1; i <= m.Shards; i++ {
			if _, err := os.Stat(m.Path(i)); err == nil {
				from, to := m.Range(i)
				files = append(files, file{m.Path(i), shardRange(from, to)})
			}
		}
	}
	work := ""
	if s.Manifest != nil {
		work = s.Manifest.Work
	}
	for _, f := range files {
		h, err := verify(f.name, work, f.ranges)
		if err != nil {
			return nil, err
		}
		work = h.Work
		s.heads = append(s.heads, h)
	}
	type run struct {
		from, to int
		head     *head
	}
	var runs []run
	for _, h := range s.heads {
		for _, r := range h.Ranges {
			if s.Manifest != nil && r[1] > s.Manifest.Items {
				return nil, corrupt(h.Name, fmt.Sprintf("holds item %d of %d", r[1], s.Manifest.Items))
			}
			runs = append(runs, run{r[0], r[1], h})
		}
	}
	slices.SortFunc(runs, func(a, b run) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	for i := 1; i < len(runs); i++ {
		if a, b := runs[i-1], runs[i]; b.from < a.to {
			return nil, &kanzei.Problem{Code: "sweep.duplicate", Where: b.head.Name, Msg: fmt.Sprintf("holds items %d to %d, as %s does", b.from, min(a.to, b.to)-1, a.head.Name), Hint: "leave one of the two out"}
		}
	}
	return s, nil
}

// Ranges are the items held, adjacent ranges joined.
func (s *Files) Ranges() [][2]int {
	var all [][2]int
	for _, h := range s.heads {
		all = append(all, h.Ranges...)
	}
	slices.SortFunc(all, func(a, b [2]int) int { return cmp.Compare(a[0], b[0]) })
	var out [][2]int
	for _, r := range all {
		if n := len(out); n > 0 && out[n-1][1] == r[0] {
			out[n-1][1] = r[1]
		} else {
			out = append(out, r)
		}
	}
	return out
}

// Whole returns nil where every item is held, else a *kanzei.Problem that names
// the shards to run.
func (s *Files) Whole() error {
	m := s.Manifest
	if m == nil {
		return &kanzei.Problem{Code: "sweep.plan", Msg: "no folder with a plan among the inputs", Hint: "name the folder of kanzei sweep plan too"}
	}
	held := s.Ranges()
	if len(held) == 1 && held[0] == [2]int{0, m.Items} {
		return nil
	}
	var lacking []string
	for i := 1; i <= m.Shards; i++ {
		from, to := m.Range(i)
		if !slices.ContainsFunc(held, func(r [2]int) bool { return r[0] <= from && to <= r[1] }) {
			lacking = append(lacking, fmt.Sprintf("%d/%d", i, m.Shards))
		}
	}
	list := strings.Join(lacking[:min(len(lacking), 8)], ", ")
	if len(lacking) > 8 {
		list += fmt.Sprintf(" and %d more", len(lacking)-8)
	}
	are, and := "are", fmt.Sprintf(", and so on; kanzei sweep run %s for all", m.dir)
	if len(lacking) == 1 {
		are, and = "is", ""
	}
	return &kanzei.Problem{Code: "sweep.missing", Where: m.dir, Msg: fmt.Sprintf("%d of %d shards %s missing: %s", len(lacking), m.Shards, are, list),
		Hint: fmt.Sprintf("kanzei sweep run %s --shard %s%s", m.dir, lacking[0], and)}
}

// Each calls with each result held, by item ascending. The bytes are only good
// until the next call.
func (s *Files) Each(with func(item int, result []byte) error) error {
	type cursor struct {
		file  *os.File
		r     *bufio.Reader
		spans [][2]int
	}
	var open []*cursor
	defer func() {
		for _, c := range open {
			c.file.Close()
		}
	}()
	// Files of one range, which shards are, are opened when their turn comes.
	heads := slices.Clone(s.heads)
	slices.SortFunc(heads, func(a, b *head) int { return cmp.Compare(a.Ranges[0][0], b.Ranges[0][0]) })
	var buf []byte
	for {
		if len(heads) > 0 && (len(open) == 0 || !slices.ContainsFunc(open, func(c *cursor) bool { return c.spans[0][0] < heads[0].Ranges[0][0] })) {
			f, err := os.Open(heads[0].Name)
			if err != nil {
				return err
			}
			c := &cursor{f, bufio.NewReaderSize(f, 1<<18), slices.Clone(heads[0].Ranges)}
			open = append(open, c)
			if _, err := readHead(c.r, heads[0].Name); err != nil {
				return err
			}
			heads = heads[1:]
			continue
		}
		if len(open) == 0 {
			return nil
		}
		c := slices.MinFunc(open, func(a, b *cursor) int { return cmp.Compare(a.spans[0][0], b.spans[0][0]) })
		for i := c.spans[0][0]; i < c.spans[0][1]; i++ {
			var err error
			if buf, err = readRecord(c.r, buf); err != nil {
				return corrupt(c.file.Name(), "changed while it was read")
			}
			if err := with(i, buf); err != nil {
				return err
			}
		}
		if c.spans = c.spans[1:]; len(c.spans) == 0 {
			c.file.Close()
			open = slices.DeleteFunc(open, func(x *cursor) bool { return x == c })
		}
	}
}

// Write merges what is held into one file of results, whole or not at all. The
// bytes do not depend on how the parts were cut or in which order they came, so
// merging is associative.
func (s *Files) Write(name string) error {
	if len(s.heads) == 0 {
		return &kanzei.Problem{Code: "sweep.missing", Where: name, Msg: "no shard is whole yet", Hint: "kanzei sweep run DIR --shard I/N"}
	}
	temp := fmt.Sprintf("%s.%d.part", name, os.Getpid())
	f, err := os.Create(temp)
	if err != nil {
		return err
	}
	defer os.Remove(temp)
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	sum := sha256.New()
	out := io.MultiWriter(w, sum)
	h := &head{Format: format, Work: s.heads[0].Work, Ranges: s.Ranges()}
	if _, err := out.Write(h.bytes()); err != nil {
		return err
	}
	var record []byte
	if err := s.Each(func(_ int, b []byte) error {
		record = appendRecord(record[:0], b)
		_, err := out.Write(record)
		return err
	}); err != nil {
		return err
	}
	w.Write(sum.Sum(nil))
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(temp, filepath.Clean(name))
}

// A State is how far a shard is.
type State struct {
	Shard int  `json:"shard"` // counted from 1
	Done  int  `json:"done"`  // items
	Of    int  `json:"of"`
	Whole bool `json:"whole"`
}

// Status tells how far each shard of a plan is. It reads only what is begun and
// not whole.
func (m *Manifest) Status() ([]State, error) {
	out := make([]State, m.Shards)
	for i := range out {
		from, to := m.Range(i + 1)
		s := State{Shard: i + 1, Of: to - from}
		if _, err := os.Stat(m.Path(i + 1)); err == nil {
			s.Done, s.Whole = s.Of, true
		} else if f, err := os.Open(m.Path(i+1) + ".part"); err == nil {
			r := bufio.NewReaderSize(f, 1<<20)
			if h, err := readHead(r, f.Name()); err == nil && h.Work == m.Work {
				var b []byte
				for s.Done < s.Of {
					if b, err = readRecord(r, b); err != nil {
						break
					}
					s.Done++
				}
			}
			f.Close()
		}
		out[i] = s
	}
	return out, nil
}
