package api

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"kanzei/entries"
	"kanzei/table"
)

// Limits of a stream of entries.
const (
	maxLine   = 256 << 10 // bytes of a line
	maxRows   = 2048      // rows rated together, about
	maxBytes  = 1 << 20   // and their bytes
	maxEntry  = 1 << 14   // lines of one entry
	readAhead = 256 << 10
)

// A lines reads entries from lines of JSON objects, as a table whose columns
// are those of a file of entries and the object as it stands. A batch ends
// where the next line has not come yet, but never inside an entry: lines of one
// entry_id wait for the line after them.
type lines struct {
	in     *bufio.Reader
	fields []table.Field
	column map[string]int // name → field
	row    int64
	carry  *line
	fresh  bool // nothing was read yet
	now    line // the line read last; its texts lie in the buffer of in
}

// A line is one entry.
type line struct {
	number int64
	object []byte   // as it stands, without members that the answer has
	cells  [][]byte // by field
	bad    *table.Reject
}

// clone is the line with texts of its own.
func (x *line) clone() *line {
	y := &line{number: x.number, object: bytes.Clone(x.object), cells: make([][]byte, len(x.cells)), bad: x.bad}
	for i, c := range x.cells {
		y.cells[i] = bytes.Clone(c)
	}
	return y
}

const keyColumn = "entry_id"

func newLines(r io.Reader) *lines {
	l := &lines{in: bufio.NewReaderSize(r, readAhead), column: map[string]int{}, fresh: true}
	for i, c := range entries.Columns {
		l.fields = append(l.fields, table.Field{Name: c.Name, Kind: table.String})
		l.column[c.Name] = i
	}
	// The object stands in a column that no entry can name.
	l.fields = append(l.fields, table.Field{Name: "\x00object", Kind: table.String})
	return l
}

func (l *lines) Fields() []table.Field     { return l.fields }
func (l *lines) Progress() (float64, bool) { return 0, false }
func (l *lines) Close() error              { return nil }

// Next returns the entries that have come.
func (l *lines) Next() (*table.Batch, error) {
	b := &table.Batch{Columns: make([]table.Column, len(l.fields))}
	size := 0
	var last []byte // entry of the row before
	key := l.column[keyColumn]
	for {
		x, err := l.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if x.bad != nil {
			b.Bad = append(b.Bad, *x.bad)
		} else {
			same := len(x.cells[key]) > 0 && bytes.Equal(x.cells[key], last)
			if b.Rows >= maxEntry || (b.Rows >= maxRows || size >= maxBytes) && !same {
				b.More, l.carry = same, x.clone()
				break
			}
			last = append(last[:0], x.cells[key]...)
			for i, c := range x.cells {
				b.Columns[i].Text.Add(c)
			}
			b.Columns[len(x.cells)].Text.Add(x.object)
			b.Number = append(b.Number, x.number)
			b.Rows++
			size += 2 * len(x.object)
		}
		if len(last) == 0 && (!l.ready() || len(b.Bad) >= maxRows) {
			break
		}
	}
	if b.Rows == 0 && len(b.Bad) == 0 {
		return nil, io.EOF
	}
	return b, nil
}

// ready reports whether a whole line has come.
func (l *lines) ready() bool {
	if l.carry != nil {
		return true
	}
	n := l.in.Buffered()
	if n == 0 {
		return false
	}
	p, _ := l.in.Peek(n)
	return bytes.IndexByte(p, '\n') >= 0
}

// next reads a line that is not empty.
func (l *lines) next() (*line, error) {
	if x := l.carry; x != nil {
		l.carry = nil
		return x, nil
	}
	for {
		text, err := l.read()
		if l.fresh && len(text) > 0 {
			text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
			l.fresh = false
		}
		if err == errLong {
			l.row++
			return &line{number: l.row, bad: &table.Reject{Row: l.row, Reason: fmt.Sprintf("the line is longer than %d bytes", maxLine)}}, nil
		}
		if text = bytes.TrimSpace(text); len(text) > 0 && (err == nil || err == io.EOF) {
			l.row++
			return l.parse(text), nil
		}
		if err != nil {
			return nil, err
		}
	}
}

var errLong = errors.New("the line is too long")

