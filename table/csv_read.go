package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"sync"
	"unicode/utf8"

	"kanzei"
)

// A csvReader finds the records of a CSV file; splitting them into cells is
// left to whoever works on the batch.
//
// Quoting is that of RFC 4180, with quotes inside an unquoted cell taken as
// they stand. Where a quoted cell is followed by other text, is never closed,
// or swallows lines so that the number of cells is wrong, the line on which
// the record begins is rejected and reading goes on at the next line.
type csvReader struct {
	name   string
	src    io.ReadCloser
	size   int64 // 0 when not known
	opts   Options
	fields []Field
	comma  byte
	key    int // index of the key column, -1

	rest []byte // read and not yet handed out
	eof  bool
	skip bool // inside a line that is too long
	read int64
	row  int64 // rows handed out or rejected

	mu   sync.Mutex
	free []*Batch
}

func openCSV(name string, stdin io.Reader, o Options) (*csvReader, error) {
	r := &csvReader{name: name, opts: o}
	if name == "-" {
		r.src = io.NopCloser(stdin)
	} else {
		f, err := os.Open(name)
		if err != nil {
			return nil, cannotRead(name, err)
		}
		if s, err := f.Stat(); err == nil && s.Mode().IsRegular() {
			r.size = s.Size()
		} else if err == nil && s.IsDir() {
			f.Close()
			return nil, cannotRead(name, errors.New("it is a folder"))
		}
		r.src = f
	}
	if err := r.header(); err != nil {
		r.src.Close()
		return nil, err
	}
	r.key = -1
	if o.Key != "" {
		r.key = Index(r.fields, o.Key)
	}
	return r, nil
}

func cannotRead(name string, err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return &kanzei.Problem{Code: "file", Where: name, Msg: "no such file"}
	}
	var p *os.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return &kanzei.Problem{Code: "file", Where: name, Msg: "cannot be read: " + err.Error()}
}

// header reads the names of the columns and finds the delimiter among comma,
// semicolon, tab and bar.
func (r *csvReader) header() error {
	bad := func(msg, hint string) error {
		return &kanzei.Problem{Code: "csv.header", Where: r.name, Msg: msg, Hint: hint}
	}
	for {
		for !r.eof && bytes.IndexByte(r.rest, '\n') < 0 && len(r.rest) <= maxRecord {
			if err := r.fill(); err != nil {
				return err
			}
		}
		r.rest = bytes.TrimPrefix(r.rest, []byte("\xef\xbb\xbf"))
		if i := bytes.IndexByte(r.rest, '\n'); i >= 0 && len(bytes.TrimSpace(r.rest[:i])) == 0 {
			r.rest = r.rest[i+1:]
			continue
		}
		break
	}
	switch {
	case len(bytes.TrimSpace(r.rest)) == 0:
		return bad("the file is empty", "the first line holds the names of the columns")
	case bytes.HasPrefix(r.rest, []byte("\xff\xfe")), bytes.HasPrefix(r.rest, []byte("\xfe\xff")):
		return bad("the file is UTF-16", "save it as UTF-8")
	case bytes.HasPrefix(r.rest, []byte("PAR1")):
		return bad("the file is Parquet", "name it .parquet")
	case bytes.HasPrefix(r.rest, []byte("PK\x03\x04")):
		return bad("the file is a spreadsheet or an archive", "save the sheet as CSV")
	}
	line, _, _ := bytes.Cut(r.rest, []byte("\n"))
	r.comma = ','
	for _, c := range []byte(",;\t|") {
		if bytes.IndexByte(line, c) >= 0 {
			r.comma = c
			break
		}
	}
	n, why, more := r.record(r.rest, true)
	for more && !r.eof && len(r.rest) <= maxRecord {
		if err := r.fill(); err != nil {
			return err
		}
		n, why, more = r.record(r.rest, true)
	}
	if why != "" || more {
		return bad("the line with the names of the columns: "+why, "write plain names separated by commas")
	}
	b := &Batch{comma: r.comma, width: 1 + bytes.Count(line, []byte{r.comma})}
	head := trimLine(r.rest[:n])
	if !utf8.Valid(head) {
		return bad("the names of the columns are not UTF-8", "save the file as UTF-8")
	}
	for _, cell := range b.cells(head, nil) {
		r.fields = append(r.fields, Field{Name: string(bytes.TrimSpace(cell)), Kind: String})
	}
	r.rest = r.rest[n:]
	return unique(r.name, r.fields)
}

