// Package table reads and writes columns: CSV and Parquet, in batches of rows,
// columns by name in any order. It is the only importer of the Parquet library.
//
// A [Reader] hands out batches one after the other; a batch is then split and
// worked on by any goroutine, its answer encoded by [Writer.Encode] (safe for
// concurrent use) and the blocks appended in order by [Writer.Append]. A file
// appears under its name only when it is whole, see [Create].
//
// A record that cannot be read is a [Reject] with its row number; reading goes
// on at the next line.
package table

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"kanzei"
)

// A Kind is the type of a column's cells.
type Kind uint8

const (
	String  Kind = iota
	Int          // 64 bits, signed
	Float        // 64 bits
	Decimal      // an integer of 10^-Scale units
	Date         // days since 1970-01-01
	Time         // since 1970-01-01 UTC, in units of 10^-Scale seconds
	Bool         // 0 or 1
)

// A Field is the name and type of a column.
type Field struct {
	Name     string
	Kind     Kind
	Scale    int  // of Decimal and Time
	Required bool // no cell is null
	physical any  // how the source stores it, for columns passed through
}

// Strings are n texts in one buffer: text i is Buf[Start[i]:End[i]].
type Strings struct {
	Buf        []byte
	Start, End []uint32
}

// Len returns the number of texts.
func (s *Strings) Len() int { return len(s.Start) }

// At returns text i; it is valid as long as the batch.
func (s *Strings) At(i int) []byte { return s.Buf[s.Start[i]:s.End[i]] }

// Add appends a text.
func (s *Strings) Add(b []byte) {
	n := uint32(len(s.Buf))
	s.Buf = append(s.Buf, b...)
	s.Start = append(s.Start, n)
	s.End = append(s.End, n+uint32(len(b)))
}

func (s *Strings) reset() { s.Buf, s.Start, s.End = s.Buf[:0], s.Start[:0], s.End[:0] }

// A Column is the cells of one field in a batch.
type Column struct {
	Kind   Kind
	Scale  int
	Null   []bool   // nil when no cell is null
	Text   Strings  // of String: one text a row, or the dictionary when Dict
	Dict   bool     // Codes index Text, or Ints
	Codes  []uint32 // one a row when Dict
	Ints   []int64  // of Int, Decimal, Date, Time, Bool; one a row, or the dictionary when Dict
	Floats []float64
	nulls  []bool // a buffer for Null
}

// IsNull reports whether cell i is null. An empty CSV cell is an empty text,
// not null.
func (c *Column) IsNull(i int) bool { return c.Null != nil && c.Null[i] }

// Bytes returns the text of cell i of a String column, nil when null.
func (c *Column) Bytes(i int) []byte {
	if c.IsNull(i) {
		return nil
	}
	if c.Dict {
		return c.Text.At(int(c.Codes[i]))
	}
	return c.Text.At(i)
}

// int returns the number in cell r.
func (c *Column) int(r int) int64 {
	if c.Dict {
		return c.Ints[c.Codes[r]]
	}
	return c.Ints[r]
}

// Reset empties the column and gives it the field's type; buffers are kept.
func (c *Column) Reset(f *Field) {
	c.Kind, c.Scale, c.Dict, c.Null = f.Kind, f.Scale, false, nil
	c.Text.reset()
	c.Codes, c.Ints, c.Floats = c.Codes[:0], c.Ints[:0], c.Floats[:0]
}

// A Batch is consecutive rows of a table. Its memory is reused after Free.
type Batch struct {
	Rows    int
	Number  []int64 // row numbers, the first row after a header being 1
	Columns []Column
	Bad     []Reject // records between the rows that could not be read
	More    bool     // the run of the last key goes on in the next batch

	lines   Strings // CSV: the records as they stand
	split   bool    // CSV: lines are split into columns
	width   int
	comma   byte
	release func(*Batch)
}

// Free gives the batch back to its reader.
func (b *Batch) Free() {
	if b.release != nil {
		b.release(b)
	}
}

// A Reject is a row that cannot be used, and why.
type Reject struct {
	Row    int64
	Field  string // column, empty when the record itself cannot be read
	Reason string
	ID     string // the row's id, where it has one
}

