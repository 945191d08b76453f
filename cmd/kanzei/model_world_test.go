package main

import (
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"kanzei/model"
	"kanzei/table"
)

// toParquet writes the rows of a CSV text, columns in numbers as floats.
func toParquet(t *testing.T, path, text string, numbers ...string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(text), "\n")
	var fields []table.Field
	for _, name := range strings.Split(lines[0], ",") {
		f := table.Field{Name: name, Kind: table.String, Required: true}
		for _, n := range numbers {
			if n == name {
				f.Kind = table.Float
			}
		}
		fields = append(fields, f)
	}
	columns := make([]table.Column, len(fields))
	for k := range fields {
		columns[k].Reset(&fields[k])
	}
	for _, line := range lines[1:] {
		for k, cell := range strings.Split(line, ",") {
			if fields[k].Kind == table.String {
				columns[k].Text.Add([]byte(cell))
				continue
			}
			v, err := strconv.ParseFloat(cell, 64)
			if err != nil {
				t.Fatal(err)
			}
			columns[k].Floats = append(columns[k].Floats, v)
		}
	}
	w, err := table.Create(path, io.Discard, nil, fields)
	if err != nil {
		t.Fatal(err)
	}
	b, err := w.Encode(&table.Batch{Rows: len(lines) - 1}, columns)
	if err == nil {
		err = w.Append(b)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestParquetWorld: a world in Parquet is the same as in CSV, and a bad cell is
// named by its row.
func TestParquetWorld(t *testing.T) {
	tables := map[string]string{
		"sectors": "sector,name,goods,theta\nG,Goods,1,4\nS,Services,0,4\n",
		"flows":   "exporter,importer,sector,value_musd\nUS,USA,G,1000\nUS,JP,G,60\nJP,US,G,80\nJP,JP,G,500\nUS,US,S,2000\nJP,JP,S,900\nUS,JP,S,30\nJP,US,S,10\n",
		"tariffs": "exporter,importer,sector,rate\nUS,JP,G,0.05\nJP,USA,G,0.025\n",
		"io":      "economy,input,output,coef\nUS,G,G,0.3\nUS,S,S,0.2\nUS,G,S,0.1\nUS,S,G,0.1\nJP,G,G,0.3\nJP,S,S,0.2\nJP,G,S,0.1\nJP,S,G,0.1\n",
	}
	text, columnar := t.TempDir(), t.TempDir()
	for name, s := range tables {
		if err := os.WriteFile(filepath.Join(text, name+".csv"), []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
		toParquet(t, filepath.Join(columnar, name+".parquet"), s, "value_musd", "rate", "coef", "theta")
	}
	a, err := model.ReadWorld(text, false, openRows)
	if err != nil {
		t.Fatal(err)
	}
	b, err := model.ReadWorld(columnar, false, openRows)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a.Economies, b.Economies) || !reflect.DeepEqual(a.Flow, b.Flow) || !reflect.DeepEqual(a.Tariff, b.Tariff) || !reflect.DeepEqual(a.IO, b.IO) || !reflect.DeepEqual(a.Theta, b.Theta) {
		t.Error("the world in Parquet differs from the one in CSV")
	}
	toParquet(t, filepath.Join(columnar, "new.parquet"), "exporter,importer,sector,rate\n*,US,*,0.25\n", "rate")
	tariff, err := b.ReadTariffs(filepath.Join(columnar, "new.parquet"), openRows, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := tariff[b.Cell(0, 0, 1)]; got != 1.25 {
		t.Errorf("tariff %g, want 1.25", got)
	}
	toParquet(t, filepath.Join(columnar, "flows.parquet"), strings.Replace(tables["flows"], "JP,G,60", "JP,G,-60", 1), "value_musd")
	if _, err := model.ReadWorld(columnar, false, openRows); err == nil || !strings.Contains(err.Error(), "flows.parquet:2: USA > JPN : G: negative flow -60") {
		t.Errorf("error %v", err)
	}
}
