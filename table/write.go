package table

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"github.com/parquet-go/parquet-go/format"

	"kanzei"
)

// A Writer writes a table made of the columns of a source and columns added.
type Writer interface {
	// Encode encodes a batch with the columns added, in the order of the fields
	// given to Create. It may be called by many goroutines.
	Encode(b *Batch, added []Column) (*Block, error)
	// Append writes a block; the caller keeps the order.
	Append(*Block) error
	// Close makes the file whole and gives it its name.
	Close() error
	// Abort leaves nothing behind. It does nothing after Close.
	Abort()
}

// A Block is encoded rows.
type Block struct {
	rows    int
	data    []byte
	columns []format.ColumnChunk // Parquet: offsets from the start of data
}

var blocks sync.Pool

// blockData returns an empty buffer, that of an earlier block where there is one.
func blockData(size int) []byte {
	if b, ok := blocks.Get().(*[]byte); ok {
		return (*b)[:0]
	}
	return make([]byte, 0, size)
}

func (k *Block) free() {
	data := k.data
	k.data = nil
	blocks.Put(&data)
}

// Create opens a table for writing by the extension of its name; "-" is CSV to
// stdout. The columns are those of the source, if there is one, except where an
// added field has the name of one, which it replaces; then the added fields. A file gets its
// name when it is closed: one that is cut short, even by a kill, leaves nothing
// where the system can hold a file without a name (Linux), and elsewhere a
// temporary file beside it.
func Create(name string, stdout io.Writer, source Reader, added []Field) (Writer, error) {
	form, err := FormatOf(name)
	if err != nil {
		return nil, err
	}
	o := &output{}
	var fields []Field
	if source != nil {
		for i, f := range source.Fields() {
			if Index(added, f.Name) < 0 {
				o.sources = append(o.sources, i)
				fields = append(fields, f)
			}
		}
		o.whole = len(fields) == len(source.Fields())
	}
	fields = append(fields, added...)
	if name == "-" {
		o.w = bufio.NewWriterSize(stdout, 1<<20)
	} else if err := o.create(name); err != nil {
		return nil, err
	}
	if form == "parquet" {
		w, err := newParquetWriter(o, fields)
		if err != nil {
			o.abort()
		}
		return w, err
	}
	w := &csvWriter{out: o, fields: fields, comma: ','}
	if filepath.Ext(name) == ".tsv" {
		w.comma = '\t'
	}
	if r, ok := source.(*csvReader); ok {
		w.same = r.comma == w.comma && o.whole
	}
	var head []byte
	for i, f := range fields {
		if i > 0 {
			head = append(head, w.comma)
		}
		head = appendCell(head, []byte(f.Name), w.comma)
	}
	if _, err := o.Write(append(head, '\n')); err != nil {
		o.abort()
		return nil, err
	}
	return w, nil
}

// An output is the file behind a writer.
type output struct {
	sources []int // columns of the batch that are written, before those added
	whole   bool  // they are all its columns
	name    string
	file    *os.File
	w       *bufio.Writer
	unnamed bool // the file has no name yet
	done    bool
}

func (o *output) column(b *Batch, added []Column, i int) *Column {
	if i < len(o.sources) {
		return &b.Columns[o.sources[i]]
	}
	return &added[i-len(o.sources)]
}

func cannotWrite(name string, err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return &kanzei.Problem{Code: "file", Where: name, Msg: "cannot be written: " + err.Error()}
}

func (o *output) create(name string) error {
	o.name = name
	if s, err := os.Stat(name); err == nil && s.IsDir() {
		return cannotWrite(name, errors.New("it is a folder"))
	}
	f, err := createUnnamed(filepath.Dir(name))
	if err == nil {
		o.unnamed = true
	} else if f, err = os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*.part"); err == nil {
		err = f.Chmod(0o644)
	}
	if err != nil {
		return cannotWrite(name, err)
	}
	o.file, o.w = f, bufio.NewWriterSize(f, 1<<20)
	return nil
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	if err != nil && o.name != "" {
		err = cannotWrite(o.name, err)
	}
	return n, err
}