// A Reader hands out the batches of a table in order.
type Reader interface {
	Fields() []Field
	// Next returns the next batch, io.EOF after the last. CSV batches are to be
	// split before use, by any goroutine.
	Next() (*Batch, error)
	// Progress returns what has been read as a share of the whole; ok is false
	// where the whole is not known.
	Progress() (share float64, ok bool)
	Close() error
}

// Options of reading.
type Options struct {
	Rows int    // rows a batch, about; 65536 when zero
	Key  string // column by which rows are kept together in a batch
}

// maxRun is how many rows of one key are kept together; a longer run is cut.
const maxRun = 1 << 17

const (
	batchRows  = 1 << 16
	batchBytes = 16 << 20 // of CSV
	maxRecord  = 1 << 20  // bytes of one CSV record
	maxQuoted  = 64 << 10 // bytes of one CSV record of several lines
)

// Open opens a table by the extension of its name: .csv, .tsv, .parquet; "-" is
// CSV from stdin.
func Open(name string, stdin io.Reader, o Options) (Reader, error) {
	if o.Rows <= 0 {
		o.Rows = batchRows
	}
	switch format, err := FormatOf(name); {
	case err != nil:
		return nil, err
	case format == "parquet":
		return openParquet(name, o)
	}
	return openCSV(name, stdin, o)
}

// FormatOf returns "csv" or "parquet".
func FormatOf(name string) (string, error) {
	if name == "-" {
		return "csv", nil
	}
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".csv", ".tsv", ".txt":
		return "csv", nil
	case ".parquet", ".pq":
		return "parquet", nil
	default:
		what := fmt.Sprintf("unknown extension %q", ext)
		if ext == "" {
			what = "no extension says what kind of file it is"
		}
		return "", &kanzei.Problem{Code: "file.extension", Where: name, Msg: what, Hint: "name it .csv or .parquet"}
	}
}

// Index returns the position of a field, -1 when there is none.
func Index(fields []Field, name string) int {
	return slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
}

// unique refuses columns without a name and two of one name.
func unique(where string, fields []Field) error {
	seen := map[string]bool{}
	for i, f := range fields {
		if seen[f.Name] {
			return &kanzei.Problem{Code: "table.columns", Where: where, Msg: fmt.Sprintf("two columns are called %q", f.Name), Hint: "rename one"}
		}
		if f.Name == "" && len(fields) > 1 {
			return &kanzei.Problem{Code: "table.columns", Where: where, Msg: fmt.Sprintf("column %d has no name", i+1), Hint: "the first line holds the names of the columns"}
		}
		seen[f.Name] = true
	}
	return nil
}

// Keep drops the rows for which keep is false.
func (b *Batch) Keep(keep []bool) {
	kept := runsOf(keep)
	for i := range b.Columns {
		b.Columns[i].keep(kept)
	}
	b.Number = filter(b.Number, kept)
	if b.lines.Len() > 0 {
		b.lines.Start, b.lines.End = filter(b.lines.Start, kept), filter(b.lines.End, kept)
	}
	b.Rows = len(b.Number)
}

func (c *Column) keep(kept []run) {
	c.Null = filter(c.Null, kept)
	switch {
	case c.Dict:
		c.Codes = filter(c.Codes, kept)
	case c.Kind == String:
		c.Text.Start, c.Text.End = filter(c.Text.Start, kept), filter(c.Text.End, kept)
	case c.Kind == Float:
		c.Floats = filter(c.Floats, kept)
	default:
		c.Ints = filter(c.Ints, kept)
	}
}

// A run is consecutive rows.
type run struct{ from, to int }

// runsOf returns the runs of rows for which keep is true: where few rows are
// dropped they are few, whatever the number of columns.
func runsOf(keep []bool) (kept []run) {
	for i := 0; i < len(keep); i++ {
		if from := i; keep[i] {
			for i < len(keep) && keep[i] {
				i++
			}
			kept = append(kept, run{from, i})
		}
	}
	return kept
}

func filter[T any](s []T, kept []run) []T {
	if len(s) == 0 {
		return s
	}
	n := 0
	for _, r := range kept {
		if n != r.from {
			copy(s[n:], s[r.from:r.to])
		}
		n += r.to - r.from
	}
	return s[:n]
}
