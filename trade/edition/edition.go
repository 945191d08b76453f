// Package edition is the file format of the trade data that kanzei carries:
// flows (value and duty by code and partner) and metal-content shares. It
// knows how the bytes lie, not what they are for; package trade embeds and
// reads them, the generator writes them.
//
// Every file begins with one line that names the format and one line of JSON
// that names the source, so that head -2 shows the provenance:
//
//	kanzei flows 1
//	{"agency":"US Census Bureau", …}
//
// The rest is a sequence of frames, each compressed by zstd and preceded by
// its length. A frame of flows holds one partner, so that one partner is read
// without the others.
package edition

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"

	"kanzei"
)

// A Source says where figures come from and what may be done with them.
type Source struct {
	Name        string   `json:"name"`
	Agency      string   `json:"agency"`
	Publication string   `json:"publication"`
	Period      string   `json:"period"`
	Units       string   `json:"units"`
	Via         string   `json:"via"` // the public repository the figures were read from
	Licence     string   `json:"licence"`
	Notes       []string `json:"notes,omitempty"`
}

func corrupt(format, what string) error {
	return &kanzei.Problem{Code: "trade.edition", Msg: fmt.Sprintf("the %s edition is damaged: %s", format, what), Hint: "rebuild it with go run ./internal/gen trade"}
}

// begin writes the two lines at the head of a file.
func begin(format string, src Source) ([]byte, error) {
	head, err := json.Marshal(src)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(nil, "kanzei %s 1\n%s\n", format, head), nil
}

// open reads the two lines at the head of a file and returns what follows.
func open(format string, data []byte) (src Source, rest []byte, err error) {
	rest, ok := bytes.CutPrefix(data, []byte("kanzei "+format+" 1\n"))
	if !ok {
		return src, nil, corrupt(format, "it does not begin with \"kanzei "+format+" 1\"")
	}
	line, rest, ok := bytes.Cut(rest, []byte("\n"))
	if !ok || json.Unmarshal(line, &src) != nil {
		return src, nil, corrupt(format, "its provenance cannot be read")
	}
	return src, rest, nil
}

// One goroutine and no checksum: the same bytes on every machine.
var encoder = sync.OnceValues(func() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false))
})

// appendFrame compresses raw and appends it to dst, after its length.
func appendFrame(dst, raw []byte) ([]byte, error) {
	w, err := encoder()
	if err != nil {
		return nil, err
	}
	z := w.EncodeAll(raw, nil)
	return append(binary.AppendUvarint(dst, uint64(len(z))), z...), nil
}

// cutFrame splits the first frame off data, still compressed.
func cutFrame(data []byte) (frame, rest []byte, ok bool) {
	n, w := binary.Uvarint(data)
	if w <= 0 || n > uint64(len(data)-w) {
		return nil, nil, false
	}
	return data[w : w+int(n)], data[w+int(n):], true
}

// maxFrame bounds the memory a damaged file can ask for, in bytes.
const maxFrame = 16 << 20

var decoder = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxFrame))
})

func inflate(frame []byte) ([]byte, error) {
	d, err := decoder()
	if err != nil {
		return nil, err
	}
	return d.DecodeAll(frame, nil)
}

// A reader takes numbers off a slice; the first failure sticks.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) uint() uint64 {
	n, w := binary.Uvarint(r.b)
	if w <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[w:]
	return n
}

// count reads a number of items of at least one byte each.
func (r *reader) count() int {
	n := r.uint()
	if n > uint64(len(r.b)) {
		r.bad = true
		return 0
	}
	return int(n)
}

// usd reads an amount of dollars.
func (r *reader) usd() int64 {
	n := r.uint()
	if n > 1<<62 {
		r.bad = true
		return 0
	}
	return int64(n)
}

func (r *reader) text() string {
	n := r.count()
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendCodes writes codes of ten digits that strictly increase, as gaps.
func appendCodes(b []byte, codes []kanzei.HTS) ([]byte, error) {
	b = binary.AppendUvarint(b, uint64(len(codes)))
	last := uint64(0)
	for _, h := range codes {
		if h.Digits() != 10 || h.Ten() <= last {
			return nil, fmt.Errorf("code %s is not of ten digits or out of order", h)
		}
		b = binary.AppendUvarint(b, h.Ten()-last)
		last = h.Ten()
	}
	return b, nil
}

func (r *reader) codes() []kanzei.HTS {
	codes := make([]kanzei.HTS, r.count())
	ten := uint64(0)
	for i := range codes {
		ten += r.uint()
		if ten == 0 || ten >= 1e10 {
			r.bad = true
			return nil
		}
		codes[i] = kanzei.HTSFromTen(ten, 10)
	}
	return codes
}
