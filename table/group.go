package table

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"slices"

	"kanzei"
)

// runBytes is how much Group sorts in memory before it goes to disk.
var runBytes = 256 << 20

// Group returns a reader of the same rows brought together by a key column and
// otherwise in their order, keeping their numbers. It reads all of r at once
// and sorts in temporary files without a name. Rows without a key come first.
func Group(r Reader, key string) (Reader, error) {
	g := &grouped{source: r, key: Index(r.Fields(), key)}
	if err := g.sort(); err != nil {
		g.closeRuns()
		return nil, err
	}
	return g, nil
}

type grouped struct {
	source Reader
	key    int
	runs   []*os.File
	merge  runHeap
	bad    []Reject
	total  int64
	row    int64
}

// A sorted is one row on its way through the sort: key, number, cells.
type sorted struct {
	key    []byte
	number int64
	cells  []byte
}

func compareSorted(a, b *sorted) int {
	return cmp.Or(bytes.Compare(a.key, b.key), cmp.Compare(a.number, b.number))
}

func (g *grouped) sort() error {
	var rows []sorted
	var arena []byte
	flush := func() error {
		slices.SortFunc(rows, func(a, b sorted) int { return compareSorted(&a, &b) })
		f, err := temporary()
		if err != nil {
			return err
		}
		g.runs = append(g.runs, f)
		w := bufio.NewWriterSize(f, 1<<20)
		var head []byte
		for i := range rows {
			x := &rows[i]
			head = binary.AppendUvarint(head[:0], uint64(len(x.key)))
			head = binary.AppendUvarint(head, uint64(x.number))
			head = binary.AppendUvarint(head, uint64(len(x.cells)))
			w.Write(head)
			w.Write(x.key)
			w.Write(x.cells)
		}
		rows, arena = rows[:0], nil
		if err := w.Flush(); err != nil {
			return cannotWrite("temporary file", err)
		}
		_, err = f.Seek(0, io.SeekStart)
		return err
	}
	used := 0
	for {
		b, err := g.source.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		b.Split()
		g.bad = append(g.bad, b.Bad...)
		for i := range b.Rows {
			if len(arena)+1<<12 > cap(arena) {
				arena = make([]byte, 0, 4<<20)
			}
			start := len(arena)
			if !b.Columns[g.key].IsNull(i) {
				arena = b.Columns[g.key].AppendText(arena, i)
				arena = arena[:start+copy(arena[start:], bytes.TrimSpace(arena[start:]))]
			}
			mid := len(arena)
			for c := range b.Columns {
				arena = b.Columns[c].pack(arena, i)
			}
			rows = append(rows, sorted{arena[start:mid:mid], b.Number[i], arena[mid:len(arena):len(arena)]})
			used += len(arena) - start + 64
		}
		g.total += int64(b.Rows)
		b.Free()
		if used > runBytes {
			if err := flush(); err != nil {
				return err
			}
			used = 0
		}
	}
	if len(rows) > 0 {
		if err := flush(); err != nil {
			return err
		}
	}
	for _, f := range g.runs {
		x := &runReader{r: bufio.NewReaderSize(f, 256<<10)}
		if err := x.next(); err == nil {
			g.merge = append(g.merge, x)
		} else if !errors.Is(err, io.EOF) {
			return err
		}
	}
	heap.Init(&g.merge)
	return nil
}

// temporary opens a file that no one can find and that goes with the program.
func temporary() (*os.File, error) {
	dir := os.TempDir()
	f, err := createUnnamed(dir)
	if err == nil {
		return f, nil
	}
	if f, err = os.CreateTemp(dir, "kanzei"); err != nil {
		return nil, cannotWrite(dir, err)
	}
	os.Remove(f.Name()) // where the system allows it
	return f, nil
}