// read returns the next line. A line that is too long is skipped without
// holding it.
func (l *lines) read() ([]byte, error) {
	var whole []byte
	for {
		part, err := l.in.ReadSlice('\n')
		if len(whole)+len(part) > maxLine {
			for err == bufio.ErrBufferFull {
				_, err = l.in.ReadSlice('\n')
			}
			if err != nil && err != io.EOF {
				return nil, err
			}
			return nil, errLong
		}
		if whole == nil && err != bufio.ErrBufferFull {
			return part, err
		}
		whole = append(whole, part...)
		if err != bufio.ErrBufferFull {
			return whole, err
		}
	}
}

var answerNames = func() map[string]bool {
	m := map[string]bool{}
	for _, f := range entries.Answers {
		m[f.Name] = true
	}
	return m
}()

// parse reads an object. Numbers keep their digits.
func (l *lines) parse(text []byte) *line {
	x := &l.now
	x.number, x.object, x.bad = l.row, text, nil
	if x.cells == nil {
		x.cells = make([][]byte, len(entries.Columns))
	}
	clear(x.cells)
	reject := func(field, reason string) *line {
		x.bad = &table.Reject{Row: l.row, Field: field, Reason: reason, ID: string(x.cells[l.column["id"]])}
		return x
	}
	switch {
	case !utf8.Valid(text):
		return reject("", "the line is not UTF-8")
	case text[0] != '{' || !json.Valid(text):
		return reject("", "the line is not a JSON object")
	}
	clash, wrong, why := false, "", "" // the first member that is wrong; the id may come after it
	for at := 1; ; {
		if at = blank(text, at); text[at] == ',' {
			at = blank(text, at+1)
		}
		if text[at] == '}' {
			break
		}
		end := past(text, at)
		name, ok := plain(text[at:end])
		if !ok {
			return reject("", "a name cannot be read")
		}
		at = blank(text, blank(text, end)+1) // behind the colon
		end = past(text, at)
		if i, ok := l.column[string(name)]; ok {
			if x.cells[i], ok = cellOf(text[at:end]); !ok && wrong == "" {
				wrong, why = string(name), "a text or a number is expected, not a JSON "+kindOf(text[at:end])
			}
		} else {
			clash = clash || answerNames[string(name)]
		}
		at = end
	}
	if wrong != "" {
		return reject(wrong, why)
	}
	if clash {
		var members map[string]json.RawMessage
		err := json.Unmarshal(text, &members)
		for name := range answerNames {
			delete(members, name)
		}
		if err == nil {
			x.object, err = json.Marshal(members)
		}
		if err != nil {
			return reject("", "the line cannot be written again: "+err.Error())
		}
	}
	return x
}

// blank returns the place of the next character that is not white space.
func blank(text []byte, at int) int {
	for text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n' {
		at++
	}
	return at
}

// past returns the end of the value that begins at a place of valid JSON.
func past(text []byte, at int) int {
	depth := 0
	for {
		switch c := text[at]; c {
		case '"':
			for at++; text[at] != '"'; at++ {
				if text[at] == '\\' {
					at++
				}
			}
			at++
		case '{', '[':
			depth++
			at++
		case '}', ']':
			depth--
			at++
		case ' ', '\t', '\r', '\n', ',', ':': // only inside brackets
			at++
			continue
		default: // a number, true, false, null
			for at < len(text) && bytes.IndexByte([]byte(" \t\r\n,:]}"), text[at]) < 0 {
				at++
			}
		}
		if depth == 0 {
			return at
		}
	}
}

// plain returns a JSON text without its quotes.
func plain(v []byte) ([]byte, bool) {
	if bytes.IndexByte(v, '\\') < 0 {
		return v[1 : len(v)-1], true
	}
	var s string
	err := json.Unmarshal(v, &s)
	return []byte(s), err == nil
}

// cellOf writes a member as a cell of a column.
func cellOf(v []byte) ([]byte, bool) {
	switch v[0] {
	case '"':
		return plain(v)
	case 'n': // null
		return nil, true
	case '[':
		var list []string
		err := json.Unmarshal(v, &list)
		return []byte(strings.Join(list, ";")), err == nil
	case '{', 't', 'f':
		return nil, false
	}
	return v, true
}
