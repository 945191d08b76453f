package edition

import (
	"encoding/binary"
	"fmt"

	"kanzei"
)

const exportsFormat = "exports"

// Exports are sums of goods sent to one partner, in thousand US dollars. Codes
// are of the Harmonized System, ascending: 87 of two digits, 10511 of six.
type Exports struct {
	Origin      kanzei.Origin // where they go
	Chapters    []ExportSum
	Subheadings []ExportSum // those held; not a whole trade
}

// An ExportSum is a code and its value.
type ExportSum struct {
	Code     int
	Thousand int64
}

// EncodeExports writes a file.
func EncodeExports(src Source, partners []Exports) ([]byte, error) {
	raw := binary.AppendUvarint(nil, uint64(len(partners)))
	for _, p := range partners {
		raw = append(raw, p.Origin.String()...)
		for _, list := range [][]ExportSum{p.Chapters, p.Subheadings} {
			raw = binary.AppendUvarint(raw, uint64(len(list)))
			last := 0
			for _, x := range list {
				if x.Code <= last || x.Thousand < 0 {
					return nil, fmt.Errorf("exports to %s: code %d out of order or below zero", p.Origin, x.Code)
				}
				raw = binary.AppendUvarint(raw, uint64(x.Code-last))
				raw = binary.AppendUvarint(raw, uint64(x.Thousand))
				last = x.Code
			}
		}
	}
	out, err := begin(exportsFormat, src)
	if err != nil {
		return nil, err
	}
	return appendFrame(out, raw)
}

// OpenExports reads a file.
func OpenExports(data []byte) (src Source, partners []Exports, err error) {
	src, rest, err := open(exportsFormat, data)
	if err != nil {
		return src, nil, err
	}
	frame, _, ok := cutFrame(rest)
	if !ok {
		return src, nil, corrupt(exportsFormat, "it is cut short")
	}
	raw, err := inflate(frame)
	if err != nil {
		return src, nil, corrupt(exportsFormat, err.Error())
	}
	r := &reader{b: raw}
	partners = make([]Exports, r.count())
	for i := range partners {
		p := &partners[i]
		if len(r.b) < 2 {
			return src, nil, corrupt(exportsFormat, "it ends early")
		}
		if p.Origin, err = kanzei.ParseOrigin(string(r.b[:2])); err != nil {
			return src, nil, corrupt(exportsFormat, err.Error())
		}
		r.b = r.b[2:]
		for _, list := range []*[]ExportSum{&p.Chapters, &p.Subheadings} {
			*list = make([]ExportSum, r.count())
			code := 0
			for k := range *list {
				code += int(r.uint())
				(*list)[k] = ExportSum{code, r.usd()}
			}
		}
	}
	if r.bad || len(r.b) > 0 {
		return src, nil, corrupt(exportsFormat, "its length is wrong")
	}
	return src, partners, nil
}
