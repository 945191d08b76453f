package model

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// openTable opens a file, through gzip if it ends in .gz.
func openTable(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if !strings.HasSuffix(path, ".gz") {
		return f, nil
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{z, f}, nil
}

// matrix reads numbers separated by commas, blanks or tabs.
func matrix(path string, rows, cols int) ([]float64, error) {
	f, err := openTable(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := make([]float64, 0, rows*cols)
	sc := bufio.NewScanner(f)
	sc.Buffer(make([]byte, 1<<16), 1<<22)
	line := 0
	for sc.Scan() {
		line++
		fields := strings.FieldsFunc(sc.Text(), func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\r' })
		if len(fields) == 0 {
			continue
		}
		if len(fields) != cols {
			return nil, fmt.Errorf("%s:%d: %d numbers, want %d", path, line, len(fields), cols)
		}
		for _, s := range fields {
			v, err := strconv.ParseFloat(s, 64)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %q is not a number", path, line, s)
			}
			out = append(out, v)
		}
	}
	if err := sc.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(out) != rows*cols {
		return nil, fmt.Errorf("%s: %d numbers, want %d by %d", path, len(out), rows, cols)
	}
	return out, nil
}

// Records are a table, record by record: first the names of the columns, then
// the rows; io.EOF after the last. A record may be overwritten by the next one.
type Records interface {
	Read() ([]string, error)
	Close() error
}

// An Opener opens a file of user data; the error wraps fs.ErrNotExist if there
// is none. Row is the number that messages give to the first row of data.
type Opener func(path string) (r Records, row int, err error)

// OpenCSV opens a CSV file, through gzip if it ends in .gz.
func OpenCSV(path string) (Records, int, error) {
	f, err := openTable(path)
	if err != nil {
		return nil, 0, err
	}
	r := csv.NewReader(bufio.NewReaderSize(f, 1<<16))
	r.ReuseRecord = true
	r.TrimLeadingSpace = true
	return csvRecords{r, f}, 2, nil // the header is line 1
}

type csvRecords struct {
	*csv.Reader
	io.Closer
}

// A table has named columns.
type table struct {
	path string
	r    Records
	head map[string]int
	line int
	rec  []string
}

func readTable(path string, need ...string) (*table, error) {
	return readTableFrom(OpenCSV, path, need...)
}

func readTableFrom(open Opener, path string, need ...string) (*table, error) {
	r, row, err := open(path)
	if err != nil {
		return nil, err
	}
	t := &table{path: path, r: r, head: map[string]int{}, line: row - 1}
	head, err := t.r.Read()
	if err != nil {
		r.Close()
		return nil, fmt.Errorf("%s: no header line: %w", path, err)
	}
	for c, h := range head {
		t.head[strings.TrimSpace(strings.TrimPrefix(h, "\ufeff"))] = c
	}
	for _, n := range need {
		if _, ok := t.head[n]; !ok {
			r.Close()
			return nil, fmt.Errorf("%s: no column %q", path, n)
		}
	}
	return t, nil
}

// next reads a record; false at the end of the file.
func (t *table) next() (bool, error) {
	rec, err := t.r.Read()
	if err == io.EOF {
		t.r.Close()
		return false, nil
	}
	t.line++
	if err != nil {
		t.r.Close()
		return false, fmt.Errorf("%s: %w", t.path, err)
	}
	t.rec = rec
	return true, nil
}

func (t *table) str(col string) string {
	c, ok := t.head[col]
	if !ok {
		return ""
	}
	return strings.TrimSpace(t.rec[c])
}

func (t *table) num(col string) (float64, error) {
	v, err := strconv.ParseFloat(t.str(col), 64)
	if err != nil {
		return 0, fmt.Errorf("%s:%d: column %s: %q is not a number", t.path, t.line, col, t.str(col))
	}
	return v, nil
}

// share reads a number, or percent of one: 0.25 or 25%.
func (t *table) share(col string) (float64, error) {
	s, percent := strings.CutSuffix(t.str(col), "%")
	v, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil {
		return 0, fmt.Errorf("%s:%d: column %s: %q is not a number", t.path, t.line, col, t.str(col))
	}
	if percent {
		v /= 100
	}
	return v, nil
}

// column reads one column of a table.
func column(dir, file, name string) ([]string, error) {
	t, err := readTable(filepath.Join(dir, file), name)
	if err != nil {
		return nil, err
	}
	var out []string
	for {
		ok, err := t.next()
		if err != nil || !ok {
			return out, err
		}
		out = append(out, t.str(name))
	}
}

// lines reads the non-empty lines of a file.
func lines(path string) ([]string, error) {
	f, err := openTable(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []string
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		if s := strings.TrimSpace(sc.Text()); s != "" {
			out = append(out, s)
		}
	}
	return out, sc.Err()
}
