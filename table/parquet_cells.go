package table

import (
	"encoding/binary"
	"errors"
	"io"
	"slices"

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
			if c.Null == nil {
				c.nulls = slices.Grow(c.nulls[:0], c.len()+n)
				c.Null = c.nulls[:c.len()]
				clear(c.Null)
			}
			values = 0
			null := extend(&c.Null, k)
			for i, d := range present {
				null[i] = d == 0
				values += int(d)
			}
		} else if c.Null != nil {
			clear(extend(&c.Null, k))
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
	from, to := len(s)-1, len(s)+grow-len(present) // the last value; where the cells go
	extend(&s, grow)
	cells := s[to:]
	var zero T
	i := len(present) - 1
	for ; from >= to; i-- { // nulls come as they like: no branch
		x := s[from]
		if present[i] == 0 {
			x = zero
		}
		cells[i] = x
		from -= int(present[i])
	}
	clear(cells[:i+1])
	return s
}

// extend makes a slice longer by n and returns what was added, not cleared.
func extend[T any](s *[]T, n int) []T {
	k := len(*s)
	*s = slices.Grow(*s, n)[:k+n]
	return (*s)[k:]
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
	size, most := uint32(d.Len()), uint32(0)
	for _, x := range codes {
		most = max(most, uint32(x))
	}
	if n > 0 && most >= size {
		return errors.New("a cell is not in the dictionary")
	}
	switch c.Kind {
	case String:
		if size > 1<<16 || !c.Dict && c.Text.Len() > 0 {
			if c.Dict {
				c.plain()
			}
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
		base, to := r.dict.base, extend(&c.Codes, n)
		for i, x := range codes {
			to[i] = base + uint32(x)
		}
	case Float:
		to := extend(&c.Floats, n)
		for i, x := range codes {
			to[i] = r.dict.floats[x]
		}
	default:
		to := extend(&c.Ints, n)
		for i, x := range codes {
			to[i] = r.dict.ints[x]
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
		off = off[at : at+n+1]
		start, end := extend(&c.Text.Start, n), extend(&c.Text.End, n)
		for i := range start {
			start[i], end[i] = base+off[i], base+off[i+1]
		}
	case encoding.Int32:
		s := v.Int32()
		if at+n > len(s) {
			return short
		}
		to := extend(&c.Ints, n)
		for i, x := range s[at : at+n] {
			to[i] = int64(x)
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
