package api

import (
	"context"

	"kanzei"
	"kanzei/talks"
)

// TalksTable lays out the choices of a country that talks with the United
// States, for pages that let one choose.
func (d *Desk) TalksTable(ctx context.Context, q RegimeRequest) (*talks.Table, error) {
	if err := q.settle(d); err != nil {
		return nil, err
	}
	on, err := kanzei.ParseDay(q.On)
	if err != nil {
		return nil, at("on", err)
	}
	known, err := knowledge("known", q.Known, on)
	if err != nil {
		return nil, err
	}
	leave, err := d.solves.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	study, err := d.study("icio2022", nil)
	if err != nil {
		return nil, err
	}
	study.Progress = nil
	desk, err := talks.Open(ctx, study, talks.Question{Asker: q.Country, Giver: "US", On: on, Known: known, Draws: 8, Seed: 1})
	if err != nil {
		return nil, err
	}
	return desk.Table(ctx, 3)
}
