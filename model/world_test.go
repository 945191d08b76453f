package model

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEmbedded loads every world the program carries and checks that it is an
// equilibrium of itself and has the published totals.
func TestEmbedded(t *testing.T) {
	for _, name := range Names() {
		w, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.Solve(Shock{}, Options{})
		if err != nil {
			t.Fatal(name, err)
		}
		if r.Report.Path[0] > 1e-9 {
			t.Errorf("%s: base residual %.2g", name, r.Report.Path[0])
		}
		t.Logf("%s: %d x %d, value added %.1f tn, adjusted %d cells, %.0f of %.0f million USD, %v",
			name, w.N, w.J, sum(w.WL0)/1e6, w.Adjusted.Changed, w.Adjusted.AbsMUSD, w.Adjusted.OfMUSD, w.Adjusted.Notes)
		for n, e := range w.Economies {
			if len(e.ISO2) != 2 || e.ISO3 == "" || e.Name == "" {
				t.Errorf("%s: economy %d is %+v", name, n, e)
			}
		}
	}
}

// TestTotals checks the 81 x 28 world with the totals in the notes of
// sources/model (README): world absorption 199.7 tn, cross-border trade 27.1
// tn, US imports 3,611 bn and exports 2,649 bn, JPN to US 149.6 bn, CHN to US
// 532, USA to JPN 131.9.
func TestTotals(t *testing.T) {
	w, err := Load("icio2022-source")
	if err != nil {
		t.Fatal(err)
	}
	us, _ := w.Economy("US")
	jp, _ := w.Economy("JPN")
	cn, _ := w.Economy("China")
	pair := func(i, n int) float64 {
		s := 0.0
		for j := 0; j < w.J; j++ {
			s += w.Flow[w.Cell(j, n, i)]
		}
		return s / 1e3
	}
	imports, exports, cross, all := 0.0, 0.0, 0.0, 0.0
	for i := 0; i < w.N; i++ {
		for n := 0; n < w.N; n++ {
			all += pair(i, n)
			if i != n {
				cross += pair(i, n)
			}
		}
		if i != us {
			imports += pair(i, us)
			exports += pair(us, i)
		}
	}
	for _, c := range []struct {
		what      string
		got, want float64
		tol       float64
	}{
		{"absorption", all / 1e3, 199.7, 0.05}, {"trade", cross / 1e3, 27.1, 0.05}, {"US imports", imports, 3611, 0.5}, {"US exports", exports, 2649, 0.5},
		{"JPN > USA", pair(jp, us), 149.6, 0.05}, {"CHN > USA", pair(cn, us), 532, 0.5}, {"USA > JPN", pair(us, jp), 131.9, 0.05},
	} {
		if math.Abs(c.got-c.want) > c.tol {
			t.Errorf("%s: %.4f, want %g", c.what, c.got, c.want)
		}
	}
}

// TestHybrid checks the capped coefficients with the same notes: value added
// 97.2 tn, United States 25.93, Japan 4.16.
func TestHybrid(t *testing.T) {
	w := world(t, "icio2022-hybrid")
	us, _ := w.Economy("US")
	jp, _ := w.Economy("JP")
	if all, a, b := sum(w.WL0)/1e6, w.WL0[us]/1e6, w.WL0[jp]/1e6; math.Abs(all-97.2) > 0.05 || math.Abs(a-25.93) > 0.005 || math.Abs(b-4.16) > 0.005 {
		t.Errorf("value added %.3f tn, United States %.3f, Japan %.3f", all, a, b)
	}
}

