package entries

import (
	"io"

	"kanzei"
	"kanzei/duty"
	"kanzei/table"
)

// Answers are the columns that rating adds. Amounts are US dollars, rates
// percent of the customs value.
var Answers = []table.Field{
	{Name: "status", Kind: table.String, Required: true},
	{Name: "duty_usd", Kind: table.Decimal, Scale: 2},
	{Name: "rate_pct", Kind: table.Decimal, Scale: 6},
	{Name: "base_rate_pct", Kind: table.Decimal, Scale: 6},
	{Name: "additional_rate_pct", Kind: table.Decimal, Scale: 6},
	{Name: "duty_min_usd", Kind: table.Decimal, Scale: 2},
	{Name: "duty_max_usd", Kind: table.Decimal, Scale: 2},
	{Name: "headings", Kind: table.String, Required: true},
	{Name: "mpf_usd", Kind: table.Decimal, Scale: 2},
	{Name: "hmf_usd", Kind: table.Decimal, Scale: 2},
	{Name: "legal_usd", Kind: table.Decimal, Scale: 2},
	{Name: "refundable_usd", Kind: table.Decimal, Scale: 2},
	{Name: "questions", Kind: table.String, Required: true},
	{Name: "caveats", Kind: table.String, Required: true},
}

// A writing writes rated batches with added columns to a table.
type writing struct {
	out     table.Writer
	rejects *table.Rejects
	fields  []table.Field
	fill    func(*adder, *Rated)
	adders  []*adder
}

// An adder holds the added columns of one worker.
type adder struct {
	fields  []table.Field
	columns []table.Column
	texts   table.Strings // of the rater, as far as copied
	at      int
	status  kanzei.Status // of the row before, and its text
	text    duty.Text
}

// Rate rates a file into another and returns the rows written and rejected.
// Rejected rows go to the file named rejects, when a name is given.
func (j *Job) Rate(out string, stdout io.Writer, rejects string) (rows, rejected int64, err error) {
	r, err := j.Open()
	if err != nil {
		return 0, 0, err
	}
	defer r.Close()
	return j.write(r, out, stdout, rejects, Answers, answer)
}

func (j *Job) write(r table.Reader, out string, stdout io.Writer, rejects string, fields []table.Field, fill func(*adder, *Rated)) (rows, rejected int64, err error) {
	w, err := table.Create(out, stdout, r, fields)
	if err != nil {
		return 0, 0, err
	}
	defer w.Abort()
	s := &writing{out: w, rejects: &table.Rejects{Name: rejects}, fields: fields, fill: fill, adders: make([]*adder, 1024)}
	defer s.rejects.Abort()
	if rows, err = j.Run(r, s); err != nil {
		return 0, 0, err
	}
	if err := s.rejects.Close(); err != nil {
		return 0, 0, err
	}
	return rows, s.rejects.N, w.Close()
}

func (s *writing) Work(worker int, r *Rated) (any, error) {
	a := s.adders[worker]
	if a == nil {
		a = &adder{fields: s.fields, columns: make([]table.Column, len(s.fields))}
		s.adders[worker] = a
	}
	for i := range a.columns {
		c := &a.columns[i]
		null := c.Null
		c.Reset(&a.fields[i])
		if a.fields[i].Kind == table.String {
			c.Dict = true
			c.Codes = resize(c.Codes, r.Batch.Rows)
		} else {
			c.Ints = resize(c.Ints, r.Batch.Rows)
			c.Null = resize(null, r.Batch.Rows)
		}
	}
	s.fill(a, r)
	for texts := r.Rater.Texts(); a.at < len(texts); a.at++ {
		a.texts.Add([]byte(texts[a.at]))
	}
	for i := range a.columns {
		if a.columns[i].Dict {
			a.columns[i].Text = a.texts
		}
	}
	return s.out.Encode(r.Batch, a.columns)
}

func (s *writing) Done(result any, rejects []table.Reject) error {
	if err := s.rejects.Add(rejects); err != nil {
		return err
	}
	if b, ok := result.(*table.Block); ok {
		return s.out.Append(b)
	}
	return nil
}

func (c *adder) amount(column, row int, a duty.Amount) {
	c.columns[column].Ints[row] = int64(a.USD.Round() / kanzei.Cent)
	c.columns[column].Null[row] = !a.Known
}

// share puts the percentage of the value that an amount is.
func (c *adder) share(column, row int, f kanzei.Fraction, known bool) {
	c.columns[column].Ints[row] = int64(f)
	c.columns[column].Null[row] = !known
}

// answer fills the columns of Answers.
func answer(a *adder, r *Rated) {
	c := a.columns
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		value := r.Entries[i].Value
		if o.Status != a.status {
			a.status, a.text = o.Status, r.Rater.Text(string(o.Status))
		}
		c[0].Codes[i] = uint32(a.text)
		a.amount(1, i, o.Duty)
		rate, base := duty.ShareOf(o.Duty.USD, value), duty.ShareOf(o.Base.USD, value)
		a.share(2, i, rate, o.Duty.Known)
		a.share(3, i, base, o.Base.Known)
		a.share(4, i, rate-base, o.Duty.Known && o.Base.Known)
		a.amount(5, i, o.Min)
		a.amount(6, i, o.Max)
		c[7].Codes[i] = uint32(o.Headings)
		a.amount(8, i, duty.Amount{USD: o.Fees.MPF, Known: true})
		a.amount(9, i, duty.Amount{USD: o.Fees.HMF, Known: true})
		a.amount(10, i, o.Legal)
		a.amount(11, i, o.Refundable)
		c[12].Codes[i] = uint32(o.Questions)
		c[13].Codes[i] = uint32(o.Caveats)
	}
}
