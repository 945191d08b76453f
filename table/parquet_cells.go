package table

import (
	"encoding/binary"
	"errors"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"
)

// A chunkReader walks the pages of one column through all row groups.
type chunkReader struct {
	file  *parquet.File
	index int
	field *Field
	group int
	pages parquet.Pages
	page  parquet.Page
	at    int // rows of the page handed out
	value int // values of the page handed out (rows that are not null)
	dict  dictionary
}

// A dictionary is the dictionary of a column chunk, decoded.
type dictionary struct {
	of     parquet.Dictionary
	text   Strings
	ints   []int64
	floats []float64
	column *Column // of text: the column that holds it, from base on
	base   uint32
}

func (r *chunkReader) close() {
	if r.page != nil {
		parquet.Release(r.page)
		r.page = nil
	}
	if r.pages != nil {
		r.pages.Close()
		r.pages = nil
	}
}

// next moves to the next page that holds rows.
func (r *chunkReader) next() error {
	if r.page != nil {
		parquet.Release(r.page)
		r.page = nil
	}
	for {
		if r.pages == nil {
			groups := r.file.RowGroups()
			if r.group == len(groups) {
				return io.ErrUnexpectedEOF
			}
			r.pages = groups[r.group].ColumnChunks()[r.index].Pages()
			r.dict = dictionary{}
			r.group++
		}
		page, err := r.pages.ReadPage()
		switch {
		case errors.Is(err, io.EOF):
			r.pages.Close()
			r.pages = nil
			continue
		case err != nil:
			return err
		}
		if page.NumRows() == 0 {
			parquet.Release(page)
			continue
		}
		r.page, r.at, r.value = page, 0, 0
		return nil
	}
}

// read appends n cells to the column.
func (r *chunkReader) read(c *Column, n int) error {
	for n > 0 {
		if r.page == nil || r.at == int(r.page.NumRows()) {
			if err := r.next(); err != nil {
				return err
			}
		}
		k := min(n, int(r.page.NumRows())-r.at)
		var present []byte // definition levels: 1 where there is a value
		values := k
		if r.page.NumNulls() > 0 {
			present = r.page.DefinitionLevels()[r.at : r.at+k]
			values = 0
			for _, d := range present {
				values += int(d)
			}
			if c.Null == nil {
				c.Null = make([]bool, c.len(), c.len()+n)
			}
		}
		if c.Null != nil {
			for i := range k {
				c.Null = append(c.Null, present != nil && present[i] == 0)
			}
		}
		if err := r.values(c, r.value, values); err != nil {
			return err
		}
		if values < k {
			c.spread(present, values)
		}
		r.at += k
		r.value += values
		n -= k
	}
	return nil
}

// spread makes room for the nulls among the last values of the column.
func (c *Column) spread(present []byte, values int) {
	grow := len(present) - values
	switch {
	case c.Dict:
		c.Codes = spread(c.Codes, grow, present)
	case c.Kind == String:
		c.Text.Start = spread(c.Text.Start, grow, present)
		c.Text.End = spread(c.Text.End, grow, present)
	case c.Kind == Float:
		c.Floats = spread(c.Floats, grow, present)
	default:
		c.Ints = spread(c.Ints, grow, present)
	}
}

func spread[T any](s []T, grow int, present []byte) []T {
	from := len(s) - 1
	s = append(s, make([]T, grow)...)
	to := len(s) - 1
	var zero T
	for i := len(present) - 1; i >= 0; i-- {
		if present[i] == 1 {
			s[to] = s[from]
			from--
		} else {
			s[to] = zero
		}
		to--
	}
	return s
}

// values appends the values [at, at+n) of the page, nulls left out.
func (r *chunkReader) values(c *Column, at, n int) error {
	data := r.page.Data()
	d := r.page.Dictionary()
	if d == nil {
		if c.Dict {
			c.plain()
		}
		return appendValues(c, &data, at, n)
	}
	if r.dict.of != d {
		r.dict = dictionary{of: d}
		values := d.Page().Data()
		all := Column{Kind: c.Kind, Scale: c.Scale}
		if err := appendValues(&all, &values, 0, d.Len()); err != nil {
			return err
		}
		r.dict.text, r.dict.ints, r.dict.floats = all.Text, all.Ints, all.Floats
	}
	codes := data.Int32()
	if at+n > len(codes) {
		return io.ErrUnexpectedEOF
	}
	codes = codes[at : at+n]
	size := uint32(d.Len())
	for _, x := range codes {
		if uint32(x) >= size {
			return errors.New("a cell is not in the dictionary")
		}
	}
	switch c.Kind {
	case String:
		if !c.Dict && (c.Text.Len() > 0 || size > 1<<16) {
			for _, x := range codes {
				c.Text.Add(r.dict.text.At(int(x)))
			}
			return nil
		}
		c.Dict = true
		if r.dict.column != c || int(r.dict.base)+int(size) > c.Text.Len() {
			r.dict.column, r.dict.base = c, uint32(c.Text.Len())
			c.Text.addAll(&r.dict.text)
		}
		base := r.dict.base
		for _, x := range codes {
			c.Codes = append(c.Codes, base+uint32(x))
		}
	case Float:
		for _, x := range codes {
			c.Floats = append(c.Floats, r.dict.floats[x])
		}
	default:
		for _, x := range codes {
			c.Ints = append(c.Ints, r.dict.ints[x])
		}
	}
	return nil
}

