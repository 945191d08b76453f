package model

import (
	"encoding/binary"
	"fmt"
	"io"
	"path/filepath"
)

// wiot2013Sectors are the 35 sectors of the WIOD 2013 release, NACE Rev. 1.1.
var wiot2013Sectors = []string{"AtB", "C", "15t16", "17t18", "19", "20", "21t22", "23", "24", "25", "26", "27t28", "29", "30t33", "34t35", "36t37",
	"E", "F", "50", "51", "52", "H", "60", "61", "62", "63", "64", "J", "70", "71t74", "L", "M", "N", "O", "P"}

// A wiot is an inter-country input-output table, million USD: rows are
// supplying sectors by economy, columns using sectors, then final uses.
type wiot struct {
	econ []Economy
	raw  []byte
}

const wiotN, wiotJ, wiotF, wiotCols = 41, 35, 5, 41*35 + 41*5

// readWIOT reads the table of a year, 2008 or 2011.
func readWIOT(dir string, year int) (*wiot, error) {
	codes, err := lines(filepath.Join(dir, "countries.txt"))
	if err != nil {
		return nil, err
	}
	if len(codes) != wiotN {
		return nil, fmt.Errorf("%s: %d economies, want %d", dir, len(codes), wiotN)
	}
	f, err := openTable(filepath.Join(dir, fmt.Sprintf("wiot%d_inter_final_int32_rowmajor_1435x1640.bin.gz", year)))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	if len(raw) != 4*wiotN*wiotJ*wiotCols {
		return nil, fmt.Errorf("%s: %d bytes, want %d", dir, len(raw), 4*wiotN*wiotJ*wiotCols)
	}
	return &wiot{economies(codes), raw}, nil
}

// at is the figure of row r and column c.
func (t *wiot) at(r, c int) float64 {
	return float64(int32(binary.LittleEndian.Uint32(t.raw[4*(r*wiotCols+c):])))
}

// loadWIOT builds the 41 x 35 world of a year without tariffs, which its source
// does not have. Negative flows, all changes of inventories, are set to zero,
// inputs of more than 0.99 of output scaled to that, both reported; then the
// base is re-solved.
func loadWIOT(year int) func(dir string) (*World, error) {
	return func(dir string) (*World, error) {
		t, err := readWIOT(dir, year)
		if err != nil {
			return nil, err
		}
		const N, J = wiotN, wiotJ
		w := &World{Year: year, Source: fmt.Sprintf("WIOD 2013 release, year %d; compiled in bquast/wiod @59a28ac", year), Economies: t.econ,
			Flow: make([]float64, N*N*J), Tariff: ones(N * N * J), VA: ones(N * J), IO: make([]float64, N*J*J), Theta: make([]float64, J)}
		for j, code := range wiot2013Sectors {
			w.Sectors = append(w.Sectors, Sector{Code: code, Name: code, Goods: j < 16})
			w.Theta[j] = crElasticity(j)
		}
		w.N, w.J = N, J
		output := make([]float64, N*J)
		use := make([]float64, N*J*J) // layout of inputs
		for i := 0; i < N; i++ {
			for k := 0; k < J; k++ {
				r := i*J + k
				for n := 0; n < N; n++ {
					v := 0.0
					for j := 0; j < J; j++ {
						x := t.at(r, n*J+j)
						use[(k*J+j)*N+n] += x
						v += x
					}
					for c := 0; c < wiotF; c++ {
						v += t.at(r, N*J+n*wiotF+c)
					}
					cell := w.Cell(k, n, i)
					if v < 0 {
						w.Adjusted.add(AdjustedCell{"flow", w.cellName(cell), v, 0})
						w.Adjusted.AbsMUSD -= v
						v = 0
					}
					w.Flow[cell] = v
					output[k*N+i] += v
				}
			}
		}
		for c, v := range use {
			if y := output[c%(N*J)]; y > 0 && v > 0 {
				w.IO[c] = v / y
				w.VA[c%(N*J)] -= v / y
			}
		}
		for r, va := range w.VA { // a few small sectors make losses
			if va >= 0.01 {
				continue
			}
			w.Adjusted.add(AdjustedCell{"io", w.Economies[r%N].ISO3 + ":" + w.Sectors[r/N].Code, 1 - va, 0.99})
			w.Adjusted.AbsMUSD += (0.01 - va) * output[r]
			for k := 0; k < J; k++ {
				w.IO[k*N*J+r] *= 0.99 / (1 - va)
			}
			w.VA[r] = 0.01
		}
		w.Adjusted.Notes = append(w.Adjusted.Notes, "flows below zero, changes of inventories, set to zero; input shares over 0.99 scaled to that")
		if err := w.prepare(); err != nil {
			return nil, err
		}
		return w.Closed()
	}
}