// fill reads more of the source behind rest.
func (r *csvReader) fill() error {
	const chunk = 1 << 20
	if cap(r.rest)-len(r.rest) < chunk/16 {
		grown := make([]byte, len(r.rest), max(2*len(r.rest), len(r.rest)+chunk))
		copy(grown, r.rest)
		r.rest = grown
	}
	n, err := r.src.Read(r.rest[len(r.rest):min(cap(r.rest), len(r.rest)+chunk)])
	r.rest = r.rest[:len(r.rest)+n]
	r.read += int64(n)
	switch {
	case err == io.EOF:
		r.eof = true
	case err != nil:
		return cannotRead(r.name, err)
	}
	return nil
}

// record measures the record at the start of buf with its line ending. Why
// tells what is wrong with it, n then being the length of its first line. More
// asks for more bytes.
func (r *csvReader) record(buf []byte, header bool) (n int, why string, more bool) {
	end := bytes.IndexByte(buf, '\n')
	if end < 0 {
		if !r.eof {
			return 0, "", true
		}
		end = len(buf) - 1
	}
	line := buf[:end+1]
	if bytes.IndexByte(line, '"') < 0 {
		return len(line), "", false
	}
	limit := min(len(buf), max(len(line), maxQuoted))
	cells, i := 1, 0
	for {
		if i < len(buf) && buf[i] == '"' {
			for i++; ; i++ {
				j := -1
				if i < limit {
					j = bytes.IndexByte(buf[i:limit], '"')
				}
				if j < 0 {
					if limit == len(buf) && !r.eof {
						return 0, "", true
					}
					return len(line), "a quote is not closed", false
				}
				if i += j + 1; i == len(buf) && !r.eof {
					return 0, "", true
				}
				if i == len(buf) || buf[i] != '"' {
					break
				}
			}
			switch {
			case i == len(buf), buf[i] == '\n', buf[i] == '\r' && (i+1 == len(buf) || buf[i+1] == '\n'), buf[i] == r.comma:
			default:
				return len(line), "text follows a closing quote", false
			}
		}
		for i < len(buf) && buf[i] != r.comma && buf[i] != '\n' {
			i++
		}
		if i == len(buf) || buf[i] == '\n' {
			break
		}
		i++
		cells++
	}
	if i == len(buf) && !r.eof {
		return 0, "", true
	}
	n = min(i+1, len(buf))
	if n > len(line) && !header && cells != len(r.fields) {
		return len(line), "a quote is not closed", false
	}
	return n, "", false
}

func trimLine(b []byte) []byte {
	b = bytes.TrimSuffix(b, []byte("\n"))
	return bytes.TrimSuffix(b, []byte("\r"))
}

func (r *csvReader) Fields() []Field { return r.fields }

func (r *csvReader) Progress() (float64, bool) {
	if r.size == 0 {
		return 0, false
	}
	return float64(r.read-int64(len(r.rest))) / float64(r.size), true
}

func (r *csvReader) Close() error { return r.src.Close() }

func (r *csvReader) batch() *Batch {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.free); n > 0 {
		b := r.free[n-1]
		r.free = r.free[:n-1]
		b.lines.reset()
		b.Number, b.Bad, b.split, b.More = b.Number[:0], b.Bad[:0], false, false
		return b
	}
	return &Batch{width: len(r.fields), comma: r.comma, Columns: make([]Column, len(r.fields)), release: func(b *Batch) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.free = append(r.free, b)
	}}
}