func (o *output) commit() error {
	if err := o.w.Flush(); err != nil {
		o.abort()
		return cannotWrite(o.name, err)
	}
	if o.done = true; o.file == nil {
		return nil
	}
	temp := o.file.Name()
	if o.unnamed {
		var err error
		if temp, err = giveName(o.file, o.name); err != nil {
			o.file.Close()
			return cannotWrite(o.name, err)
		}
	}
	err := o.file.Close()
	if err == nil {
		err = os.Rename(temp, o.name)
	}
	if err != nil {
		os.Remove(temp)
		return cannotWrite(o.name, err)
	}
	return nil
}

func (o *output) abort() {
	if o.done || o.file == nil {
		return
	}
	o.done = true
	o.file.Close()
	if !o.unnamed {
		os.Remove(o.file.Name())
	}
}

// A csvWriter writes CSV. Rows of a CSV source are copied as they stand.
type csvWriter struct {
	out    *output
	fields []Field
	comma  byte
	same   bool // the source is CSV and all its columns are written
}

func (w *csvWriter) Encode(b *Batch, added []Column) (*Block, error) {
	k := &Block{rows: b.Rows, data: blockData(len(b.lines.Buf) + 64*b.Rows)}
	same := w.same && b.lines.Len() == b.Rows
	from := 0
	if same {
		from = len(w.out.sources)
	}
	for r := range b.Rows {
		if same {
			k.data = append(k.data, b.lines.At(r)...)
		}
		for i := from; i < len(w.fields); i++ {
			if i > 0 {
				k.data = append(k.data, w.comma)
			}
			k.data = w.out.column(b, added, i).appendTo(k.data, r, w.comma)
		}
		k.data = append(k.data, '\n')
	}
	return k, nil
}

func (w *csvWriter) Append(k *Block) error {
	_, err := w.out.Write(k.data)
	k.free()
	return err
}

func (w *csvWriter) Close() error { return w.out.commit() }
func (w *csvWriter) Abort()       { w.out.abort() }

// AppendText appends cell r as CSV shows it, without quotes.
func (c *Column) AppendText(to []byte, r int) []byte { return c.appendTo(to, r, 0) }

func (c *Column) appendTo(to []byte, r int, comma byte) []byte {
	if c.IsNull(r) {
		return to
	}
	switch c.Kind {
	case String:
		if comma == 0 {
			return append(to, c.Bytes(r)...)
		}
		return appendCell(to, c.Bytes(r), comma)
	case Int:
		return strconv.AppendInt(to, c.int(r), 10)
	case Float:
		return strconv.AppendFloat(to, c.Floats[r], 'f', -1, 64)
	case Decimal:
		return appendDecimal(to, c.int(r), c.Scale)
	case Date:
		return appendDate(to, c.int(r))
	case Time:
		return appendTime(to, c.int(r), c.Scale)
	}
	if c.int(r) != 0 {
		return append(to, "true"...)
	}
	return append(to, "false"...)
}

// appendCell appends a text, quoted when it must be.
func appendCell(to, t []byte, comma byte) []byte {
	if bytes.IndexByte(t, comma) < 0 && bytes.IndexByte(t, '"') < 0 && bytes.IndexByte(t, '\n') < 0 && bytes.IndexByte(t, '\r') < 0 {
		return append(to, t...)
	}
	to = append(to, '"')
	for _, c := range t {
		if c == '"' {
			to = append(to, '"')
		}
		to = append(to, c)
	}
	return append(to, '"')
}

// appendDecimal appends a number without zeros at its end; amounts of money
// (of two and four decimals) keep two decimals.
func appendDecimal(to []byte, v int64, scale int) []byte {
	u := uint64(v)
	if v < 0 {
		to = append(to, '-')
		u = -u
	}
	keep := 0
	if scale == 2 || scale == 4 {
		keep = 2
	}
	for scale > keep && u%10 == 0 {
		u /= 10
		scale--
	}
	var digits [24]byte
	i := len(digits)
	for n := 0; n <= scale || u > 0; n++ {
		if n == scale && n > 0 {
			i--
			digits[i] = '.'
		}
		i--
		digits[i] = '0' + byte(u%10)
		u /= 10
	}
	return append(to, digits[i:]...)
}

