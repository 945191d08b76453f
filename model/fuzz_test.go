package model

import (
	"math"
	"path/filepath"
	"testing"
)

// FuzzUserWorld: tables of one's own, and new tariffs on top, give a world that
// is sound, or an error.
func FuzzUserWorld(f *testing.F) {
	ok := userFiles()
	f.Add(ok["sectors.csv"], ok["flows.csv"], ok["tariffs.csv"], ok["io.csv"], "exporter,importer,sector,rate\n*,US,*,0.25\n", false)
	f.Add(ok["sectors.csv"], "exporter,importer,sector,value_musd\nUS,USA,G,-1\n", "exporter,importer,sector,rate\n", "", "exporter,importer,sector,add\nUS,JP,G,nan\n", true)
	f.Add("sector,name,goods,theta,psi\nG,\"\n", "a\n", "\xef\xbb\xbf", "economy,input,output,coef\nUS,G,G,1e308\n", "exporter", true)
	f.Fuzz(func(t *testing.T, sectors, flows, tariffs, io, change string, repair bool) {
		dir := t.TempDir()
		write(t, dir, map[string]string{"sectors.csv": sectors, "flows.csv": flows, "tariffs.csv": tariffs, "io.csv": io, "new.csv": change})
		w, err := ReadWorld(dir, repair, nil)
		if err != nil {
			if err.Error() == "" {
				t.Fatal("an error without words")
			}
			return
		}
		if w.N == 0 || w.J == 0 || len(w.Flow) != w.N*w.N*w.J {
			t.Fatalf("a world of %d economies and %d sectors with %d flows", w.N, w.J, len(w.Flow))
		}
		for k, v := range w.Flow {
			if !(v >= 0) || math.IsInf(v, 0) || !(w.Tariff[k] >= 1) || math.IsInf(w.Tariff[k], 0) {
				t.Fatalf("cell %d: flow %g, power %g", k, v, w.Tariff[k])
			}
		}
		power, err := w.ReadTariffs(filepath.Join(dir, "new.csv"), nil, nil)
		if err != nil {
			return
		}
		for k, p := range power {
			if !(p > 0) || math.IsInf(p, 0) {
				t.Fatalf("cell %d: power %g", k, p)
			}
		}
	})
}
