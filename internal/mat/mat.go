// Package mat reads numeric arrays from MATLAB files: level 5 (2000 to 2006,
// the default of save until today) and 7.3, which is HDF5. It reads what the
// replication packages of trade papers hold: real double and single arrays,
// and integers, in one file of modest size. Anything else is skipped.
package mat

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
)

// An Array has Dims and its numbers with the first index running fastest.
type Array struct {
	Dims []int
	Data []float64
}

// ReadFile reads the numeric arrays of a file by name.
func ReadFile(path string) (arrays map[string]Array, err error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	defer func() { // a truncated file leads out of bounds
		if r := recover(); r != nil {
			arrays, err = nil, fmt.Errorf("%s: damaged MATLAB file: %v", path, r)
		}
	}()
	if len(data) > 520 && bytes.Equal(data[512:520], []byte("\x89HDF\r\n\x1a\n")) {
		arrays, err = readHDF5(data[512:])
	} else if len(data) > 128 && bytes.HasPrefix(data, []byte("MATLAB 5.0")) {
		arrays = map[string]Array{}
		err = readLevel5(data[128:], arrays)
	} else {
		err = fmt.Errorf("not a MATLAB file of level 5 or 7.3")
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return arrays, nil
}

// Level 5: elements of a tag (type, bytes) and data padded to 8 bytes.

const (
	miMatrix     = 14
	miCompressed = 15
)

// element splits the next element off.
func element(b []byte) (kind int, data, rest []byte) {
	t := binary.LittleEndian.Uint32(b)
	if small := t >> 16; small != 0 { // data of up to 4 bytes in the tag
		return int(t & 0xffff), b[4 : 4+small], b[8:]
	}
	n := int(binary.LittleEndian.Uint32(b[4:]))
	pad := n
	if t != miCompressed {
		pad = (n + 7) &^ 7
	}
	return int(t), b[8 : 8+n], b[min(len(b), 8+pad):]
}

func readLevel5(b []byte, out map[string]Array) error {
	for len(b) >= 8 {
		var kind int
		var data []byte
		kind, data, b = element(b)
		switch kind {
		case miCompressed:
			z, err := zlib.NewReader(bytes.NewReader(data))
			if err != nil {
				return err
			}
			raw, err := io.ReadAll(z)
			if err != nil {
				return err
			}
			if err := readLevel5(raw, out); err != nil {
				return err
			}
		case miMatrix:
			matrix(data, out)
		}
	}
	return nil
}

// matrix reads flags, dimensions, name, real part.
func matrix(b []byte, out map[string]Array) {
	_, flags, b := element(b)
	class := flags[0]
	if class < 6 || class > 15 { // cells, structs, text
		return
	}
	_, dims, b := element(b)
	_, name, b := element(b)
	kind, data, _ := element(b)
	a := Array{}
	total := 1
	for ; len(dims) >= 4; dims = dims[4:] {
		d := int(binary.LittleEndian.Uint32(dims))
		a.Dims = append(a.Dims, d)
		total *= d
	}
	// Sizes of the numeric types 1 to 13.
	size := [...]int{0, 1, 1, 2, 2, 4, 4, 4, 0, 8, 0, 0, 8, 8}[kind]
	a.Data = make([]float64, total)
	for i := range a.Data {
		a.Data[i] = number(data[i*size:i*size+size], kind)
	}
	out[string(name)] = a
}

// number reads a little-endian number of a level 5 type.
func number(b []byte, kind int) float64 {
	switch kind {
	case 1:
		return float64(int8(b[0]))
	case 2:
		return float64(b[0])
	case 3:
		return float64(int16(binary.LittleEndian.Uint16(b)))
	case 4:
		return float64(binary.LittleEndian.Uint16(b))
	case 5:
		return float64(int32(binary.LittleEndian.Uint32(b)))
	case 6:
		return float64(binary.LittleEndian.Uint32(b))
	case 7:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	case 12:
		return float64(int64(binary.LittleEndian.Uint64(b)))
	case 13:
		return float64(binary.LittleEndian.Uint64(b))
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b))
}
