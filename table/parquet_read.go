package table

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"kanzei"
)

// A parquetReader decodes the pages of a Parquet file column by column.
type parquetReader struct {
	name   string
	src    *os.File
	file   *parquet.File
	opts   Options
	fields []Field
	cols   []*chunkReader
	key    int
	ahead  Column // cells of the key column read and not yet handed out
	total  int64
	row    int64 // rows handed out

	mu   sync.Mutex
	free []*Batch
}

// stored is how a Parquet file stores a column.
type stored struct {
	element format.SchemaElement
}

func openParquet(name string, o Options) (_ *parquetReader, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, cannotRead(name, err)
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	s, err := f.Stat()
	if err != nil {
		return nil, cannotRead(name, err)
	}
	bad := func(err error) error {
		return &kanzei.Problem{Code: "parquet", Where: name, Msg: "not a Parquet file that can be read: " + err.Error(), Hint: "write it again with the program it came from"}
	}
	defer func() {
		if x := recover(); x != nil {
			err = bad(fmt.Errorf("%v", x))
		}
	}()
	file, err := parquet.OpenFile(f, s.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true), parquet.ReadBufferSize(256<<10))
	if err != nil {
		return nil, bad(err)
	}
	r := &parquetReader{name: name, src: f, file: file, opts: o, key: -1, total: file.NumRows()}
	schema := file.Metadata().Schema
	for _, el := range schema[1:] {
		field, err := fieldOf(el)
		if err != nil {
			return nil, &kanzei.Problem{Code: "parquet.type", Where: name, Msg: err.Error(), Hint: "leave the column out or write it as text, number or date"}
		}
		r.fields = append(r.fields, field)
	}
	if err := unique(name, r.fields); err != nil {
		return nil, err
	}
	for i := range r.fields {
		r.cols = append(r.cols, &chunkReader{file: file, index: i, field: &r.fields[i]})
	}
	if o.Key != "" {
		r.key = Index(r.fields, o.Key)
	}
	if r.key >= 0 {
		r.ahead.Reset(&r.fields[r.key])
	}
	return r, nil
}

// fieldOf reads the type of a column.
func fieldOf(el format.SchemaElement) (Field, error) {
	f := Field{Name: el.Name, Required: el.RepetitionType.V == format.Required, physical: stored{el}}
	if !el.Type.Valid || el.RepetitionType.V == format.Repeated {
		return f, fmt.Errorf("column %q is nested", el.Name)
	}
	scale, decimal := 0, false
	switch t := el.LogicalType.Value.(type) {
	case *format.DecimalType:
		scale, decimal = int(t.Scale), true
	case *format.DateType:
		f.Kind = Date
		return f, nil
	case *format.TimestampType:
		f.Kind = Time
		switch t.Unit.Value.(type) {
		case *format.MilliSeconds:
			f.Scale = 3
		case *format.MicroSeconds:
			f.Scale = 6
		case *format.NanoSeconds:
			f.Scale = 9
		}
		return f, nil
	}
	if c := el.ConvertedType; c.Valid {
		switch c.V {
		case deprecated.Decimal:
			scale, decimal = int(el.Scale.V), true
		case deprecated.Date:
			f.Kind = Date
			return f, nil
		case deprecated.TimestampMillis:
			f.Kind, f.Scale = Time, 3
			return f, nil
		case deprecated.TimestampMicros:
			f.Kind, f.Scale = Time, 6
			return f, nil
		}
	}
	if decimal {
		f.Kind, f.Scale = Decimal, scale
		if scale < 0 || scale > 18 {
			return f, fmt.Errorf("column %q has the scale %d", el.Name, scale)
		}
	}
	switch t := el.Type.V; {
	case t == format.Boolean:
		f.Kind = Bool
	case t == format.Int32, t == format.Int64:
		if !decimal {
			f.Kind = Int
		}
	case t == format.Float, t == format.Double:
		f.Kind = Float
	case t == format.ByteArray:
		if !decimal {
			f.Kind = String
		}
	case t == format.FixedLenByteArray && decimal:
	default:
		return f, fmt.Errorf("column %q has the type %s, which is not read", el.Name, t)
	}
	return f, nil
}

func (r *parquetReader) Fields() []Field { return r.fields }

func (r *parquetReader) Progress() (float64, bool) {
	if r.total == 0 {
		return 1, true
	}
	return float64(r.row) / float64(r.total), true
}

func (r *parquetReader) Close() error {
	for _, c := range r.cols {
		c.close()
	}
	return r.src.Close()
}

