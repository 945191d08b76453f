package mat

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// level5 writes a matrix of doubles as MATLAB does, deflated.
func level5(name string, dims []int, data []float64) []byte {
	var b bytes.Buffer
	put := func(kind int, v any) {
		var d bytes.Buffer
		binary.Write(&d, binary.LittleEndian, v)
		binary.Write(&b, binary.LittleEndian, [2]uint32{uint32(kind), uint32(d.Len())})
		for d.Len()%8 != 0 {
			d.WriteByte(0)
		}
		b.Write(d.Bytes())
	}
	put(6, [2]uint32{6, 0})
	d := make([]int32, len(dims))
	for i, v := range dims {
		d[i] = int32(v)
	}
	put(5, d)
	put(1, []byte(name))
	put(9, data)
	var m, z bytes.Buffer
	binary.Write(&m, binary.LittleEndian, [2]uint32{miMatrix, uint32(b.Len())})
	m.Write(b.Bytes())
	w := zlib.NewWriter(&z)
	w.Write(m.Bytes())
	w.Close()
	out := append([]byte("MATLAB 5.0 MAT-file"), bytes.Repeat([]byte{' '}, 128-19)...)
	out = binary.LittleEndian.AppendUint32(out, miCompressed)
	out = binary.LittleEndian.AppendUint32(out, uint32(z.Len()))
	return append(out, z.Bytes()...)
}

func write(t *testing.T, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.mat")
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLevel5(t *testing.T) {
	want := []float64{1, -2.5, math.Pi, 4, 5, 6}
	b := level5("flows", []int{2, 3, 1}, want)
	got, err := ReadFile(write(t, b))
	if err != nil {
		t.Fatal(err)
	}
	a := got["flows"]
	if len(a.Dims) != 3 || a.Dims[1] != 3 {
		t.Errorf("dimensions %v", a.Dims)
	}
	for i, v := range want {
		if a.Data[i] != v {
			t.Errorf("number %d is %g, want %g", i, a.Data[i], v)
		}
	}
	for _, bad := range [][]byte{[]byte("nothing"), b[:150], append([]byte("MATLAB 5.0"), make([]byte, 200)...)} {
		if got, err := ReadFile(write(t, bad)); err == nil && len(got) > 0 {
			t.Errorf("%d bytes read as %v", len(bad), got)
		}
	}
}

// TestHDF5 reads a file of the research data; its CSV twin has 8 digits.
func TestHDF5(t *testing.T) {
	root := os.Getenv("KANZEI_SHARED")
	if root == "" {
		root = "../../../shared"
	}
	path := filepath.Join(root, "sources/model/wiod_44x16/WIOD2014.mat")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("research files absent: %s (set KANZEI_SHARED)", path)
	}
	a, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	x := a["data.Xjik_3D"]
	total := 0.0
	for _, v := range x.Data {
		total += v
	}
	// sources/model/README: world 161.8 tn USD; first line of the CSV 63934.677.
	if len(x.Dims) != 3 || x.Dims[2] != 16 || math.Abs(total-161786433.651479) > 1 || math.Abs(x.Data[0]-63934.677) > 1e-3 {
		t.Errorf("dimensions %v, total %.3f, first %.6f", x.Dims, total, x.Data[0])
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(write(t, b[:200000])); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("half a file: %v", err)
	}
}