func appendDate(to []byte, day int64) []byte {
	// Days to civil date, after Howard Hinnant's algorithm.
	z := day + 719468
	era := z / 146097
	if z < 0 {
		era = (z - 146096) / 146097
	}
	doe := z - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d := doy - (153*mp+2)/5 + 1
	m := mp + 3
	if m > 12 {
		m -= 12
	}
	y := yoe + era*400
	if m <= 2 {
		y++
	}
	to = append(to, byte('0'+y/1000%10), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-')
	return append(to, byte('0'+m/10), byte('0'+m%10), '-', byte('0'+d/10), byte('0'+d%10))
}

func appendTime(to []byte, v int64, scale int) []byte {
	unit := int64(1)
	for range scale {
		unit *= 10
	}
	day, rest := floorDiv(v, 86400*unit)
	to = appendDate(to, day)
	s := rest / unit
	to = append(to, ' ', byte('0'+s/36000), byte('0'+s/3600%10), ':', byte('0'+s/600%6), byte('0'+s/60%10))
	return append(to, ':', byte('0'+s/10%6), byte('0'+s%10))
}

func floorDiv(a, b int64) (q, r int64) {
	q, r = a/b, a%b
	if r < 0 {
		q, r = q-1, r+b
	}
	return q, r
}

// A Rejects is the file of rows that cannot be used: row number, field, reason,
// id. It is made when the first reject comes.
type Rejects struct {
	Name string // empty: rows are counted only
	N    int64
	out  *output
	csv  *csv.Writer
}

// Add writes rejects in the order of their rows.
func (r *Rejects) Add(list []Reject) error {
	if len(list) == 0 {
		return nil
	}
	r.N += int64(len(list))
	if r.Name == "" {
		return nil
	}
	if r.out == nil {
		o := &output{}
		if err := o.create(r.Name); err != nil {
			return err
		}
		r.out, r.csv = o, csv.NewWriter(o)
		if err := r.csv.Write([]string{"row", "field", "reason", "id"}); err != nil {
			return err
		}
	}
	slices.SortStableFunc(list, func(a, b Reject) int { return int(a.Row - b.Row) })
	for _, x := range list {
		if err := r.csv.Write([]string{strconv.FormatInt(x.Row, 10), x.Field, x.Reason, x.ID}); err != nil {
			return err
		}
	}
	return nil
}

// Close makes the file whole; an older one of that name is removed when there
// is nothing to reject.
func (r *Rejects) Close() error {
	if r.out == nil {
		if r.Name != "" {
			if err := os.Remove(r.Name); err != nil && !errors.Is(err, os.ErrNotExist) {
				return cannotWrite(r.Name, err)
			}
		}
		return nil
	}
	r.csv.Flush()
	if err := r.csv.Error(); err != nil {
		return err
	}
	return r.out.commit()
}

// Abort leaves nothing behind.
func (r *Rejects) Abort() {
	if r.out != nil {
		r.out.abort()
	}
}

func newPool(f func() any) *sync.Pool { return &sync.Pool{New: f} }

// A File is a plain file that gets its name when it is closed.
type File struct{ out *output }

// CreateFile opens a file for writing.
func CreateFile(name string) (*File, error) {
	o := &output{}
	if err := o.create(name); err != nil {
		return nil, err
	}
	return &File{o}, nil
}

func (f *File) Write(p []byte) (int, error) { return f.out.Write(p) }

// Close makes the file whole and gives it its name.
func (f *File) Close() error { return f.out.commit() }

// Abort leaves nothing behind. It does nothing after Close.
func (f *File) Abort() { f.out.abort() }