func (r *parquetReader) batch() *Batch {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.free); n > 0 {
		b := r.free[n-1]
		r.free = r.free[:n-1]
		b.Number, b.Bad, b.More = b.Number[:0], b.Bad[:0], false
		return b
	}
	return &Batch{Columns: make([]Column, len(r.fields)), release: func(b *Batch) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.free = append(r.free, b)
	}}
}

func (r *parquetReader) Next() (b *Batch, err error) {
	bad := func(err error) error {
		return &kanzei.Problem{Code: "parquet", Where: r.name, Msg: fmt.Sprintf("the file breaks after row %d: %v", r.row, err), Hint: "write it again with the program it came from"}
	}
	defer func() {
		if x := recover(); x != nil {
			b, err = nil, bad(fmt.Errorf("%v", x))
		}
	}()
	n := int(min(int64(r.opts.Rows), r.total-r.row))
	if n == 0 {
		return nil, io.EOF
	}
	more := false
	if r.key >= 0 {
		if n, more, err = r.run(n); err != nil {
			return nil, bad(err)
		}
	}
	b = r.batch()
	b.Rows, b.More = n, more
	for i, c := range r.cols {
		col := &b.Columns[i]
		col.Reset(&r.fields[i])
		if i == r.key {
			col.take(&r.ahead, n)
			c.dict.column = nil // texts and dictionary have moved
			continue
		}
		if err := c.read(col, n); err != nil {
			return nil, bad(fmt.Errorf("column %q: %w", r.fields[i].Name, err))
		}
	}
	number := extend(&b.Number, n)
	for i := range number {
		number[i] = r.row + int64(i) + 1
	}
	r.row += int64(n)
	return b, nil
}

// run returns the number of rows to take so that no run of one key is cut.
func (r *parquetReader) run(n int) (rows int, more bool, err error) {
	left := int(min(r.total-r.row, 1<<31))
	for {
		have := r.ahead.len()
		if want := min(n+4096, left); have < want {
			if err := r.cols[r.key].read(&r.ahead, want-have); err != nil {
				return 0, false, err
			}
			have = want
		}
		for n < have {
			if !r.ahead.sameAt(n-1, n) {
				return n, false, nil
			}
			if n >= maxRun {
				return n, true, nil
			}
			n++
		}
		if have == left {
			return n, false, nil
		}
	}
}

// sameAt reports whether two cells hold the same, and something.
func (c *Column) sameAt(i, j int) bool {
	if c.IsNull(i) || c.IsNull(j) {
		return false
	}
	switch c.Kind {
	case String:
		if c.Dict && c.Codes[i] == c.Codes[j] {
			return len(c.Bytes(i)) > 0
		}
		return len(c.Bytes(i)) > 0 && bytes.Equal(c.Bytes(i), c.Bytes(j))
	case Float:
		return c.Floats[i] == c.Floats[j]
	}
	return c.Ints[i] == c.Ints[j]
}

func (c *Column) len() int {
	switch {
	case c.Dict:
		return len(c.Codes)
	case c.Kind == String:
		return c.Text.Len()
	case c.Kind == Float:
		return len(c.Floats)
	}
	return len(c.Ints)
}

// take moves the first n cells of src to the empty column c. Texts stay where
// they are: the columns change buffers, and the few cells left move.
func (c *Column) take(src *Column, n int) {
	switch {
	case src.Kind == String:
		left, codes := c.Text, c.Codes
		for i := n; i < src.len(); i++ {
			if src.Dict {
				codes = append(codes, uint32(left.Len()))
			}
			left.Add(src.Bytes(i))
		}
		c.Dict, c.Text, c.Codes = src.Dict, src.Text, src.Codes
		if c.Dict {
			c.Codes = c.Codes[:n]
		} else {
			c.Text.Start, c.Text.End = c.Text.Start[:n], c.Text.End[:n]
		}
		src.Text, src.Codes = left, codes
	case src.Kind == Float:
		c.Floats = append(c.Floats, src.Floats[:n]...)
		src.Floats = append(src.Floats[:0], src.Floats[n:]...)
	default:
		c.Ints = append(c.Ints, src.Ints[:n]...)
		src.Ints = append(src.Ints[:0], src.Ints[n:]...)
	}
	if src.Null != nil {
		c.Null = append([]bool(nil), src.Null[:n]...)
		src.Null = append(src.Null[:0], src.Null[n:]...)
	}
}