// pack appends cell i.
func (c *Column) pack(to []byte, i int) []byte {
	if c.IsNull(i) {
		return append(to, 0)
	}
	switch c.Kind {
	case String:
		b := c.Bytes(i)
		return append(binary.AppendUvarint(to, uint64(len(b))+1), b...)
	case Float:
		return binary.LittleEndian.AppendUint64(append(to, 1), math.Float64bits(c.Floats[i]))
	}
	return binary.AppendVarint(append(to, 1), c.Ints[i])
}

// unpack appends a cell that pack wrote and returns what follows.
func (c *Column) unpack(from []byte, row int) []byte {
	n, k := binary.Uvarint(from)
	from = from[k:]
	if n == 0 && c.Null == nil {
		c.Null = make([]bool, row, batchRows)
	}
	if c.Null != nil {
		c.Null = append(c.Null, n == 0)
	}
	switch c.Kind {
	case String:
		b := from[:max(n, 1)-1]
		c.Text.Add(b)
		return from[len(b):]
	case Float:
		if n == 0 {
			c.Floats = append(c.Floats, 0)
			return from
		}
		c.Floats = append(c.Floats, math.Float64frombits(binary.LittleEndian.Uint64(from)))
		return from[8:]
	}
	if n == 0 {
		c.Ints = append(c.Ints, 0)
		return from
	}
	x, k := binary.Varint(from)
	c.Ints = append(c.Ints, x)
	return from[k:]
}

type runReader struct {
	r   *bufio.Reader
	row sorted
}

func (x *runReader) next() error {
	var n [3]uint64
	for i := range n {
		var err error
		if n[i], err = binary.ReadUvarint(x.r); err != nil {
			return err
		}
	}
	size := int(n[0] + n[2])
	buf := x.row.key[:0]
	if cap(buf) < size {
		buf = make([]byte, size, 2*size)
	}
	buf = buf[:size]
	if _, err := io.ReadFull(x.r, buf); err != nil {
		return &kanzei.Problem{Code: "file", Msg: "a temporary file breaks: " + err.Error()}
	}
	x.row = sorted{buf[:n[0]], int64(n[1]), buf[n[0]:]}
	return nil
}

type runHeap []*runReader

func (h runHeap) Len() int           { return len(h) }
func (h runHeap) Less(i, j int) bool { return compareSorted(&h[i].row, &h[j].row) < 0 }
func (h runHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *runHeap) Push(x any)        { *h = append(*h, x.(*runReader)) }
func (h *runHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

func (g *grouped) Fields() []Field { return g.source.Fields() }

func (g *grouped) Progress() (float64, bool) {
	if g.total == 0 {
		return 1, true
	}
	return float64(g.row) / float64(g.total), true
}

func (g *grouped) Next() (*Batch, error) {
	if len(g.merge) == 0 && g.bad == nil {
		return nil, io.EOF
	}
	fields := g.source.Fields()
	b := &Batch{Columns: make([]Column, len(fields)), Bad: g.bad}
	g.bad = nil
	for i := range fields {
		b.Columns[i].Reset(&fields[i])
	}
	var last []byte
	for len(g.merge) > 0 {
		x := g.merge[0]
		if b.Rows >= batchRows && (len(last) == 0 || !bytes.Equal(last, x.row.key)) {
			break
		}
		if b.Rows >= maxRun {
			b.More = true
			break
		}
		last = append(last[:0], x.row.key...)
		rest := x.row.cells
		for i := range b.Columns {
			rest = b.Columns[i].unpack(rest, b.Rows)
		}
		b.Number = append(b.Number, x.row.number)
		b.Rows++
		switch err := x.next(); {
		case err == nil:
			heap.Fix(&g.merge, 0)
		case errors.Is(err, io.EOF):
			heap.Pop(&g.merge)
		default:
			return nil, err
		}
	}
	g.row += int64(b.Rows)
	return b, nil
}

func (g *grouped) closeRuns() {
	for _, f := range g.runs {
		f.Close()
	}
	g.runs = nil
}

func (g *grouped) Close() error {
	g.closeRuns()
	return g.source.Close()
}
