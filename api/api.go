// Package api is the questions that kanzei answers, as plain requests: their
// fields, what is checked, and the functions that answer them. The command
// line, the HTTP server and the Model Context Protocol all ask here, so all
// give the same object.
//
// A [Desk] holds what answers: the law and the schedule, the trade and the
// worlds, each loaded once and when first needed. [Operations] lists the
// questions; [Desk.Ask] prepares one and [Question.Answer] answers it, once
// for all who ask the same at the same time.
//
// Requests state amounts and shares as text or as JSON numbers, which are read
// as decimals and never pass through floating point. What is wrong with a
// request is a [*kanzei.Problem] whose Where is the name of the field.
package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"strings"
	"sync"
	"time"

	"kanzei"
	"kanzei/duty"
	"kanzei/law"
	"kanzei/ledger"
	"kanzei/trade"
)

// Options of a Desk. The zero Options answer from the embedded editions.
type Options struct {
	Engine  func() (*duty.Engine, error) // the law and the schedule; the embedded ones when nil
	Version string                       // of the program; part of every tag
	Today   func() kanzei.Day            // the day taken where a request names none; the Eastern date when nil

	MaxDraws   int   // draws of elasticities a request may ask for; 400 when zero
	MaxWaiting int   // solves that may wait for the one that runs; 8 when zero
	CacheBytes int64 // answers kept; 64 MiB when zero
}

// A Desk answers questions. It is safe for concurrent use.
type Desk struct {
	opt     Options
	engine  func() (*duty.Engine, error)
	flows   func() (*trade.Flows, error)
	edition func() (string, error)

	studies map[string]*study // by world; for who is through the gate of solves

	flights flights
	solves  gate // equilibria, one at a time: a solve uses all processors
	folders gate // briefs and exposures
	streams gate // of entries: each has raters of its own
}

// New returns a desk. Nothing is loaded yet.
func New(o Options) *Desk {
	if o.Engine == nil {
		o.Engine = duty.Embedded
	}
	if o.Today == nil {
		o.Today = func() kanzei.Day { return kanzei.DayFromTime(time.Now()) }
	}
	if o.MaxDraws == 0 {
		o.MaxDraws = 400
	}
	if o.MaxWaiting == 0 {
		o.MaxWaiting = 8
	}
	if o.CacheBytes == 0 {
		o.CacheBytes = 64 << 20
	}
	d := &Desk{opt: o, engine: sync.OnceValues(o.Engine), flows: sync.OnceValues(trade.Load), studies: map[string]*study{}}
	d.edition = sync.OnceValues(func() (string, error) {
		e, err := d.engine()
		if err != nil {
			return "", err
		}
		return editionOf(e.Ledger)
	})
	d.flights.cache.limit = o.CacheBytes
	d.solves = newGate(1, o.MaxWaiting)
	d.folders = newGate(2, 64)
	d.streams = newGate(16, 16)
	return d
}

// Engine returns the engine that answers.
func (d *Desk) Engine() (*duty.Engine, error) { return d.engine() }

// Flows returns the imports that exposure weighs by.
func (d *Desk) Flows() (*trade.Flows, error) { return d.flows() }

// Edition names the law that answers: the horizon and a hash of its acts.
// Schedule, trade and worlds are part of the program, so of its version.
func (d *Desk) Edition() (string, error) { return d.edition() }

// Version is the program's.
func (d *Desk) Version() string { return d.opt.Version }

// Load loads what every answer needs, so that the first question need not.
func (d *Desk) Load() error {
	_, err := d.edition()
	return err
}

func editionOf(l *ledger.Ledger) (string, error) {
	data := law.Edition
	if held, err := ledger.Embedded(); err != nil || held != l {
		if data, err = l.Encode(); err != nil {
			return "", err
		}
	}
	sum := sha256.Sum256(data)
	return l.Coverage.Horizon.String() + "-" + hex.EncodeToString(sum[:6]), nil
}

// WriteJSON writes an answer the way --json, files and the wire all do.
func WriteJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func marshal(v any) ([]byte, error) {
	var b strings.Builder
	if err := WriteJSON(&b, v); err != nil {
		return nil, err
	}
	return []byte(b.String()), nil
}
