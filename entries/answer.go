package entries

import (
	"cmp"
	"io"
	"slices"

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

// A writing writes rated rows with added columns to a table.
type writing struct {
	out     table.Writer
	rejects *table.Rejects
	fields  []table.Field
	fill    func(a *adder, r *Rated)
}

// An adder is the hand of a writing: it fills the added columns. The texts of
// these are codes of the rater's texts.
type adder struct {
	*writing
	columns []table.Column
	rows    int           // filled
	texts   table.Strings // of the rater, as far as copied
	from    *duty.Rater
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
	s := &writing{out: w, rejects: &table.Rejects{Name: rejects}, fields: fields, fill: fill}
	defer s.rejects.Abort()
	if rows, err = j.Run(r, s); err != nil {
		return 0, 0, err
	}
	if err := s.rejects.Close(); err != nil {
		return 0, 0, err
	}
	return rows, s.rejects.N, w.Close()
}

func (s *writing) Hand() Hand { return s.adder() }

func (s *writing) adder() *adder {
	a := &adder{writing: s, columns: make([]table.Column, len(s.fields))}
	a.reset()
	return a
}

func (a *adder) reset() {
	a.rows = 0
	for i := range a.columns {
		c := &a.columns[i]
		null := c.Null[:0]
		c.Reset(&a.fields[i])
		if c.Dict = c.Kind == table.String; !c.Dict {
			c.Null = null
		}
	}
}

// Take fills the added columns of some rows more.
func (a *adder) Take(r *Rated) error {
	if a.from != r.Rater {
		a.from, a.texts, a.status = r.Rater, table.Strings{}, ""
	}
	n := len(r.Entries)
	for i := range a.columns {
		c := &a.columns[i]
		if c.Dict {
			c.Codes = slices.Grow(c.Codes, n)[:a.rows+n]
		} else {
			c.Ints = slices.Grow(c.Ints, n)[:a.rows+n]
			c.Null = slices.Grow(c.Null, n)[:a.rows+n]
		}
	}
	a.fill(a, r)
	a.rows += n
	return nil
}

// Finish encodes a batch with the added columns.
func (a *adder) Finish(b *table.Batch) (any, error) {
	defer a.reset()
	a.complete()
	return a.out.Encode(b, a.columns)
}

// complete gives the added columns the texts that their codes name.
func (a *adder) complete() {
	if a.from != nil {
		for texts := a.from.Texts(); a.texts.Len() < len(texts); {
			a.texts.Add([]byte(texts[a.texts.Len()]))
		}
	}
	for i := range a.columns {
		if c := &a.columns[i]; c.Dict {
			c.Text = a.texts
		}
	}
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

// amount puts an amount of money into row i of those taken.
func (a *adder) amount(column, i int, m duty.Amount) {
	c := &a.columns[column]
	c.Ints[a.rows+i] = int64(m.USD.Round() / kanzei.Cent)
	c.Null[a.rows+i] = !m.Known
}

// share puts the share of the value that an amount is.
func (a *adder) share(column, i int, f kanzei.Fraction, known bool) {
	c := &a.columns[column]
	c.Ints[a.rows+i] = int64(f)
	c.Null[a.rows+i] = !known
}

// say puts a text of the rater.
func (a *adder) say(column, i int, t duty.Text) { a.columns[column].Codes[a.rows+i] = uint32(t) }

// answer fills the columns of Answers.
func answer(a *adder, r *Rated) {
	for i := range r.Outcomes {
		o := &r.Outcomes[i]
		value := cmp.Or(r.Entries[i].Full, r.Entries[i].Value)
		if o.Status != a.status {
			a.status, a.text = o.Status, r.Rater.Text(string(o.Status))
		}
		a.say(0, i, a.text)
		a.amount(1, i, o.Duty)
		rate, base := duty.ShareOf(o.Duty.USD, value), duty.ShareOf(o.Base.USD, value)
		a.share(2, i, rate, o.Duty.Known)
		a.share(3, i, base, o.Base.Known)
		a.share(4, i, rate-base, o.Duty.Known && o.Base.Known)
		a.amount(5, i, o.Min)
		a.amount(6, i, o.Max)
		a.say(7, i, o.Headings)
		a.amount(8, i, duty.Amount{USD: o.Fees.MPF, Known: !o.Fees.NoMPF})
		a.amount(9, i, duty.Amount{USD: o.Fees.HMF, Known: !o.Fees.NoHMF})
		a.amount(10, i, o.Legal)
		a.amount(11, i, o.Refundable)
		a.say(12, i, o.Questions)
		a.say(13, i, o.Caveats)
	}
}
