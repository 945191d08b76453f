package mat

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
)

// The part of HDF5 that MATLAB writes: superblock version 0, a root group with
// a symbol table, object headers of version 1, and contiguous or chunked
// datasets, deflated. Addresses count from the superblock. References are to
// the HDF5 File Format Specification 2.0.

type hdf5 []byte

func (h hdf5) u16(at int) int { return int(binary.LittleEndian.Uint16(h[at:])) }
func (h hdf5) u32(at int) int { return int(binary.LittleEndian.Uint32(h[at:])) }
func (h hdf5) u64(at int) int { return int(binary.LittleEndian.Uint64(h[at:])) }

func readHDF5(b []byte) (map[string]Array, error) {
	h := hdf5(b)
	if h[8] != 0 || h[13] != 8 || h[14] != 8 {
		return nil, fmt.Errorf("HDF5 superblock of version %d", h[8])
	}
	out := map[string]Array{}
	// The root group's symbol table entry is at byte 56 (II.A).
	return out, h.object("", h.u64(56+8), out)
}

// object reads a dataset, or what is in a group: a struct of MATLAB, whose
// fields get names such as data.flow.
func (h hdf5) object(name string, at int, out map[string]Array) error {
	for _, m := range h.messages(at) {
		if m.kind == 0x11 { // symbol table: B-tree and local heap
			return h.group(name, h.u64(m.at), h.u64(h.u64(m.at+8)+24), out)
		}
	}
	a, ok, err := h.dataset(at)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if ok {
		out[name] = a
	}
	return nil
}

// group walks a B-tree of symbol nodes (III.A.1, III.B).
func (h hdf5) group(prefix string, at, heap int, out map[string]Array) error {
	if string(h[at:at+4]) == "SNOD" {
		for k := 0; k < h.u16(at+6); k++ {
			e := at + 8 + 40*k
			name := h[heap+h.u64(e):]
			field := string(name[:bytes.IndexByte(name, 0)])
			if field == "#refs#" { // what cells point to
				continue
			}
			if prefix != "" {
				field = prefix + "." + field
			}
			if err := h.object(field, h.u64(e+8), out); err != nil {
				return err
			}
		}
		return nil
	}
	for k := 0; k < h.u16(at+6); k++ { // keys and children alternate
		if err := h.group(prefix, h.u64(at+24+8+16*k), heap, out); err != nil {
			return err
		}
	}
	return nil
}

type message struct{ kind, at, size int }

// messages lists those of an object header of version 1 (IV.A.1.a).
func (h hdf5) messages(at int) []message {
	var out []message
	left := h.u16(at + 2)
	blocks := [][2]int{{at + 16, h.u32(at + 8)}}
	for len(blocks) > 0 {
		p, end := blocks[0][0], blocks[0][0]+blocks[0][1]
		blocks = blocks[1:]
		for p+8 <= end && left > 0 {
			m := message{h.u16(p), p + 8, h.u16(p + 2)}
			left--
			if m.kind == 0x10 { // continuation
				blocks = append(blocks, [2]int{h.u64(m.at), h.u64(m.at + 8)})
			} else {
				out = append(out, m)
			}
			p = m.at + m.size
		}
	}
	return out
}