func (r *csvReader) Next() (*Batch, error) {
	b := r.batch()
	// The batch takes what is left, and gives its old buffer for the rest.
	r.rest, b.lines.Buf = append(b.lines.Buf[:0], r.rest...), r.rest[:0]
	at := 0
	for {
		if len(b.Number) >= r.opts.Rows || at > batchBytes {
			if done, err := r.cut(b, at); err != nil || done {
				if err != nil {
					return nil, err
				}
				break
			}
		}
		if r.skip { // inside a line that is too long: drop it without holding it
			if i := bytes.IndexByte(r.rest[at:], '\n'); i >= 0 {
				r.rest = append(r.rest[:at], r.rest[at+i+1:]...)
				r.skip = false
			} else {
				r.rest = r.rest[:at]
			}
		}
		n, why, more := 0, "", true
		if at < len(r.rest) {
			if n, why, more = r.record(r.rest[at:], false); max(n, len(r.rest)-at) > maxRecord && (more || n > maxRecord) {
				r.row++
				b.Bad = append(b.Bad, Reject{Row: r.row, Reason: fmt.Sprintf("the line is longer than %d bytes", maxRecord)})
				r.skip = true
				continue
			}
		} else if r.eof {
			break
		}
		if more {
			if err := r.fill(); err != nil {
				return nil, err
			}
			continue
		}
		line := trimLine(r.rest[at : at+n])
		switch {
		case why != "":
			r.row++
			b.Bad = append(b.Bad, Reject{Row: r.row, Reason: why})
		case len(line) == 0 || len(bytes.TrimSpace(line)) == 0:
		default:
			r.row++
			b.Number = append(b.Number, r.row)
			b.lines.Start = append(b.lines.Start, uint32(at))
			b.lines.End = append(b.lines.End, uint32(at+len(line)))
		}
		at += n
	}
	b.lines.Buf, r.rest = r.rest[:at], append(b.lines.Buf[:0], r.rest[at:]...)
	b.Rows = len(b.Number)
	if b.Rows == 0 && len(b.Bad) == 0 && r.eof && len(r.rest) == 0 {
		return nil, io.EOF
	}
	return b, nil
}

// cut reports whether the batch may end before position at: not inside a run
// of rows of one key.
func (r *csvReader) cut(b *Batch, at int) (bool, error) {
	if r.key < 0 || len(b.Number) == 0 {
		return true, nil
	}
	for {
		if at >= len(r.rest) && !r.eof {
			if err := r.fill(); err != nil {
				return false, err
			}
			continue
		}
		if at >= len(r.rest) {
			return true, nil
		}
		n, why, more := r.record(r.rest[at:], false)
		if more && len(r.rest)-at > maxRecord {
			return true, nil
		}
		if more {
			if err := r.fill(); err != nil {
				return false, err
			}
			continue
		}
		last := len(b.Number) - 1
		var buf [2][][]byte
		key := func(line []byte, k int) []byte {
			buf[k] = b.cells(line, buf[k][:0])
			if r.key < len(buf[k]) {
				return bytes.TrimSpace(buf[k][r.key])
			}
			return nil
		}
		k := key(r.rest[b.lines.Start[last]:b.lines.End[last]], 0)
		if why != "" || len(k) == 0 || !bytes.Equal(k, key(trimLine(r.rest[at:at+n]), 1)) {
			return true, nil
		}
		if len(b.Number) >= maxRun || at > 4*batchBytes {
			b.More = true
			return true, nil
		}
		return false, nil
	}
}

