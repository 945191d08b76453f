package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"slices"

	"kanzei/entries"
	"kanzei/table"
)

// RateRequest says how a stream of entries is rated.
type RateRequest struct {
	Known string `json:"known,omitempty" jsonschema:"law as known at the end of this day, or latest (the default), for lines that name none"`
}

// Reject is the line that stands in the answer for a line that cannot be used.
type Reject struct {
	Reject struct {
		Row    int64  `json:"row"` // the first is 1; empty lines do not count
		ID     string `json:"id,omitempty"`
		Field  string `json:"field,omitempty"`
		Reason string `json:"reason"`
	} `json:"reject"`
}

// Rate rates entries as they come: JSON objects, one a line, with the columns
// of a file of entries as members. Each line is answered by one line, in order:
// the object with the columns of entries.Answers added, or a Reject. Amounts
// are decimal text, null while no single figure is known.
//
// Written is called after every group of lines, with how many it answers, and
// may end the work by an error. Nothing more is read while it, or out, waits.
// When work ends early, in must return from Read soon; stop is called to make
// it so.
func (d *Desk) Rate(ctx context.Context, q *RateRequest, in io.Reader, out io.Writer, written func(rows, rejected int) error, stop func()) (rows, rejected int64, err error) {
	known, err := knowledge("known", q.Known, 0)
	if err != nil {
		return 0, 0, err
	}
	engine, err := d.engine()
	if err != nil {
		return 0, 0, err
	}
	leave, err := d.streams.enter(ctx)
	if err != nil {
		return 0, 0, err
	}
	defer leave()
	job := &entries.Job{Engine: engine, Known: known}
	var buf bytes.Buffer
	done := func(encoded any, rejects []table.Reject) (err error) {
		defer func() {
			if err != nil {
				stop()
			}
		}()
		if err := ctx.Err(); err != nil {
			return err
		}
		buf.Reset()
		r, _ := encoded.(*rated)
		if r == nil {
			r = &rated{}
		}
		slices.SortStableFunc(rejects, func(a, b table.Reject) int { return cmp.Compare(a.Row, b.Row) })
		i := 0
		for _, x := range rejects {
			for ; i < len(r.numbers) && r.numbers[i] < x.Row; i++ {
				buf.Write(r.line(i))
			}
			var line Reject
			line.Reject.Row, line.Reject.ID, line.Reject.Field, line.Reject.Reason = x.Row, x.ID, x.Field, x.Reason
			enc := json.NewEncoder(&buf)
			enc.SetEscapeHTML(false)
			if err := enc.Encode(line); err != nil {
				return err
			}
		}
		for ; i < len(r.numbers); i++ {
			buf.Write(r.line(i))
		}
		rejected += int64(len(rejects))
		if _, err := out.Write(buf.Bytes()); err != nil {
			return err
		}
		return written(len(r.numbers), len(rejects))
	}
	rows, err = job.Stream(newLines(in), encode, done)
	return rows, rejected, err
}

// rated are the answers of a batch as lines.
type rated struct {
	numbers []int64 // of rows
	ends    []int   // of lines in text
	text    []byte
}

func (r *rated) line(i int) []byte {
	from := 0
	if i > 0 {
		from = r.ends[i-1]
	}
	return r.text[from:r.ends[i]]
}

// encode writes the rows of a batch with their answers.
func encode(b *table.Batch, answers []table.Column) (any, error) {
	r := &rated{numbers: append([]int64(nil), b.Number...), ends: make([]int, 0, b.Rows)}
	object := &b.Columns[len(b.Columns)-1]
	// Texts come again and again: each is quoted once.
	quoted := map[string][]byte{}
	var cell []byte
	for i := range b.Rows {
		t := object.Bytes(i)
		r.text = append(r.text, t[:len(t)-1]...)
		if len(bytes.TrimSpace(t[1:len(t)-1])) > 0 {
			r.text = append(r.text, ',')
		}
		for k := range answers {
			if k > 0 {
				r.text = append(r.text, ',')
			}
			r.text = append(r.text, '"')
			r.text = append(r.text, entries.Answers[k].Name...)
			r.text = append(r.text, '"', ':')
			c := &answers[k]
			if c.IsNull(i) {
				r.text = append(r.text, "null"...)
				continue
			}
			cell = c.AppendText(cell[:0], i)
			if c.Kind != table.String {
				r.text = append(append(append(r.text, '"'), cell...), '"')
				continue
			}
			q := quoted[string(cell)]
			if q == nil {
				var b bytes.Buffer
				enc := json.NewEncoder(&b)
				enc.SetEscapeHTML(false)
				if err := enc.Encode(string(cell)); err != nil {
					return nil, err
				}
				q = bytes.TrimSpace(b.Bytes())
				quoted[string(cell)] = q
			}
			r.text = append(r.text, q...)
		}
		r.text = append(r.text, '}', '\n')
		r.ends = append(r.ends, len(r.text))
	}
	return r, nil
}
