package table

import (
	"encoding/binary"
	"hash/maphash"
	"io"
	"math"
	"math/bits"
	"slices"

	"github.com/klauspost/compress/s2"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// A parquetWriter writes each block as a row group. The library's own writer
// takes rows or single values; this one takes the columns of a batch as they
// are, so that a dictionary read is a dictionary written and row groups are
// encoded by many goroutines at once. Codecs, level and dictionary encodings
// and the metadata are the library's.
type parquetWriter struct {
	out    *output
	fields []Field
	codec  format.CompressionCodec
	groups []format.RowGroup
	rows   int64
	at     int64
}

const magic = "PAR1"

func newParquetWriter(out *output, fields []Field) (*parquetWriter, error) {
	w := &parquetWriter{out: out, fields: fields, codec: format.Snappy, at: int64(len(magic))}
	_, err := io.WriteString(out, magic)
	return w, err
}

func compressor(c format.CompressionCodec) compress.Codec { return parquet.LookupCompressionCodec(c) }

// element returns the schema element of a field, that of its source when the
// field is passed through.
func element(f *Field) format.SchemaElement {
	el := format.SchemaElement{Name: f.Name, RepetitionType: thrift.New(format.Optional)}
	if f.Required {
		el.RepetitionType = thrift.New(format.Required)
	}
	if s, ok := f.physical.(stored); ok {
		switch s.element.Type.V {
		case format.Boolean, format.Int32, format.Int64, format.Float, format.Double:
			s.element.RepetitionType = el.RepetitionType
			return s.element
		case format.ByteArray:
			if f.Kind == String {
				s.element.RepetitionType = el.RepetitionType
				return s.element
			}
		}
	}
	switch f.Kind {
	case String:
		el.Type = thrift.New(format.ByteArray)
		el.ConvertedType = thrift.New(deprecated.UTF8)
		el.LogicalType.Value = &format.StringType{}
	case Int:
		el.Type = thrift.New(format.Int64)
	case Float:
		el.Type = thrift.New(format.Double)
	case Decimal:
		el.Type = thrift.New(format.Int64)
		el.ConvertedType = thrift.New(deprecated.Decimal)
		el.Scale, el.Precision = thrift.New(int32(f.Scale)), thrift.New(int32(18))
		el.LogicalType.Value = &format.DecimalType{Scale: int32(f.Scale), Precision: 18}
	case Date:
		el.Type = thrift.New(format.Int32)
		el.ConvertedType = thrift.New(deprecated.Date)
		el.LogicalType.Value = &format.DateType{}
	case Time:
		el.Type = thrift.New(format.Int64)
		t := &format.TimestampType{IsAdjustedToUTC: true}
		switch f.Scale {
		case 3:
			t.Unit.Value = &format.MilliSeconds{}
		case 6:
			t.Unit.Value = &format.MicroSeconds{}
		default:
			t.Unit.Value = &format.NanoSeconds{}
		}
		el.LogicalType.Value = t
	case Bool:
		el.Type = thrift.New(format.Boolean)
	}
	return el
}

// Encode encodes the rows of a batch, its own columns and those added.
func (w *parquetWriter) Encode(b *Batch, added []Column) (*Block, error) {
	k := &Block{rows: b.Rows}
	if b.Rows == 0 {
		return k, nil
	}
	e := encoders.Get().(*encoder)
	defer encoders.Put(e)
	k.columns = make([]format.ColumnChunk, len(w.fields))
	n := 0
	for i := range w.fields {
		c := w.out.column(b, added, i)
		if c.Dict {
			n += 2 * b.Rows
		} else if c.Kind != String {
			n += 8 * b.Rows
		} else {
			n += 16 * b.Rows
		}
	}
	k.data = blockData(n / 4)
	for i := range w.fields {
		c := w.out.column(b, added, i)
		if err := e.chunk(k, i, &w.fields[i], c, b.Rows, w.codec); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// Append writes a block behind those before it.
func (w *parquetWriter) Append(k *Block) error {
	if k.rows == 0 {
		return nil
	}
	if _, err := w.out.Write(k.data); err != nil {
		return err
	}
	g := format.RowGroup{NumRows: int64(k.rows), FileOffset: w.at, TotalCompressedSize: int64(len(k.data)), Ordinal: int16(min(len(w.groups), math.MaxInt16))}
	for i := range k.columns {
		m := &k.columns[i].MetaData
		m.DataPageOffset += w.at
		if m.DictionaryPageOffset >= 0 {
			m.DictionaryPageOffset += w.at
		} else {
			m.DictionaryPageOffset = 0
		}
		g.TotalByteSize += m.TotalUncompressedSize
	}
	g.Columns = k.columns
	w.groups = append(w.groups, g)
	w.rows += int64(k.rows)
	w.at += int64(len(k.data))
	k.free()
	return nil
}

func (w *parquetWriter) Close() error {
	meta := format.FileMetaData{Version: 2, NumRows: w.rows, RowGroups: w.groups, CreatedBy: "kanzei"}
	meta.Schema = append(meta.Schema, format.SchemaElement{Name: "schema", NumChildren: thrift.New(int32(len(w.fields)))})
	for i := range w.fields {
		meta.Schema = append(meta.Schema, element(&w.fields[i]))
		meta.ColumnOrders = append(meta.ColumnOrders, format.ColumnOrder{Value: &format.TypeDefinedOrder{}})
	}
	foot, err := thrift.Marshal(new(thrift.CompactProtocol), &meta)
	if err != nil {
		return err
	}
	foot = binary.LittleEndian.AppendUint32(foot, uint32(len(foot)))
	if _, err := w.out.Write(append(foot, magic...)); err != nil {
		return err
	}
	return w.out.commit()
}

func (w *parquetWriter) Abort() { w.out.abort() }

// An encoder holds the buffers of one goroutine.
type encoder struct {
	body, packed, levels []byte
	codes                []int32
	seen                 []int32  // dictionary code of the source → code written, plus one
	table                []uint32 // of texts: some bits of the hash above the code, plus one
	dict                 []byte
	starts               []uint32
	seed                 maphash.Seed
	present              []byte
	delta                delta.BinaryPackedEncoding
	some                 []int64 // of a column, without nulls
	shared, left         []int32 // of texts: bytes in common with the one before, and those left
	tails                []byte
	narrow               []int32
}

var encoders = newPool(func() any { return &encoder{seed: maphash.MakeSeed()} })

// chunk appends the column chunk i to the block; offsets are from its start.
func (e *encoder) chunk(k *Block, i int, f *Field, c *Column, rows int, codec format.CompressionCodec) error {
	el := element(f)
	m := &k.columns[i].MetaData
	m.Type, m.Codec, m.PathInSchema = el.Type.V, codec, thrift.Slice[string]{f.Name}
	m.NumValues = int64(rows)
	m.DictionaryPageOffset = -1
	start := len(k.data)

	e.body = e.body[:0]
	nulls := 0
	null := c.Null
	if !f.Required {
		if null != nil {
			nulls = e.mark(null[:rows])
		}
		if nulls == 0 {
			null = nil
			e.levels = binary.AppendUvarint(e.levels[:0], uint64(rows)<<1)
			e.levels = append(e.levels, 1)
		} else {
			enc := rle.Encoding{BitWidth: 1}
			var err error
			if e.levels, err = enc.EncodeLevels(e.levels[:0], e.present); err != nil {
				return err
			}
		}
		e.body = binary.LittleEndian.AppendUint32(e.body, uint32(len(e.levels)))
		e.body = append(e.body, e.levels...)
	} else {
		null = nil
	}
	m.Statistics.NullCount = int64(nulls)

	enc := format.Plain
	if c.Kind == String && f.Kind == String {
		front, err := e.fronts(c, null, rows)
		if err != nil {
			return err
		}
		if front {
			enc = format.DeltaByteArray // compressed all the same: the library takes a column's codec from its first block
			m.Encoding = thrift.Slice[format.Encoding]{format.RLE, enc}
		} else if n, ok := e.dictionary(c, null, rows); ok {
			if err := e.coded(k, m, n, codec); err != nil {
				return err
			}
			enc = format.RLEDictionary
		} else {
			for r := range rows {
				if null == nil || !null[r] {
					e.body = appendText(e.body, c.Bytes(r))
				}
			}
		}
	} else if c.Dict && (el.Type.V == format.Int32 || el.Type.V == format.Int64) {
		n := e.numberDictionary(m, el.Type.V, c, null, rows)
		if err := e.coded(k, m, n, codec); err != nil {
			return err
		}
		enc = format.RLEDictionary
	} else {
		whole, ok := el.LogicalType.Value.(*format.IntType)
		cells := e.numbers(m, el.Type.V, !ok || whole.IsSigned, c, null, rows)
		if el.Type.V == format.Int32 || el.Type.V == format.Int64 {
			if err := e.pack(el.Type.V, cells); err != nil {
				return err
			}
			enc, codec = format.DeltaBinaryPacked, format.Uncompressed // what is packed hardly shrinks
			m.Codec, m.Encoding = codec, thrift.Slice[format.Encoding]{format.RLE, enc}
		}
	}
	if enc == format.Plain {
		m.Encoding = thrift.Slice[format.Encoding]{format.Plain, format.RLE}
	}
	m.DataPageOffset = int64(len(k.data))
	header := format.PageHeader{Type: format.DataPage, DataPageHeader: thrift.New(format.DataPageHeader{
		NumValues: int32(rows), Encoding: enc, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE})}
	if err := e.page(k, m, &header, e.body, codec); err != nil {
		return err
	}
	m.TotalCompressedSize = int64(len(k.data) - start)
	return nil
}

// coded appends the page of the dictionary, of n values, to the block and the
// codes to the body.
func (e *encoder) coded(k *Block, m *format.ColumnMetaData, n int, codec format.CompressionCodec) (err error) {
	m.DictionaryPageOffset = int64(len(k.data))
	m.Encoding = thrift.Slice[format.Encoding]{format.Plain, format.RLE, format.RLEDictionary}
	header := format.PageHeader{Type: format.DictionaryPage, DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: int32(n), Encoding: format.Plain})}
	if err := e.page(k, m, &header, e.dict, codec); err != nil {
		return err
	}
	enc := rle.Encoding{BitWidth: bits.Len(uint(max(n, 1) - 1))}
	if e.packed, err = enc.EncodeInt32(e.packed, e.codes); err != nil {
		return err
	}
	e.body = append(append(e.body, byte(enc.BitWidth)), e.packed...)
	return nil
}

// mark fills present, one where a cell is not null, and returns how many are
// null. Nulls come in no order that a processor foresees, so there is no branch,
// here and in numbers.
func (e *encoder) mark(null []bool) (nulls int) {
	e.present = slices.Grow(e.present[:0], len(null))[:len(null)]
	present := e.present
	n := 0
	for r, x := range null {
		p := byte(1)
		if x {
			p = 0
		}
		present[r] = p
		n += int(p)
	}
	return len(null) - n
}

// page appends a page with its header.
func (e *encoder) page(k *Block, m *format.ColumnMetaData, h *format.PageHeader, body []byte, codec format.CompressionCodec) error {
	var err error
	packed := body
	switch codec {
	case format.Uncompressed:
	case format.Snappy: // twice as fast as the library's choice, for a tenth more bytes
		e.packed = s2.EncodeSnappy(e.packed[:cap(e.packed)], body)
		packed = e.packed
	default:
		if e.packed, err = compressor(codec).Encode(e.packed[:0], body); err != nil {
			return err
		}
		packed = e.packed
	}
	h.UncompressedPageSize, h.CompressedPageSize = int32(len(body)), int32(len(packed))
	head, err := thrift.Marshal(new(thrift.CompactProtocol), h)
	if err != nil {
		return err
	}
	k.data = append(append(k.data, head...), packed...)
	m.TotalUncompressedSize += int64(len(head) + len(body))
	return nil
}

// sampled is how many rows show whether an encoding of texts pays.
const sampled = 4096

// fronts appends texts as what each shares with the one before and what is left:
// ids that count up are smaller so than compressed, in less time. It is ok where
// three quarters are shared and the texts seldom the same.
func (e *encoder) fronts(c *Column, null []bool, rows int) (ok bool, err error) {
	if c.Dict || rows < sampled {
		return false, nil
	}
	shared, left := slices.Grow(e.shared[:0], rows)[:rows], slices.Grow(e.left[:0], rows)[:rows]
	tails, at, all, same := e.tails[:0], 0, 0, 0
	var last []byte
	for r := range rows {
		if r == sampled && (4*len(tails) >= all || 2*same > r) {
			return false, nil
		}
		if null != nil && null[r] {
			continue
		}
		t := c.Text.At(r)
		n := prefix(last, t)
		if n == len(t) {
			same++
		}
		shared[at], left[at] = int32(n), int32(len(t)-n)
		at++
		tails = append(tails, t[n:]...)
		all += len(t)
		last = t
	}
	e.shared, e.left, e.tails = shared[:at], left[:at], tails
	if 4*len(tails) >= all {
		return false, nil
	}
	for _, lengths := range [][]int32{e.shared, e.left} {
		if e.packed, err = e.delta.EncodeInt32(e.packed, lengths); err != nil {
			return false, err
		}
		e.body = append(e.body, e.packed...)
	}
	e.body = append(e.body, tails...)
	return true, nil
}

// prefix returns how many bytes two texts have in common at their beginning.
func prefix(a, b []byte) (n int) {
	for len(a)-n >= 8 && len(b)-n >= 8 {
		if x := binary.LittleEndian.Uint64(a[n:]) ^ binary.LittleEndian.Uint64(b[n:]); x != 0 {
			return n + bits.TrailingZeros64(x)/8
		}
		n += 8
	}
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	return n
}

// dictionary fills dict and codes; ok is false where the cells are too various
// for a dictionary to pay.
func (e *encoder) dictionary(c *Column, null []bool, rows int) (n int, ok bool) {
	if c.Dict {
		return e.recode(c, null, rows), true
	}
	if e.table == nil {
		e.table = make([]uint32, 1<<17)
	}
	clear(e.table)
	table, mask := e.table, uint32(len(e.table)-1)
	codes, dict, starts := slices.Grow(e.codes[:0], rows)[:rows], e.dict[:0], e.starts[:0]
	var last []byte
	at, code := 0, uint32(0)
	for r := range rows {
		if r == sampled && len(starts) > sampled*3/4 || len(starts) > len(table)/2 {
			return 0, false
		}
		if null != nil && null[r] {
			continue
		}
		t := c.Text.At(r)
		if at == 0 || string(last) != string(t) {
			h := maphash.Bytes(e.seed, t)
			tag := uint32(h) &^ mask
			for s := uint32(h>>32) & mask; ; s = (s + 1) & mask {
				x := table[s]
				if x == 0 {
					code = uint32(len(starts))
					table[s] = tag | (code + 1)
					starts = append(starts, uint32(len(dict)))
					dict = appendText(dict, t)
					break
				}
				if x&^mask == tag {
					code = x&mask - 1
					d := dict[starts[code]:]
					if n := binary.LittleEndian.Uint32(d); string(d[4:4+n]) == string(t) {
						break
					}
				}
			}
			last = t
		}
		codes[at] = int32(code)
		at++
	}
	e.codes, e.dict, e.starts = codes[:at], dict, starts
	return len(starts), len(starts) < rows/2 || rows < sampled
}

// recode fills dict and codes for a column that has a dictionary and returns how
// many of its texts the cells have; the others are left out.
func (e *encoder) recode(c *Column, null []bool, rows int) (n int) {
	codes, dict := slices.Grow(e.codes[:0], rows)[:rows], e.dict[:0]
	e.seen = slices.Grow(e.seen[:0], c.Text.Len())[:c.Text.Len()]
	clear(e.seen)
	seen, at := e.seen, 0
	for r, x := range c.Codes[:rows] {
		if null != nil && null[r] {
			continue
		}
		code := seen[x]
		if code == 0 {
			n++
			code = int32(n)
			seen[x] = code
			dict = appendText(dict, c.Text.At(int(x)))
		}
		codes[at] = code - 1
		at++
	}
	e.codes, e.dict = codes[:at], dict
	return n
}

// appendText appends a text as a plain page has it.
func appendText(to, t []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(to, uint32(len(t))), t...)
}

