package model

import (
	"bytes"
	_ "embed" // the compiled editions
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"sort"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// A compiled edition is zstd over: the length of a JSON head, the head, then
// the arrays it names, little-endian float64 or float32, byte planes apart
// (which compresses better).

type head struct {
	Name      string               `json:"name"`
	Year      int                  `json:"year"`
	Source    string               `json:"source"`
	Notes     []string             `json:"notes,omitempty"`
	Economies []Economy            `json:"economies"`
	Sectors   []Sector             `json:"sectors,omitempty"`
	Theta     []float64            `json:"theta,omitempty"`
	Sets      map[string][]float64 `json:"sets,omitempty"`
	Inputs    *InputReport         `json:"inputs,omitempty"`
	Adjusted  Adjustment           `json:"adjusted"`
	Arrays    []arrayHead          `json:"arrays"`
}

type arrayHead struct {
	Name  string `json:"name"`
	Len   int    `json:"len"`
	Bytes int    `json:"bytes"` // 4 or 8 a number
}

//go:embed icio2022.world.zst
var icio2022Edition []byte

//go:embed wiod2014.world.zst
var wiod2014Edition []byte

//go:embed libday2023.world.zst
var libday2023Edition []byte

// embedded worlds by name.
var embedded = map[string]func() (*World, error){
	"icio2022":        func() (*World, error) { return decodeICIO(false) },
	"icio2022-source": func() (*World, error) { return decodeICIO(true) },
	"icio2022-nolinks": func() (*World, error) {
		w, err := decodeICIO(false)
		if err != nil {
			return nil, err
		}
		return w.WithoutLinks()
	},
	"wiod2014": func() (*World, error) {
		w, err := decodeWorld(wiod2014Edition)
		if err != nil {
			return nil, err
		}
		return w.Closed()
	},
}

// Names lists the embedded worlds, sorted.
func Names() []string {
	var out []string
	for n := range embedded {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

type loaded struct {
	once sync.Once
	w    *World
	err  error
}

var loadedWorlds sync.Map // name to *loaded

// DefaultWorld is the world of questions that name none.
const DefaultWorld = "icio2022"

// Load returns an embedded world. It is built once and shared: a World is read
// only.
func Load(name string) (*World, error) {
	build, ok := embedded[name]
	if !ok {
		return nil, fmt.Errorf("no world %q (embedded: %s)", name, strings.Join(Names(), ", "))
	}
	v, _ := loadedWorlds.LoadOrStore(name, new(loaded))
	l := v.(*loaded)
	l.once.Do(func() {
		if l.w, l.err = build(); l.err == nil {
			l.w.Name = name
		}
	})
	return l.w, l.err
}

// decodeICIO builds the 81 x 28 world. The source has tariffs on services
// (averages of goods tariffs carried over); no such duty is levied, and only
// the source variant keeps them.
func decodeICIO(source bool) (*World, error) {
	w, err := decodeWorld(icio2022Edition)
	if err != nil || source {
		return w, err
	}
	cells, paid := 0, 0.0
	c := w.clone()
	c.Tariff, c.Alpha = w.withoutServices(), nil
	for k, t := range c.Tariff {
		if t != w.Tariff[k] {
			cells++
			paid += w.Flow[k] * (1 - 1/w.Tariff[k])
		}
	}
	before := c.Adjusted.Changed
	c.Adjusted.Notes = append(c.Adjusted.Notes, fmt.Sprintf(
		"tariffs on services set to zero: %d cells, %.0f million USD of duty in the source; final demand takes up the difference", cells, paid))
	if err := c.prepare(); err != nil {
		return nil, err
	}
	if c.Adjusted.Changed > before { // a final share fell below zero
		return c.Closed()
	}
	c.Adjusted.Changed += cells
	c.Adjusted.AbsMUSD += paid
	return c, nil
}

func decodeWorld(data []byte) (*World, error) {
	h, arrays, err := decodeEdition(data)
	if err != nil {
		return nil, err
	}
	w := &World{Name: h.Name, Year: h.Year, Source: h.Source, Notes: h.Notes, Economies: h.Economies, Sectors: h.Sectors,
		Theta: h.Theta, Sets: h.Sets, Inputs: h.Inputs, Adjusted: h.Adjusted, Flow: arrays["flow"], Tariff: arrays["tariff"], IO: arrays["io"]}
	N, J := len(w.Economies), len(w.Sectors)
	w.VA = ones(N * J)
	for k := 0; k < J; k++ {
		for r := range w.VA {
			w.VA[r] -= w.IO[k*N*J+r]
		}
	}
	for r, v := range w.VA {
		if math.Abs(v) < 1e-15 {
			w.VA[r] = 0
		}
	}
	return w, w.prepare()
}

// EncodeWorld makes the compiled edition of a world; flows says in how many
// bytes a flow or tariff is kept, 4 or 8. Input coefficients have 4; value-added
// shares follow from them. Of the changed cells the largest hundred are kept.
func EncodeWorld(w *World, flows int) ([]byte, error) {
	h := head{Name: w.Name, Year: w.Year, Source: w.Source, Notes: w.Notes, Economies: w.Economies, Sectors: w.Sectors, Theta: w.Theta, Sets: w.Sets, Inputs: w.Inputs, Adjusted: w.Adjusted}
	if len(h.Adjusted.Cells) > 100 {
		h.Adjusted.Cells = h.Adjusted.Cells[:100]
	}
	h.Arrays = []arrayHead{{"flow", len(w.Flow), flows}, {"tariff", len(w.Tariff), flows}, {"io", len(w.IO), 4}}
	return encodeEdition(h, w.Flow, w.Tariff, w.IO)
}

func encodeEdition(h head, arrays ...[]float64) ([]byte, error) {
	js, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	var raw bytes.Buffer
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], uint64(len(js)))
	raw.Write(n[:])
	raw.Write(js)
	for a, x := range arrays {
		size := h.Arrays[a].Bytes
		planes := make([]byte, size*len(x))
		for i, v := range x {
			if size == 8 {
				binary.LittleEndian.PutUint64(n[:], math.Float64bits(v))
			} else {
				binary.LittleEndian.PutUint32(n[:], math.Float32bits(float32(v)))
			}
			for b := 0; b < size; b++ {
				planes[b*len(x)+i] = n[b]
			}
		}
		raw.Write(planes)
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer enc.Close()
	return enc.EncodeAll(raw.Bytes(), nil), nil
}

func decodeEdition(data []byte) (head, map[string][]float64, error) {
	var h head
	bad := func(why string) (head, map[string][]float64, error) {
		return h, nil, fmt.Errorf("damaged model edition: %s; rebuild it with go run ./internal/gen model", why)
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return h, nil, err
	}
	defer dec.Close()
	raw, err := dec.DecodeAll(data, nil)
	if err != nil {
		return bad(err.Error())
	}
	if len(raw) < 8 || uint64(len(raw)-8) < binary.LittleEndian.Uint64(raw) {
		return bad("too short")
	}
	n := int(binary.LittleEndian.Uint64(raw))
	if err := json.Unmarshal(raw[8:8+n], &h); err != nil {
		return bad(err.Error())
	}
	raw = raw[8+n:]
	arrays := map[string][]float64{}
	for _, a := range h.Arrays {
		if len(raw) < a.Len*a.Bytes {
			return bad("array " + a.Name + " is cut off")
		}
		x, planes := make([]float64, a.Len), raw[:a.Len*a.Bytes]
		raw = raw[a.Len*a.Bytes:]
		for i := range x {
			var u uint64
			for b := a.Bytes - 1; b >= 0; b-- {
				u = u<<8 | uint64(planes[b*a.Len+i])
			}
			if a.Bytes == 8 {
				x[i] = math.Float64frombits(u)
			} else {
				x[i] = float64(math.Float32frombits(uint32(u)))
			}
		}
		arrays[a.Name] = x
	}
	return h, arrays, nil
}
