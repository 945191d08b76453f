package panel

import (
	"bytes"
	_ "embed"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"

	"kanzei"
)

//go:generate go run kanzei/internal/gen panel

//go:embed usmca.preference
var usmcaFile []byte

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

// Claims are how much of the trade of each code claimed a special program in a
// year, by origin: the content of a file of preference shares.
type Claims struct {
	Year   int
	Origin kanzei.Origin
	Codes  []kanzei.HTS // of ten digits, ascending
	Shares []int        // by code, in 1/10000 of customs value
}

const preferenceMagic = "kanzei preference 1\n"

// EncodeClaims writes a file of preference shares: a line that names the format,
// a line of JSON with the source, and a zstd frame. The same claims give the
// same bytes.
func EncodeClaims(src Source, claims []Claims) ([]byte, error) {
	head, err := json.Marshal(src)
	if err != nil {
		return nil, err
	}
	raw := binary.AppendUvarint(nil, uint64(len(claims)))
	for _, c := range claims {
		raw = binary.AppendUvarint(raw, uint64(c.Year))
		raw = append(raw, c.Origin.String()...)
		raw = binary.AppendUvarint(raw, uint64(len(c.Codes)))
		last := uint64(0)
		for i, h := range c.Codes {
			if h.Digits() != 10 || h.Ten() <= last || c.Shares[i] < 0 || c.Shares[i] > 10_000 {
				return nil, fmt.Errorf("code %s is not of ten digits or out of order, or its share %d is none", h, c.Shares[i])
			}
			raw = binary.AppendUvarint(raw, h.Ten()-last)
			last = h.Ten()
		}
		for _, s := range c.Shares {
			raw = binary.AppendUvarint(raw, uint64(s))
		}
	}
	w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false))
	if err != nil {
		return nil, err
	}
	return w.EncodeAll(raw, fmt.Appendf(nil, "%s%s\n", preferenceMagic, head)), nil
}

// DecodeClaims reads a file of preference shares.
func DecodeClaims(data []byte) (src Source, claims []Claims, err error) {
	damaged := func(what string) error {
		return &kanzei.Problem{Code: "panel.edition", Msg: "the edition of preference shares is damaged: " + what, Hint: "rebuild it with go run ./internal/gen panel"}
	}
	rest, ok := bytes.CutPrefix(data, []byte(preferenceMagic))
	line, frame, cut := bytes.Cut(rest, []byte("\n"))
	if !ok || !cut || json.Unmarshal(line, &src) != nil {
		return src, nil, damaged("its head cannot be read")
	}
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(16<<20))
	if err != nil {
		return src, nil, err
	}
	defer d.Close()
	raw, err := d.DecodeAll(frame, nil)
	if err != nil {
		return src, nil, damaged(err.Error())
	}
	bad := false
	number := func() uint64 {
		n, w := binary.Uvarint(raw)
		if w <= 0 {
			bad, raw = true, nil
			return 0
		}
		raw = raw[w:]
		return n
	}
	for range min(number(), 1000) {
		c := Claims{Year: int(number())}
		if bad || len(raw) < 2 {
			return src, nil, damaged("it ends early")
		}
		if c.Origin, err = kanzei.ParseOrigin(string(raw[:2])); err != nil {
			return src, nil, damaged(err.Error())
		}
		raw = raw[2:]
		n := number()
		if n > uint64(len(raw)) {
			return src, nil, damaged("it ends early")
		}
		ten := uint64(0)
		for range n {
			ten += number()
			c.Codes = append(c.Codes, kanzei.HTSFromTen(min(ten, 9_999_999_999), 10))
		}
		for range n {
			c.Shares = append(c.Shares, int(min(number(), 10_000)))
		}
		claims = append(claims, c)
	}
	if bad || len(raw) > 0 {
		return src, nil, damaged("it ends early or late")
	}
	return src, claims, nil
}

var usmca = sync.OnceValues(func() (*Preference, error) {
	_, claims, err := DecodeClaims(usmcaFile)
	if err != nil {
		return nil, err
	}
	p := &Preference{SPI: []string{"S", "S+"}, Origins: []kanzei.Origin{kanzei.MustOrigin("CA"), kanzei.MustOrigin("MX")}}
	for _, year := range []int{2024, 2025} {
		from := kanzei.DayOf(year, 1, 1)
		if year == 2024 { // the agreement entered into force
			from = kanzei.DayOf(2020, 7, 1)
		}
		p.Periods = append(p.Periods, Period{from, func(h kanzei.HTS, o kanzei.Origin) kanzei.Fraction {
			for i := range claims {
				if claims[i].Year == year && claims[i].Origin == o {
					return claims[i].share(h)
				}
			}
			return 0
		}})
	}
	return p, nil
})

// USMCA returns how much of the trade of Canada and Mexico claimed the
// agreement: shares of 2025 from that year on, those of 2024 from the day the
// agreement entered into force. It is an assumption: the shares are of a whole
// year, and moved with the duties that a claim avoids.
func USMCA() (*Preference, error) { return usmca() }

// USMCASource returns where the shares come from.
func USMCASource() (Source, error) {
	src, _, err := DecodeClaims(usmcaFile)
	return src, err
}

// share returns the share of a code. A code that had no trade, or did not stand
// in the year, has the mean of the codes under its first eight, then six digits.
func (c *Claims) share(h kanzei.HTS) kanzei.Fraction {
	const unit = kanzei.One / 10_000
	for _, digits := range []int{10, 8, 6} {
		lo, hi := h.Parent(digits).Range()
		i, _ := slices.BinarySearchFunc(c.Codes, lo, func(x kanzei.HTS, ten uint64) int {
			if x.Ten() < ten {
				return -1
			}
			return 1
		})
		sum, n := 0, 0
		for ; i < len(c.Codes) && c.Codes[i].Ten() < hi; i++ {
			sum += c.Shares[i]
			n++
		}
		if n > 0 {
			return kanzei.Fraction(kanzei.MulDiv(int64(sum)*int64(unit), 1, int64(n)))
		}
	}
	return 0
}
