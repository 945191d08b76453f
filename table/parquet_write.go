package table

import (
	"encoding/binary"
	"hash/maphash"
	"io"
	"math"
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
	seen                 []int32 // dictionary code of the source → code written, plus one
	table                []uint32
	hashes               []uint64
	dict                 []byte
	starts               []uint32
	seed                 maphash.Seed
	present              []byte
	rle                  rle.DictionaryEncoding
	delta                delta.BinaryPackedEncoding
	some                 []int64 // of a column, without nulls
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
			e.present = e.present[:0]
			for _, x := range null[:rows] {
				if x {
					nulls++
					e.present = append(e.present, 0)
				} else {
					e.present = append(e.present, 1)
				}
			}
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
		if n, ok := e.dictionary(c, null, rows); ok {
			m.DictionaryPageOffset = int64(len(k.data))
			header := format.PageHeader{Type: format.DictionaryPage, DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: int32(n), Encoding: format.Plain})}
			if err := e.page(k, m, &header, e.dict, codec); err != nil {
				return err
			}
			enc = format.RLEDictionary
			var err error
			if e.packed, err = e.rle.EncodeInt32(e.packed[:0], e.codes); err != nil {
				return err
			}
			e.body = append(e.body, e.packed...)
			m.Encoding = thrift.Slice[format.Encoding]{format.Plain, format.RLE, format.RLEDictionary}
		} else {
			for r := range rows {
				if null == nil || !null[r] {
					t := c.Bytes(r)
					e.body = binary.LittleEndian.AppendUint32(e.body, uint32(len(t)))
					e.body = append(e.body, t...)
				}
			}
		}
	} else if c.Dict && (el.Type.V == format.Int32 || el.Type.V == format.Int64) {
		n := e.numberDictionary(m, el.Type.V, c, null, rows)
		m.DictionaryPageOffset = int64(len(k.data))
		header := format.PageHeader{Type: format.DictionaryPage, DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: int32(n), Encoding: format.Plain})}
		if err := e.page(k, m, &header, e.dict, codec); err != nil {
			return err
		}
		enc = format.RLEDictionary
		var err error
		if e.packed, err = e.rle.EncodeInt32(e.packed[:0], e.codes); err != nil {
			return err
		}
		e.body = append(e.body, e.packed...)
		m.Encoding = thrift.Slice[format.Encoding]{format.Plain, format.RLE, format.RLEDictionary}
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

// dictionary fills dict and codes; ok is false where the cells are too various
// for a dictionary to pay.
func (e *encoder) dictionary(c *Column, null []bool, rows int) (n int, ok bool) {
	e.codes, e.dict = slices.Grow(e.codes[:0], rows), e.dict[:0]
	e.starts, e.hashes = e.starts[:0], e.hashes[:0]
	add := func(t []byte) int32 {
		e.starts = append(e.starts, uint32(len(e.dict)))
		e.dict = binary.LittleEndian.AppendUint32(e.dict, uint32(len(t)))
		e.dict = append(e.dict, t...)
		return int32(len(e.starts) - 1)
	}
	if c.Dict {
		e.seen = slices.Grow(e.seen[:0], c.Text.Len())[:c.Text.Len()]
		clear(e.seen)
		for r := range rows {
			if null != nil && null[r] {
				continue
			}
			x := c.Codes[r]
			if e.seen[x] == 0 {
				e.seen[x] = add(c.Text.At(int(x))) + 1
			}
			e.codes = append(e.codes, e.seen[x]-1)
		}
		return len(e.starts), true
	}
	if len(e.table) == 0 {
		e.table = make([]uint32, 1<<17)
	}
	clear(e.table)
	mask := uint64(len(e.table) - 1)
	var last []byte
	lastCode := int32(-1)
	for r := range rows {
		if null != nil && null[r] {
			continue
		}
		if r == 4096 && len(e.starts) > 2048 || len(e.starts) > len(e.table)/2 {
			return 0, false
		}
		t := c.Text.At(r)
		if lastCode >= 0 && string(last) == string(t) {
			e.codes = append(e.codes, lastCode)
			continue
		}
		h := maphash.Bytes(e.seed, t)
		code := int32(-1)
		for s := h & mask; ; s = (s + 1) & mask {
			x := e.table[s]
			if x == 0 {
				code = add(t)
				e.hashes = append(e.hashes, h)
				e.table[s] = uint32(code) + 1
				break
			}
			if e.hashes[x-1] == h {
				at := e.starts[x-1]
				size := binary.LittleEndian.Uint32(e.dict[at:])
				if string(e.dict[at+4:at+4+size]) == string(t) {
					code = int32(x - 1)
					break
				}
			}
		}
		e.codes = append(e.codes, code)
		last, lastCode = t, code
	}
	return len(e.starts), len(e.starts) < rows/2 || rows < 4096
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
	lo, hi, some := int64(math.MaxInt64), int64(math.MinInt64), false
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
		e.some = slices.Grow(e.some[:0], rows)
		for r, x := range cells {
			if !null[r] {
				e.some = append(e.some, x)
			}
		}
		cells = e.some
	}
	for _, x := range cells {
		lo, hi, some = min(lo, x), max(hi, x), true
	}
	if !some || !signed {
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
