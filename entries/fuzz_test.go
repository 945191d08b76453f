package entries_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kanzei/entries"
)

// FuzzEntries: a file of entries, CSV or Parquet, is rated row by row, or
// refused; each row stands in the output or among the rejects.
func FuzzEntries(f *testing.F) {
	f.Add([]byte("id,hts,origin,entry_date,value_usd\n1,8703.23.01.40,JP,2025-04-15,30000\n2,x,JP,2025-04-15,1\n"), 0, byte(0))
	f.Add([]byte("\xef\xbb\xbfid,hts,origin,entry_date,value_usd,steel_pct,flags,spi,loaded_date,known\n1,7318152000,DE,2025-08-20,1e3,101,civil-aircraft;x,S+,,2025-13-01\n"), 0, byte(0))
	f.Add([]byte("id;hts;origin\n\"1\n"), 0, byte(0))
	parquet := filepath.Join(f.TempDir(), "seed.parquet")
	j := entries.Job{Engine: engine(), In: "-", Stdin: strings.NewReader("id,hts,origin,entry_date,value_usd\n1,8703.23.01.40,JP,2025-04-15,30000\n")}
	if _, _, err := j.Rate(parquet, nil, parquet+".rejects.csv"); err != nil {
		f.Fatal(err)
	}
	if data, err := os.ReadFile(parquet); err == nil {
		f.Add(data, 40, byte(1))
	}
	f.Fuzz(func(t *testing.T, file []byte, at int, with byte) {
		if at >= 0 && at < len(file) {
			file = bytes.Clone(file)
			file[at] ^= with
		}
		dir := t.TempDir()
		name := "in.csv"
		if bytes.HasPrefix(file, []byte("PAR1")) {
			name = "in.parquet"
		}
		if err := os.WriteFile(filepath.Join(dir, name), file, 0o644); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		j := entries.Job{Engine: engine(), In: filepath.Join(dir, name)}
		if _, _, err := j.Rate("-", &out, filepath.Join(dir, "rejects.csv")); err != nil {
			if err.Error() == "" {
				t.Fatal("an error without words")
			}
			return
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil {
			t.Fatalf("what was written is no CSV: %v", err)
		}
		for _, row := range rows {
			if len(row) != len(rows[0]) {
				t.Fatalf("%d cells in a row of %d", len(row), len(rows[0]))
			}
		}
	})
}
