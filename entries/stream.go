package entries

import "kanzei/table"

// Stream rates the rows of a reader as they come. Encode takes a batch of rated
// rows with their answer, the columns of Answers, and may be called by many
// goroutines at once; the columns last until it returns. Done takes what Encode
// returned, with the rows rejected, in the order of the reader, which waits
// while Done does.
func (j *Job) Stream(r table.Reader, encode func(rows *table.Batch, answers []table.Column) (any, error), done func(encoded any, rejects []table.Reject) error) (rows int64, err error) {
	return j.Run(r, &streaming{writing{fields: Answers, fill: answer}, encode, done})
}

// streaming hands rated batches on with their answers.
type streaming struct {
	writing
	encode func(*table.Batch, []table.Column) (any, error)
	done   func(any, []table.Reject) error
}

func (s *streaming) Hand() Hand { return &passing{s.adder(), s.encode} }

func (s *streaming) Done(encoded any, rejects []table.Reject) error { return s.done(encoded, rejects) }

type passing struct {
	*adder
	encode func(*table.Batch, []table.Column) (any, error)
}

func (p *passing) Finish(b *table.Batch) (any, error) {
	defer p.reset()
	p.complete()
	return p.encode(b, p.columns)
}