// dataset reads a numeric dataset; ok is false for groups and other types.
func (h hdf5) dataset(at int) (a Array, ok bool, err error) {
	var kind, layout int
	var filters []int
	total := 1
	for _, m := range h.messages(at) {
		switch m.kind {
		case 0x01: // dataspace
			skip := 8
			if h[m.at] == 2 {
				skip = 4
			}
			for d := 0; d < int(h[m.at+1]); d++ {
				v := h.u64(m.at + skip + 8*d)
				a.Dims = append([]int{v}, a.Dims...) // MATLAB's order is the reverse
				total *= v
			}
		case 0x03: // datatype: class, sign, size
			class, size, signed := h[m.at]&15, h.u32(m.at+4), h[m.at+1]&8 != 0
			switch {
			case class == 1 && size == 8:
				kind = 9
			case class == 1 && size == 4:
				kind = 7
			case class == 0:
				kind = map[int]int{1: 2, 2: 4, 4: 6, 8: 13}[size]
				if signed {
					kind--
				}
			}
		case 0x08:
			layout = m.at
		case 0x0b: // filter pipeline, version 1
			p := m.at + 8
			for f := 0; f < int(h[m.at+1]); f++ {
				name, values := h.u16(p+2), h.u16(p+6)
				filters = append(filters, h.u16(p))
				p += 8 + name + 4*(values+values%2)
			}
		}
	}
	if kind == 0 || layout == 0 || total == 0 || h[layout] != 3 {
		return a, false, nil
	}
	size := [...]int{0, 1, 1, 2, 2, 4, 4, 4, 0, 8, 0, 0, 8, 8}[kind]
	raw := make([]byte, total*size)
	switch h[layout+1] {
	case 0: // compact
		copy(raw, h[layout+4:])
	case 1: // contiguous
		copy(raw, h[h.u64(layout+2):])
	case 2: // chunked; dimensions are those of a chunk and the size of a number
		rank := int(h[layout+2]) - 1
		chunk := make([]int, rank)
		for d := range chunk {
			chunk[d] = h.u32(layout + 11 + 4*d)
		}
		dims := make([]int, rank)
		for d := range dims {
			dims[d] = a.Dims[rank-1-d]
		}
		if err := h.chunks(h.u64(layout+3), dims, chunk, size, filters, raw); err != nil {
			return a, false, err
		}
	}
	a.Data = make([]float64, total)
	for i := range a.Data {
		a.Data[i] = number(raw[i*size:], kind)
	}
	return a, true, nil
}

// chunks copies the chunks below a B-tree node to their places.
func (h hdf5) chunks(at int, dims, chunk []int, size int, filters []int, raw []byte) error {
	if at == -1 {
		return nil
	}
	rank := len(dims)
	key := 8 + 8*(rank+1)
	for k := 0; k < h.u16(at+6); k++ {
		e := at + 24 + k*(key+8)
		child := h.u64(e + key)
		if h[at+5] > 0 {
			if err := h.chunks(child, dims, chunk, size, filters, raw); err != nil {
				return err
			}
			continue
		}
		data := []byte(h[child : child+h.u32(e)])
		for f := len(filters) - 1; f >= 0; f-- {
			switch filters[f] {
			case 1:
				z, err := zlib.NewReader(bytes.NewReader(data))
				if err != nil {
					return err
				}
				if data, err = io.ReadAll(z); err != nil {
					return err
				}
			case 2: // bytes of equal rank together
				plain, n := make([]byte, len(data)), len(data)/size
				for i := 0; i < n; i++ {
					for b := 0; b < size; b++ {
						plain[i*size+b] = data[b*n+i]
					}
				}
				data = plain
			default:
				return fmt.Errorf("HDF5 filter %d", filters[f])
			}
		}
		// Rows of the last dimension are contiguous in both.
		row := chunk[rank-1]
		index := make([]int, rank)
		for p := 0; p < len(data)/size; p += row {
			rest := p / row
			inside := true
			for d := rank - 2; d >= 0; d-- {
				index[d] = h.u64(e+8+8*d) + rest%chunk[d]
				rest /= chunk[d]
				inside = inside && index[d] < dims[d]
			}
			if !inside {
				continue
			}
			lo := h.u64(e + 8 + 8*(rank-1))
			to := 0
			for d := 0; d < rank-1; d++ {
				to = to*dims[d] + index[d]
			}
			to = to*dims[rank-1] + lo
			n := min(row, dims[rank-1]-lo)
			copy(raw[to*size:(to+n)*size], data[p*size:(p+n)*size])
		}
	}
	return nil
}