func (s *Strings) addAll(t *Strings) {
	n := uint32(len(s.Buf))
	s.Buf = append(s.Buf, t.Buf...)
	for i := range t.Start {
		s.Start = append(s.Start, n+t.Start[i])
		s.End = append(s.End, n+t.End[i])
	}
}

// plain turns a dictionary column into one text a row.
func (c *Column) plain() {
	var t Strings
	for i := range c.Codes {
		t.Add(c.Bytes(i))
	}
	c.Text, c.Dict, c.Codes = t, false, c.Codes[:0]
}

// appendValues appends values [at, at+n) as they are stored.
func appendValues(c *Column, v *encoding.Values, at, n int) error {
	short := io.ErrUnexpectedEOF
	switch v.Kind() {
	case encoding.ByteArray:
		data, off := v.ByteArray()
		if at+n+1 > len(off) && n > 0 {
			return short
		}
		if n == 0 {
			return nil
		}
		if c.Kind == Decimal {
			for i := at; i < at+n; i++ {
				x, err := bigEndian(data[off[i]:off[i+1]])
				if err != nil {
					return err
				}
				c.Ints = append(c.Ints, x)
			}
			return nil
		}
		base := uint32(len(c.Text.Buf)) - off[at]
		c.Text.Buf = append(c.Text.Buf, data[off[at]:off[at+n]]...)
		for i := at; i < at+n; i++ {
			c.Text.Start = append(c.Text.Start, base+off[i])
			c.Text.End = append(c.Text.End, base+off[i+1])
		}
	case encoding.Int32:
		s := v.Int32()
		if at+n > len(s) {
			return short
		}
		for _, x := range s[at : at+n] {
			c.Ints = append(c.Ints, int64(x))
		}
	case encoding.Int64:
		s := v.Int64()
		if at+n > len(s) {
			return short
		}
		c.Ints = append(c.Ints, s[at:at+n]...)
	case encoding.Float:
		s := v.Float()
		if at+n > len(s) {
			return short
		}
		for _, x := range s[at : at+n] {
			c.Floats = append(c.Floats, float64(x))
		}
	case encoding.Double:
		s := v.Double()
		if at+n > len(s) {
			return short
		}
		c.Floats = append(c.Floats, s[at:at+n]...)
	case encoding.Boolean:
		s := v.Boolean()
		if at+n > 8*len(s) {
			return short
		}
		for i := at; i < at+n; i++ {
			c.Ints = append(c.Ints, int64(s[i/8]>>(i%8)&1))
		}
	case encoding.FixedLenByteArray:
		data, size := v.FixedLenByteArray()
		if (at+n)*size > len(data) {
			return short
		}
		for i := at; i < at+n; i++ {
			x, err := bigEndian(data[i*size : (i+1)*size])
			if err != nil {
				return err
			}
			c.Ints = append(c.Ints, x)
		}
	default:
		return errors.New("a type of value that is not read")
	}
	return nil
}

// bigEndian reads a two's complement number of any length that fits 64 bits.
func bigEndian(b []byte) (int64, error) {
	var fill byte
	if len(b) > 0 && b[0]&0x80 != 0 {
		fill = 0xff
	}
	var w [8]byte
	for i := range w {
		w[i] = fill
	}
	for len(b) > 8 {
		if b[0] != fill {
			return 0, errors.New("a decimal is too large")
		}
		b = b[1:]
	}
	copy(w[8-len(b):], b)
	x := int64(binary.BigEndian.Uint64(w[:]))
	if (x < 0) != (fill != 0) {
		return 0, errors.New("a decimal is too large")
	}
	return x, nil
}