// numberDictionary fills dict and codes for a column of numbers that has a
// dictionary; the numbers that no cell has are left out.
func (e *encoder) numberDictionary(m *format.ColumnMetaData, t format.Type, c *Column, null []bool, rows int) (n int) {
	e.codes, e.dict = slices.Grow(e.codes[:0], rows), e.dict[:0]
	e.seen = slices.Grow(e.seen[:0], len(c.Ints))[:len(c.Ints)]
	clear(e.seen)
	lo, hi := int64(math.MaxInt64), int64(math.MinInt64)
	put := func(b []byte, x int64) []byte {
		if t == format.Int32 {
			return binary.LittleEndian.AppendUint32(b, uint32(x))
		}
		return binary.LittleEndian.AppendUint64(b, uint64(x))
	}
	for r, x := range c.Codes[:rows] {
		if null != nil && null[r] {
			continue
		}
		if e.seen[x] == 0 {
			n++
			e.seen[x] = int32(n)
			e.dict = put(e.dict, c.Ints[x])
			lo, hi = min(lo, c.Ints[x]), max(hi, c.Ints[x])
		}
		e.codes = append(e.codes, e.seen[x]-1)
	}
	if n > 0 {
		m.Statistics.MinValue, m.Statistics.MaxValue = put(nil, lo), put(nil, hi)
	}
	return n
}