// TestAggregate merges and keeps totals; merging nothing changes nothing.
func TestAggregate(t *testing.T) {
	w, err := Load("icio2022")
	if err != nil {
		t.Fatal(err)
	}
	us, _ := w.Economy("US")
	jp, _ := w.Economy("JP")
	group := make([]int, w.N)
	for n := range group {
		group[n] = 2
	}
	group[us], group[jp] = 0, 1
	sector := make([]int, w.J)
	for j, s := range w.Sectors {
		if !s.Goods {
			sector[j] = 1
		}
	}
	a, err := w.Aggregate([]Economy{w.Economies[us], w.Economies[jp], {"XW", "ROW", "Rest of the world"}}, group,
		[]Sector{{"G", "Goods", true}, {"S", "Services", false}}, sector)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(sum(a.WL0)/sum(w.WL0)-1) > 1e-12 || math.Abs(a.Deficit[0]/w.Deficit[us]-1) > 1e-9 || math.Abs(a.Revenue[0]/w.Revenue[us]-1) > 1e-9 {
		t.Errorf("totals moved: value added %g of %g, deficit %g of %g", sum(a.WL0), sum(w.WL0), a.Deficit[0], w.Deficit[us])
	}
	if r, err := a.Solve(Shock{Tariff: usPlus(a, 0.1)}, Options{}); err != nil || r.Report.Residual > 1e-10 {
		t.Error(err)
	}
	same, err := w.Aggregate(w.Economies, seq(w.N), w.Sectors, seq(w.J))
	if err != nil {
		t.Fatal(err)
	}
	x, err := w.Solve(Shock{Tariff: usPlus(w, 0.1)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	y, err := same.Solve(Shock{Tariff: usPlus(same, 0.1)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for n := range x.Welfare {
		if math.Abs(x.Welfare[n]-y.Welfare[n]) > 1e-9 {
			t.Errorf("%s: %.12f, aggregated one to one %.12f", w.Economies[n].ISO3, x.Welfare[n], y.Welfare[n])
		}
	}
	if _, err := w.Aggregate(w.Economies, seq(w.N), w.Sectors, make([]int, w.J)); err == nil {
		t.Error("empty sector groups accepted")
	}
}

func write(t *testing.T, dir string, files map[string]string) {
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func userFiles() map[string]string {
	return map[string]string{
		"sectors.csv": "sector,name,goods,theta\nG,Goods,1,4\nS,Services,0,4\n",
		"flows.csv": "exporter,importer,sector,value_musd\nUS,USA,G,1000\nUS,JP,G,60\nJP,US,G,80\nJP,JP,G,500\n" +
			"US,US,S,2000\nJP,JP,S,900\nUS,JP,S,30\nJP,US,S,10\n",
		"tariffs.csv": "exporter,importer,sector,rate\nUS,JP,G,0.05\nJP,USA,G,0.025\n",
		"io.csv":      "economy,input,output,coef\nUS,G,G,0.3\nUS,S,S,0.2\nUS,G,S,0.1\nUS,S,G,0.1\nJP,G,G,0.3\nJP,S,S,0.2\nJP,G,S,0.1\nJP,S,G,0.1\n",
	}
}

// TestUserWorld reads good data, refuses each kind of bad data with the cell
// named, and repairs it with a report.
func TestUserWorld(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, userFiles())
	w, err := ReadWorld(dir, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	if w.N != 2 || w.J != 2 || w.Economies[0].ISO2 != "US" || w.Adjusted.Changed != 0 {
		t.Errorf("world %+v, adjusted %+v", w.Economies, w.Adjusted)
	}
	write(t, dir, map[string]string{"new.csv": "exporter,importer,sector,rate\n*,US,*,0.25\n"})
	tar, err := w.ReadTariffs(filepath.Join(dir, "new.csv"), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := tar[w.Cell(0, 0, 1)]; got != 1.25 || tar[w.Cell(1, 0, 1)] != 1 || tar[w.Cell(0, 0, 0)] != 1 {
		t.Errorf("tariff read as %g", got)
	}
	if _, err := w.Solve(Shock{Tariff: tar}, Options{}); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		name, file, from, to, want string
		repairs                    bool
	}{
		{"negative flow", "flows.csv", "US,JP,G,60", "US,JP,G,-60", "flows.csv:3: USA > JPN : G: negative flow -60", true},
		{"shares over one", "io.csv", "US,G,G,0.3", "US,G,G,0.95", "io.csv: USA : G: input shares add up to 1.05", true},
		{"missing tariff", "tariffs.csv", "US,JP,G,0.05\n", "", "tariffs.csv: USA > JPN : G: no tariff for a flow of 60", true},
		{"absent in flows", "io.csv", "JP,S,G,0.1\n", "JP,S,G,0.1\nDE,S,G,0.1\n", "economy DEU is in io.csv and not in flows.csv", true},
		{"absent in io", "io.csv", "JP,G,G,0.3\nJP,S,S,0.2\nJP,G,S,0.1\nJP,S,G,0.1\n", "", "io.csv: JPN: economy is in flows.csv and not in io.csv", true},
		{"absent in flows, tariffs", "tariffs.csv", "US,JP,G,0.05\n", "US,JP,G,0.05\nDE,JP,G,0.05\n", "economy DEU is in tariffs.csv and not in flows.csv", false},
		{"inputs over purchases", "io.csv", "US,G,S,0.1", "US,G,S,0.7", "USA:G: inputs use", true},
		{"input given twice", "io.csv", "JP,G,G,0.3", "JP,G,G,0.3\nJP,G,G,0.3", "JPN G > G: given twice", false},
		{"negative rate", "tariffs.csv", "US,JP,G,0.05", "US,JP,G,-0.05", "USA > JPN : G: rate -0.05", true},
		{"rate in percent", "tariffs.csv", "US,JP,G,0.05", "US,JP,G,50", "rate 50 (0.25 is 25 percent)", true},
		{"no tariffs", "tariffs.csv", "exporter,importer,sector,rate\nUS,JP,G,0.05\nJP,USA,G,0.025\n", "", "no header line", false},
		{"no economy", "flows.csv", "US,JP,G,60", "US,,G,60", "flows.csv:3: no code of the exporter or importer", false},
		{"infinite", "io.csv", "US,G,G,0.3", "US,G,G,Inf", "coef is not finite", false},
		{"elasticity", "sectors.csv", "G,Goods,1,4", "G,Goods,1,0", "elasticity 0 of sector G must be above 0", false},
		{"unknown sector", "flows.csv", "US,JP,G,60", "US,JP,X,60", "sector \"X\" is not in sectors.csv", false},
		{"twice", "flows.csv", "US,JP,G,60", "US,JP,G,60\nUS,JP,G,60", "given twice", false},
		{"not a number", "flows.csv", "US,JP,G,60", "US,JP,G,sixty", "flows.csv:3: column value_musd: \"sixty\" is not a number", false},
	} {
		files := userFiles()
		files[c.file] = strings.Replace(files[c.file], c.from, c.to, 1)
		write(t, dir, files)
		_, err := ReadWorld(dir, false, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
		w, err := ReadWorld(dir, true, nil)
		if c.repairs != (err == nil) {
			t.Errorf("%s: repair gave %v", c.name, err)
		}
		if err == nil {
			if w.Adjusted.Changed == 0 || len(w.Adjusted.Notes) == 0 {
				t.Errorf("%s: repaired without a report", c.name)
			}
			if r, err := w.Solve(Shock{}, Options{}); err != nil || r.Report.Path[0] > 1e-8 {
				t.Errorf("%s: repaired world does not close: %v", c.name, err)
			}
		}
		write(t, dir, userFiles())
	}
}

// TestNotFound shows that a shock without a solution gives an error with the
// residual path, and that bad shocks name the cell.
func TestNotFound(t *testing.T) {
	w, err := Load("icio2022")
	if err != nil {
		t.Fatal(err)
	}
	gap := make([]float64, w.N)
	us, _ := w.Economy("US")
	gap[us], gap[us-1] = -2*w.Income[us], 2*w.Income[us] // more than it earns
	_, err = w.Solve(Shock{Deficit: gap}, Options{})
	var nf *NotFound
	if !errors.As(err, &nf) || len(nf.Report.Path) == 0 {
		t.Errorf("error %v, want NotFound with a path", err)
	}
	bad := append([]float64(nil), w.Tariff...)
	bad[w.Cell(0, us, 0)] = -0.2
	if _, err = w.Solve(Shock{Tariff: bad}, Options{}); err == nil || !strings.Contains(err.Error(), "AGO > USA : A01") {
		t.Errorf("error %v does not name the cell", err)
	}
}

// TestWIOD2014 checks the world of Felbermayr, Groeschl and Heiland with the
// notes on the sources: value added 74.8 tn, US 17.38 tn, JPN to US 120.2 bn,
// CHN to US 344.9 bn, within what re-solving without inventories moves.
func TestWIOD2014(t *testing.T) {
	w := world(t, "wiod2014")
	us, _ := w.Economy("US")
	jp, _ := w.Economy("JP")
	flow := 0.0
	for j := 0; j < w.J; j++ {
		flow += w.Flow[w.Cell(j, us, jp)] / 1e3
	}
	t.Logf("value added %.2f tn, US %.2f tn, JPN > USA %.1f bn; adjusted %d cells, %.0f of %.0f million USD",
		sum(w.WL0)/1e6, w.WL0[us]/1e6, flow, w.Adjusted.Changed, w.Adjusted.AbsMUSD, w.Adjusted.OfMUSD)
	if math.Abs(sum(w.WL0)/1e6-74.8) > 0.05 || math.Abs(w.WL0[us]/1e6/17.38-1) > 0.01 || math.Abs(flow/120.2-1) > 0.03 {
		t.Error("totals are off")
	}
}

// TestWriteTables: worlds written as tables and read again solve to the same
// numbers.
func TestWriteTables(t *testing.T) {
	for _, name := range []string{"icio2022", "wiod2014", "icio2022-nolinks"} {
		w := load(t, name)
		dir := t.TempDir()
		for _, table := range UserTables {
			f, err := os.Create(filepath.Join(dir, table+".csv"))
			if err == nil {
				err = w.WriteTable(table, f)
			}
			if err == nil {
				err = f.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		again, err := ReadWorld(dir, false, nil)
		if err != nil {
			t.Fatal(name, err)
		}
		a, err := w.Solve(Shock{Tariff: usPlus(w, 0.1)}, Options{Tol: 1e-11})
		if err != nil {
			t.Fatal(err)
		}
		b, err := again.Solve(Shock{Tariff: usPlus(again, 0.1)}, Options{Tol: 1e-11})
		if err != nil {
			t.Fatal(err)
		}
		for n, e := range w.Economies {
			if again.Economies[n].ISO3 != e.ISO3 || math.Abs(a.Welfare[n]-b.Welfare[n]) > 1e-9 {
				t.Errorf("%s %s: %.12f, read again %s %.12f", name, e.ISO3, a.Welfare[n], again.Economies[n].ISO3, b.Welfare[n])
			}
		}
	}
}
