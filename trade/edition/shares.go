package edition

import (
	"encoding/binary"
	"fmt"
	"slices"

	"kanzei"
)

const sharesFormat = "shares"

// A Content is the assumed part of an article's customs value that is the
// value of each metal.
type Content struct {
	Steel, Aluminum, Copper kanzei.Fraction
}

// A Shares file maps codes of ten digits to contents.
type Shares struct {
	Source   Source
	Codes    []kanzei.HTS // ascending
	Contents []Content    // by code
}

// EncodeShares writes a file.
func EncodeShares(s *Shares) ([]byte, error) {
	if len(s.Codes) != len(s.Contents) {
		return nil, fmt.Errorf("%d codes with %d contents", len(s.Codes), len(s.Contents))
	}
	var distinct []Content
	at := map[Content]int{}
	for _, c := range s.Contents {
		if _, ok := at[c]; !ok {
			at[c] = -1
			distinct = append(distinct, c)
		}
	}
	slices.SortFunc(distinct, func(a, b Content) int {
		for _, d := range []kanzei.Fraction{a.Steel - b.Steel, a.Aluminum - b.Aluminum, a.Copper - b.Copper} {
			if d != 0 {
				return int(d)
			}
		}
		return 0
	})
	raw := binary.AppendUvarint(nil, uint64(len(distinct)))
	for i, c := range distinct {
		at[c] = i
		for _, f := range []kanzei.Fraction{c.Steel, c.Aluminum, c.Copper} {
			if f < 0 || f > kanzei.One {
				return nil, fmt.Errorf("share %s %% is not between 0 and 100", f)
			}
			raw = binary.AppendUvarint(raw, uint64(f))
		}
	}
	raw, err := appendCodes(raw, s.Codes)
	if err != nil {
		return nil, err
	}
	for _, c := range s.Contents {
		raw = binary.AppendUvarint(raw, uint64(at[c]))
	}
	out, err := begin(sharesFormat, s.Source)
	if err != nil {
		return nil, err
	}
	return appendFrame(out, raw)
}

// DecodeShares reads a file.
func DecodeShares(data []byte) (*Shares, error) {
	src, rest, err := open(sharesFormat, data)
	if err != nil {
		return nil, err
	}
	frame, rest, ok := cutFrame(rest)
	if !ok || len(rest) > 0 {
		return nil, corrupt(sharesFormat, "it ends early or late")
	}
	raw, err := inflate(frame)
	if err != nil {
		return nil, corrupt(sharesFormat, err.Error())
	}
	r := reader{b: raw}
	distinct := make([]Content, r.count())
	for i := range distinct {
		distinct[i] = Content{kanzei.Fraction(r.uint()), kanzei.Fraction(r.uint()), kanzei.Fraction(r.uint())}
	}
	s := &Shares{Source: src, Codes: r.codes()}
	s.Contents = make([]Content, len(s.Codes))
	for i := range s.Contents {
		n := r.uint()
		if n >= uint64(len(distinct)) {
			return nil, corrupt(sharesFormat, "a code has no content")
		}
		s.Contents[i] = distinct[n]
	}
	if r.bad || len(r.b) > 0 {
		return nil, corrupt(sharesFormat, "its columns do not fit")
	}
	return s, nil
}