// numbers appends the cells of a column of numbers as they are stored, but for
// integers, which it returns for pack.
func (e *encoder) numbers(m *format.ColumnMetaData, t format.Type, signed bool, c *Column, null []bool, rows int) []int64 {
	le := binary.LittleEndian
	lo, hi := int64(math.MaxInt64), int64(math.MinInt64)
	switch t {
	case format.Boolean:
		var bits byte
		n := 0
		for r := range rows {
			if null != nil && null[r] {
				continue
			}
			bits |= byte(c.Ints[r]&1) << (n & 7)
			if n++; n&7 == 0 {
				e.body = append(e.body, bits)
				bits = 0
			}
		}
		if n&7 != 0 {
			e.body = append(e.body, bits)
		}
		return nil
	case format.Float, format.Double:
		for r := range rows {
			switch {
			case null != nil && null[r]:
			case t == format.Float:
				e.body = le.AppendUint32(e.body, math.Float32bits(float32(c.Floats[r])))
			default:
				e.body = le.AppendUint64(e.body, math.Float64bits(c.Floats[r]))
			}
		}
		return nil
	}
	cells := c.Ints[:rows]
	if null != nil {
		e.some = slices.Grow(e.some[:0], rows)[:rows]
		some, n := e.some, 0
		for r, p := range e.present[:len(cells)] {
			some[n] = cells[r]
			n += int(p)
		}
		cells = some[:n]
	}
	for _, x := range cells {
		lo, hi = min(lo, x), max(hi, x)
	}
	if len(cells) == 0 || !signed {
		return cells
	}
	bound := func(x int64) []byte {
		if t == format.Int32 {
			return le.AppendUint32(nil, uint32(x))
		}
		return le.AppendUint64(nil, uint64(x))
	}
	m.Statistics.MinValue, m.Statistics.MaxValue = bound(lo), bound(hi)
	return cells
}

// pack appends integers as differences, in as few bits as they need: a third of
// the bytes of most columns, in less time than a compressor takes.
func (e *encoder) pack(t format.Type, cells []int64) (err error) {
	if t == format.Int64 {
		e.packed, err = e.delta.EncodeInt64(e.packed[:0], cells)
	} else {
		e.narrow = slices.Grow(e.narrow[:0], len(cells))
		for _, x := range cells {
			e.narrow = append(e.narrow, int32(x))
		}
		e.packed, err = e.delta.EncodeInt32(e.packed[:0], e.narrow)
	}
	e.body = append(e.body, e.packed...)
	return err
}