// cells appends the cells of a record; quoted ones are unquoted, copied only
// when they hold a quote.
func (b *Batch) cells(line []byte, to [][]byte) [][]byte {
	for {
		if len(line) > 0 && line[0] == '"' {
			cell, rest, ok := unquote(line)
			to = append(to, cell)
			if !ok {
				return to
			}
			line = rest
			continue
		}
		i := bytes.IndexByte(line, b.comma)
		if i < 0 {
			return append(to, line)
		}
		to = append(to, line[:i])
		line = line[i+1:]
	}
}

// unquote reads a quoted cell; more is false when it is the last.
func unquote(line []byte) (cell, rest []byte, more bool) {
	var own []byte
	escaped := false
	at := 1
	for i := 1; i < len(line); i++ {
		if line[i] != '"' {
			continue
		}
		if i+1 < len(line) && line[i+1] == '"' {
			own = append(own, line[at:i+1]...)
			escaped = true
			i++
			at = i + 1
			continue
		}
		cell = line[at:i]
		if escaped {
			cell = append(own, cell...)
		}
		if i+1 < len(line) {
			return cell, line[min(i+2, len(line)):], true
		}
		return cell, nil, false
	}
	return line[at:], nil, false
}

// Split cuts the records of a CSV batch into cells. It does nothing to other
// batches. Rows that cannot be split move to Bad.
func (b *Batch) Split() {
	if b.split || b.width == 0 {
		return
	}
	b.split = true
	valid := utf8.Valid(b.lines.Buf)
	for i := range b.Columns {
		c := &b.Columns[i]
		c.Reset(&Field{Kind: String})
		c.Text.Start = slicesGrow(c.Text.Start, b.Rows)
		c.Text.End = slicesGrow(c.Text.End, b.Rows)
	}
	buf := b.lines.Buf
	n := 0
	for r := range b.Rows {
		start, end := b.lines.Start[r], b.lines.End[r]
		line := buf[start:end]
		why := ""
		if !valid && !utf8.Valid(line) {
			why = "the line is not UTF-8"
		} else {
			why, buf = b.splitLine(n, start, end, buf)
		}
		if why != "" {
			b.Bad = append(b.Bad, Reject{Row: b.Number[r], Reason: why})
			continue
		}
		b.Number[n], b.lines.Start[n], b.lines.End[n] = b.Number[r], start, end
		n++
	}
	b.Number, b.lines.Start, b.lines.End = b.Number[:n], b.lines.Start[:n], b.lines.End[:n]
	b.lines.Buf = buf
	b.Rows = n
	for i := range b.Columns {
		c := &b.Columns[i]
		c.Text.Start, c.Text.End = c.Text.Start[:n], c.Text.End[:n]
		c.Text.Buf = buf
	}
}

// splitLine puts the cells of the line buf[at:end] into row n. Cells that hold
// quotes are unquoted behind the end of buf.
func (b *Batch) splitLine(n int, at, end uint32, buf []byte) (string, []byte) {
	k := 0
	put := func(from, to uint32) {
		if k < b.width {
			b.Columns[k].Text.Start[n], b.Columns[k].Text.End[n] = from, to
		}
		k++
	}
	for {
		if at < end && buf[at] == '"' {
			cell, rest, more := unquote(buf[at:end])
			if from := at + 1; len(cell) > 0 && &cell[0] == &buf[from] || len(cell) == 0 {
				put(from, from+uint32(len(cell)))
			} else {
				put(uint32(len(buf)), uint32(len(buf)+len(cell)))
				buf = append(buf, cell...)
			}
			if !more {
				break
			}
			at = end - uint32(len(rest))
			continue
		}
		i := at
		for i < end && buf[i] != b.comma {
			i++
		}
		put(at, i)
		if i == end {
			break
		}
		at = i + 1
	}
	if k != b.width {
		return "the line has " + strconv.Itoa(k) + " cells, the first line of the file " + strconv.Itoa(b.width), buf
	}
	return "", buf
}

func slicesGrow(s []uint32, n int) []uint32 {
	if cap(s) < n {
		return make([]uint32, n)
	}
	return s[:n]
}
