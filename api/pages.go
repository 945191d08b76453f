package api

import (
	"context"

	"kanzei"
	"kanzei/brief"
)

// Brief is the folder of a country as a value, for pages.
func (d *Desk) Brief(ctx context.Context, q BriefRequest, exposure bool) (*brief.Document, error) {
	if err := q.settle(d); err != nil {
		return nil, err
	}
	leave, err := d.folders.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if !exposure {
		return q.RegimeRequest.answer(d)
	}
	return q.answer(d, 15)
}

// Today is the day taken where a request names none.
func (d *Desk) Today() kanzei.Day { return d.opt.Today() }

// Value answers a question with the value that Answer writes as JSON.
func (q *Question) Value(ctx context.Context, progress func(done, of int)) (any, error) {
	return q.op.answer(ctx, q.desk, q.request, progress)
}
