package entries_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"kanzei"
	"kanzei/duty"
	"kanzei/entries"
	"kanzei/table"
)

var engine = sync.OnceValue(func() *duty.Engine {
	e, err := duty.Embedded()
	if err != nil {
		panic(err)
	}
	return e
})

// rate rates CSV text into records by column name.
func rate(t testing.TB, j entries.Job, text string) (rows []map[string]string, rejects [][]string) {
	t.Helper()
	dir := t.TempDir()
	j.Engine, j.In, j.Stdin = engine(), "-", strings.NewReader(text)
	var out bytes.Buffer
	if _, _, err := j.Rate("-", &out, filepath.Join(dir, "rejects.csv")); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "rejects.csv")); err == nil {
		rejects = records(t, b)[1:]
	}
	return named(records(t, out.Bytes())), rejects
}

func records(t testing.TB, b []byte) [][]string {
	t.Helper()
	all, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func named(all [][]string) (rows []map[string]string) {
	for _, rec := range all[1:] {
		m := map[string]string{}
		for i, name := range all[0] {
			m[name] = rec[i]
		}
		rows = append(rows, m)
	}
	return rows
}

// entry reads a row the slow and plain way.
func entry(t *testing.T, m map[string]string) (e kanzei.Entry) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var err error
	e.HTS, err = kanzei.ParseHTS(m["hts"])
	must(err)
	must(e.Origin.UnmarshalText([]byte(m["origin"])))
	must(e.Date.UnmarshalText([]byte(m["entry_date"])))
	must(e.Value.UnmarshalText([]byte(m["value_usd"])))
	if m["quantity"] != "" {
		q, err := kanzei.ParseMoney(m["quantity"])
		must(err)
		e.Quantity, e.Unit = int64(q), m["unit"]
	}
	if m["loaded_date"] != "" {
		e.Loaded, err = kanzei.ParseMoment(m["loaded_date"])
		must(err)
	}
	must(e.Exported.UnmarshalText([]byte(m["export_date"])))
	e.Mode, _ = strconv.Atoi(m["mode"])
	e.SPI = m["spi"]
	for name, to := range map[string]*kanzei.Share{"us_content_pct": &e.USContent, "steel_pct": &e.Steel, "aluminum_pct": &e.Aluminum, "copper_pct": &e.Copper, "metal_weight_pct": &e.MetalWeight} {
		must(to.UnmarshalText([]byte(m[name])))
	}
	must(e.MeltPour.UnmarshalText([]byte(m["melt_pour_country"])))
	must(e.SmeltCast.UnmarshalText([]byte(m["smelt_cast_country"])))
	if m["flags"] != "" {
		e.Flags = strings.Split(m["flags"], ";")
	}
	if m["assessed_usd"] != "" {
		must(e.Assessed.UnmarshalText([]byte(m["assessed_usd"])))
		e.AssessedKnown = true
	}
	return e
}

// fee is empty where the fee is not known.
func fee(m kanzei.Money, unknown bool) string {
	if unknown {
		return ""
	}
	return m.String()
}

func usd[T fmt.Stringer](m *T) string {
	if m == nil {
		return ""
	}
	return (*m).String()
}

// TestRateIsAssess: every column of the answer is what Assess says, of files
// drawn as real ones are, CSV and Parquet alike.
func TestRateIsAssess(t *testing.T) {
	n := 4000
	if testing.Short() {
		n = 500
	}
	dir := t.TempDir()
	in := filepath.Join(dir, "in.parquet")
	draw(t, in, n, 7, 0)
	read := func(name string) []map[string]string {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return named(records(t, b))
	}
	run := func(from, to string) {
		t.Helper()
		j := entries.Job{Engine: engine(), In: filepath.Join(dir, from)}
		rows, rejected, err := j.Rate(filepath.Join(dir, to), nil, "")
		if err != nil || rejected != 0 || rows != int64(n) {
			t.Fatalf("%s to %s: %d rows, %d rejected: %v", from, to, rows, rejected, err)
		}
	}
	run("in.parquet", "out.csv")
	out := read(filepath.Join(dir, "out.csv"))
	lines := map[string]int{} // of the entry
	for _, m := range out {
		lines[m["entry_id"]]++
	}
	for _, m := range out {
		e := entry(t, m)
		a, err := engine().Assess(e, 0)
		if err != nil {
			t.Fatal(err)
		}
		var headings, facts, caveats []string
		for _, l := range a.Filing {
			headings = append(headings, strings.Join(l.Numbers[:len(l.Numbers)-1], " "))
		}
		for _, q := range a.Questions {
			if !slices.Contains(facts, q.Fact) {
				facts = append(facts, q.Fact)
			}
		}
		for _, c := range a.Caveats {
			if !slices.Contains(caveats, c) {
				caveats = append(caveats, c)
			}
		}
		want := map[string]string{"status": string(a.Status), "duty_usd": usd(a.Duty), "rate_pct": usd(a.Rate), "duty_min_usd": usd(a.DutyMin), "duty_max_usd": usd(a.DutyMax),
			"headings": strings.Join(headings, ";"), "hmf_usd": fee(a.Fees.HMF, a.Fees.NoHMF), "legal_usd": usd(a.Legal), "refundable_usd": usd(a.Refundable), "questions": strings.Join(facts, ";")}
		if lines[m["entry_id"]] == 1 {
			want["mpf_usd"], want["caveats"] = fee(a.Fees.MPF, a.Fees.NoMPF), strings.Join(caveats, " | ")
		}
		for _, name := range []string{"status", "duty_usd", "rate_pct", "duty_min_usd", "duty_max_usd", "headings", "mpf_usd", "hmf_usd", "legal_usd", "refundable_usd", "questions", "caveats"} {
			if w, ok := want[name]; ok && m[name] != w {
				t.Fatalf("row %s, %s: %q, Assess says %q\n%+v", m["id"], name, m[name], w, m)
			}
		}
		if a.Duty != nil {
			base, more := percent(t, m["base_rate_pct"]), percent(t, m["additional_rate_pct"])
			if base+more != *a.Rate {
				t.Fatalf("row %s: %s + %s is not %s", m["id"], base, more, a.Rate)
			}
		}
	}
	// CSV and Parquet, in and out, say the same.
	run("in.parquet", "out.parquet")
	toCSV(t, filepath.Join(dir, "out.parquet"), filepath.Join(dir, "out2.csv"))
	toCSV(t, in, filepath.Join(dir, "in.csv"))
	run("in.csv", "out3.csv")
	run("in.csv", "out4.parquet")
	toCSV(t, filepath.Join(dir, "out4.parquet"), filepath.Join(dir, "out4.csv"))
	for _, name := range []string{"out2.csv", "out3.csv", "out4.csv"} {
		if other := read(filepath.Join(dir, name)); fmt.Sprint(other) != fmt.Sprint(out) {
			t.Errorf("%s differs", name)
		}
	}
}

func toCSV(t *testing.T, from, to string) {
	t.Helper()
	r, err := table.Open(from, nil, table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	w, err := table.Create(to, nil, r, nil)
	if err != nil {
		t.Fatal(err)
	}
	for {
		b, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		b.Split()
		k, err := w.Encode(b, nil)
		if err == nil {
			err = w.Append(k)
		}
		if err != nil {
			t.Fatal(err)
		}
		b.Free()
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestChapter98: a provision of chapter 98 that a row claims takes the place of
// its code, as in Assess.
func TestChapter98(t *testing.T) {
	rows, rejects := rate(t, entries.Job{}, "id,hts,origin,entry_date,value_usd,ch98,us_content_pct,steel_pct\n"+
		"1,8471300100,CN,2025-08-15,1000,9801.00.10,,\n2,8471300100,CN,2025-08-15,1000,,,\n3,8471300100,CN,2025-08-15,1000,9802.00.80,40,\n4,8471300100,CN,2025-08-15,1000,9813.00.05,,\n"+
		"5,7318152095,MX,2025-06-10,1000,9802.00.60,40,80\n")
	if len(rows) != 5 {
		t.Fatal(rows, rejects)
	}
	for _, m := range rows {
		e := entry(t, m)
		e.Ch98 = m["ch98"]
		a, err := engine().Assess(e, 0)
		if err != nil {
			t.Fatal(err)
		}
		rate := ""
		if a.Rate != nil {
			rate = a.Rate.String() // a share of the whole value
		}
		if m["status"] != string(a.Status) || m["duty_min_usd"] != usd(a.DutyMin) || m["duty_max_usd"] != usd(a.DutyMax) || m["rate_pct"] != rate {
			t.Errorf("row %s: %s %s to %s, %s%%; Assess says %s %s to %s, %s%%", m["id"], m["status"], m["duty_min_usd"], m["duty_max_usd"], m["rate_pct"], a.Status, usd(a.DutyMin), usd(a.DutyMax), rate)
		}
	}
}

// TestManyTexts: more facts that no provision asks for than are remembered.
func TestManyTexts(t *testing.T) {
	n := 400_000
	if testing.Short() {
		t.Skip("400,000 rows")
	}
	dir := t.TempDir()
	in, out := filepath.Join(dir, "in.csv"), filepath.Join(dir, "out.parquet")
	text := []byte("id,hts,origin,entry_date,value_usd,flags\n")
	for i := range n {
		text = fmt.Appendf(text, "%d,8471300100,DE,2025-08-15,1000,made-up-%d\n", i, i)
	}
	if err := os.WriteFile(in, text, 0o600); err != nil {
		t.Fatal(err)
	}
	j := entries.Job{Engine: engine(), In: in}
	if rows, rejected, err := j.Rate(out, nil, ""); err != nil || rows != int64(n) || rejected != 0 {
		t.Fatal(rows, rejected, err)
	}
	r, err := table.Open(out, nil, table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	status, flags, caveats := table.Index(r.Fields(), "status"), table.Index(r.Fields(), "flags"), table.Index(r.Fields(), "caveats")
	for i := 0; i < n; {
		b, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		for k := range b.Rows {
			flag := string(b.Columns[flags].Bytes(k))
			if says := string(b.Columns[caveats].Bytes(k)); !strings.HasSuffix(says, "no provision held asks for the fact "+flag+": it changes nothing") {
				t.Fatalf("%s: %q", flag, says)
			}
			if x := string(b.Columns[status].Bytes(k)); x != string(kanzei.Range) && x != string(kanzei.Exact) {
				t.Fatalf("%s: %q", flag, x)
			}
		}
		i += b.Rows
		b.Free()
	}
}

const head = "id,entry_id,hts,origin,entry_date,value_usd,mode\n"

// TestFees: processing fees are rounded by line, added, and held between the
// minimum and the maximum of the entry, on its first line (19 CFR 24.23;
// fiscal year 2025: 32.71 and 634.62, 0.3464 %).
func TestFees(t *testing.T) {
	rows, rejects := rate(t, entries.Job{}, head+
		"1,A,8703.23.01.40,JP,2025-04-15,30000,11\n"+ // 103.92
		"2,A,8703.23.01.40,JP,2025-04-15,10.10,11\n"+ // 0.03
		"3,A,0000.00.00.00,JP,2025-04-15,99999999,11\n"+ // rejected: not in the sum
		"4,A,8703.23.01.40,JP,2025-04-15,10.10,40\n"+ // 0.03, though 0.07 for both
		"5,B,8703.23.01.40,JP,2025-04-15,3000,11\n"+ // 10.39, below the minimum
		"6,C,8703.23.01.40,JP,2025-04-15,1500,11\n"+ // two lines of an entry that is formal together
		"7,C,8703.23.01.40,JP,2025-04-15,1500,11\n"+
		"8,D,8703.23.01.40,JP,2025-04-15,150000,11\n"+
		"9,D,8703.23.01.40,JP,2025-04-15,150000,11\n"+
		"10,,8703.23.01.40,JP,2025-04-15,30000,11\n"+ // rows without an entry are entries
		"11,,8703.23.01.40,JP,2025-04-15,30000,11\n"+
		"12,,8703.23.01.40,JP,2025-04-15,30000,\n") // without a mode of transport the harbor fee is not known: empty, not zero
	if len(rejects) != 1 || rejects[0][0] != "3" || rejects[0][1] != "hts" {
		t.Errorf("rejects %q", rejects)
	}
	var got []string
	for _, m := range rows {
		got = append(got, m["id"]+" "+m["mpf_usd"]+" "+m["hmf_usd"])
	}
	want := []string{"1 103.98 37.50", "2 0.00 0.01", "4 0.00 0.00", "5 32.71 3.75", "6 32.71 1.88", "7 0.00 1.88", "8 634.62 187.50", "9 0.00 187.50", "10 103.92 37.50", "11 103.92 37.50", "12 103.92 "}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestRejects(t *testing.T) {
	text := "id,entry_id,hts,origin,entry_date,value_usd,known,quantity,mode,steel_pct,flags,loaded_date\n"
	bad := []struct{ row, field, reason string }{
		{"1,,8703.23.01.4,JP,2025-04-15,1,,,,,,", "hts", "9 digits"},
		{"2,,8703.23.01.99,JP,2025-04-15,1,,,,,,", "hts", "not in the schedule"},
		{"3,,8703,JP,2025-04-15,1,,,,,,", "hts", "a rate of duty stands on 8 or 10"},
		{"4,,8703.23.01.40,EU,2025-04-15,1,,,,,,", "origin", "not an origin"},
		{"5,,8703.23.01.40,JP,15.4.2025,1,,,,,,", "entry_date", "not a date"},
		{"6,,8703.23.01.40,JP,2017-04-15,1,,,,,,", "entry_date", "before"},
		{"7,,8703.23.01.40,JP,2025-04-15,-1,,,,,,", "value_usd", "negative"},
		{"8,,8703.23.01.40,JP,2025-04-15,lots,,,,,,", "value_usd", "not an amount"},
		{"9,,8703.23.01.40,JP,2025-04-15,,,,,,,", "value_usd", "missing"},
		{"10,,,JP,2025-04-15,1,,,,,,", "hts", "missing"},
		{"11,,8703.23.01.40,JP,2025-04-15,1,soon,,,,,", "known", "not a date"},
		{"12,,8703.23.01.40,JP,2025-04-15,1,,-2,,,,", "quantity", "negative"},
		{"13,,8703.23.01.40,JP,2025-04-15,1,,,boat,,,", "mode", "method of transport"},
		{"14,,8703.23.01.40,JP,2025-04-15,1,,,,101,,", "steel_pct", "between 0 and 100"},
		{"15,,8703.23.01.40,JP,2025-04-15,1,,,,,,yesterday", "loaded_date", "not a moment"},
		{"16,,8703.23.01.40,JP,2025-04-15,1,,,", "", "cells"},
		{"17,,\"8703.23.01.40\"x,JP,2025-04-15,1,,,,,,", "", "closing quote"},
	}
	for _, b := range bad {
		text += b.row + "\n"
	}
	text += "18,E1,8703230140,JPN,2025-04-15,30000,2025-04-15,,11,,civil-aircaft,2025-04-01\n" +
		"19,E2,8703230140,jp,2025-04-15,30000,latest,,11,,,2025-04-01 00:01\n" +
		"20,E1,8703230140,JP,2025-04-15,30000,,,11,,,\n"
	rows, rejects := rate(t, entries.Job{}, text)
	if len(rejects) != len(bad)+1 {
		t.Fatalf("%d rejects, want %d: %q", len(rejects), len(bad)+1, rejects)
	}
	for i, b := range bad {
		r := rejects[i]
		if id, _, _ := strings.Cut(b.row, ","); r[0] != id || r[1] != b.field || !strings.Contains(r[2], b.reason) || b.field != "" && r[3] != id {
			t.Errorf("%s\nrejected as %q, want %s: …%s…", b.row, r, b.field, b.reason)
		}
	}
	if r := rejects[len(bad)]; r[0] != "20" || r[1] != "entry_id" || !strings.Contains(r[2], "not adjacent") {
		t.Errorf("an entry that comes again: %q", r)
	}
	if len(rows) != 2 || rows[0]["duty_usd"] != "8250.00" || rows[1]["duty_usd"] != "8250.00" {
		t.Errorf("rows %q", rows)
	}
	if !strings.Contains(rows[0]["caveats"], "civil-aircaft") {
		t.Errorf("a fact that nobody asks for passes in silence: %q", rows[0]["caveats"])
	}
}

// TestGroup: the rows of an entry are brought together, keep their numbers, and
// share a fee.
func TestGroup(t *testing.T) {
	text := head
	for i := range 3000 {
		text += fmt.Sprintf("%d,E%03d,8703.23.01.40,JP,2025-04-15,%d,11\n", i, i*7%500, 3000+i)
	}
	text += "x,,8703.23.01.40,JP,2025-04-15,bad,11\n"
	rows, rejects := rate(t, entries.Job{Group: true}, text)
	if len(rejects) != 1 || rejects[0][0] != "3001" {
		t.Errorf("rejects %q", rejects)
	}
	if len(rows) != 3000 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, m := range rows {
		n, _ := strconv.Atoi(m["id"])
		if want := fmt.Sprintf("E%03d", i/6); m["entry_id"] != want || n*7%500 != i/6 || (m["mpf_usd"] == "0.00") != (i%6 > 0) {
			t.Fatalf("row %d is %s of %s with fee %s", i, m["id"], m["entry_id"], m["mpf_usd"])
		}
	}
	if _, rejects := rate(t, entries.Job{}, text); len(rejects) != 2501 {
		t.Errorf("%d rejects without grouping, want 2501", len(rejects))
	}
}

// TestOtherColumns: unknown columns pass, columns of an earlier answer are
// replaced, order does not matter.
func TestOtherColumns(t *testing.T) {
	rows, _ := rate(t, entries.Job{}, "note,value_usd,duty_usd,entry_date,origin,hts,id\n\"a, \"\"b\"\"\",30000,x,2025-04-15,JP,8703230140,1\n")
	if m := rows[0]; m["note"] != `a, "b"` || m["duty_usd"] != "8250.00" || len(m) != 6+14 {
		t.Errorf("%d columns: %q", len(m), m)
	}
}

// TestKnown: the day of knowledge by row and by file. The reciprocal duty on
// Japan of August 2025 was 15 % on top as known then, all-in as amended.
func TestKnown(t *testing.T) {
	text := "id,hts,origin,entry_date,value_usd,known\n1,6307.90.98.70,JP,2025-08-20,10000,\n2,6307.90.98.70,JP,2025-08-20,10000,2025-08-20\n3,6307.90.98.70,JP,2025-08-20,10000,latest\n"
	rows, _ := rate(t, entries.Job{}, text)
	if rows[0]["duty_usd"] != "1500.00" || rows[1]["duty_usd"] != "2200.00" || rows[2]["duty_usd"] != "1500.00" || rows[0]["legal_usd"] != "700.00" || rows[0]["refundable_usd"] != "1500.00" {
		t.Errorf("%q", rows)
	}
	rows, _ = rate(t, entries.Job{Known: kanzei.DayOf(2025, 8, 20)}, text)
	if rows[0]["duty_usd"] != "2200.00" || rows[2]["duty_usd"] != "1500.00" {
		t.Errorf("%q", rows)
	}
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]string{
		"id,hts\n1,2\n":                                  "the columns origin, entry_date, value_usd are missing",
		"id,HTS,origin,entry_date,value_usd\n":           `the column "HTS" is there`,
		"id,hts,origin,entry_date,value_usd,id\n":        "two columns",
		"ID;hts;origin;entry_date;value_usd\n1;2;3;4;\n": "write its name in lower case",
	} {
		name := filepath.Join(dir, "x.csv")
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		j := entries.Job{Engine: engine(), In: name}
		if _, _, err := j.Rate(filepath.Join(dir, "y.csv"), nil, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	j := entries.Job{Engine: engine(), In: filepath.Join(dir, "x.csv")}
	if err := os.WriteFile(j.In, []byte("id,hts,origin,entry_date,value_usd\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{filepath.Join(dir, "none", "y.csv"), filepath.Join(dir, "y.xls"), dir} {
		if _, _, err := j.Rate(out, nil, ""); err == nil {
			t.Errorf("writes to %s", out)
		}
	}
	if rows, _, err := j.Rate(filepath.Join(dir, "y.parquet"), nil, ""); err != nil || rows != 0 {
		t.Errorf("a file without rows: %d, %v", rows, err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("left behind: %v", left)
	}
}

func TestEntryNumber(t *testing.T) {
	for in, want := range map[string]string{
		"ABC-0000002-8": "ABC00000028", "9k100000014": "9K100000014", "23100000019": "23100000019",
		"ABC-0000002-7": "check digit is 8", "ABC000000": "9 characters", "AB!00000028": "place 3", "ABC000000X8": "place 10",
	} {
		got, err := entries.EntryNumber(in)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func percent(t *testing.T, s string) kanzei.Fraction {
	t.Helper()
	f, err := kanzei.ParsePercent(s)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestZoneRows: goods from foreign-trade zones among others, and what makes no
// sense of them.
func TestZoneRows(t *testing.T) {
	rows, rejects := rate(t, entries.Job{}, "id,hts,origin,entry_date,value_usd,ftz_status,ftz_date\n"+
		"1,6109.10.00.12,CN,2025-11-20,10000,PF,2025-10-20\n"+ // EO 14195 sec. 2(e): 20 percent of that day
		"2,6109.10.00.12,CN,2025-11-20,10000,,\n"+
		"3,6109.10.00.12,CN,2025-11-20,10000,X,2025-10-20\n"+
		"4,6109.10.00.12,CN,2025-11-20,10000,P,\n"+
		"5,7318.15.20.61,JP,2025-03-20,10000,p,2025-03-01\n"+ // heading 9903.81.93
		"6,8703.23.01.40,JP,2025-10-20,30000,D,\n"+
		"7,8703.23.01.40,JP,2025-10-20,30000,P,2017-12-31\n")
	want := []struct{ duty, headings, mpf string }{
		{"5400.00", "9903.88.15 9903.01.24 9903.01.25", "34.64"},
		{"4400.00", "9903.88.15 9903.01.24 9903.01.25", "34.64"},
		{"2500.00", "9903.81.93", "34.64"},
		{"0.00", "", "0.00"},
	}
	if len(rows) != len(want) || len(rejects) != 3 {
		t.Fatalf("%d rows, rejects %q", len(rows), rejects)
	}
	for i, w := range want {
		if r := rows[i]; r["duty_usd"] != w.duty || r["headings"] != w.headings || r["mpf_usd"] != w.mpf {
			t.Errorf("row %d: %v, want %v", i, r, w)
		}
	}
	for i, field := range []string{"ftz_status", "ftz_date", "ftz_date"} {
		if rejects[i][1] != field {
			t.Errorf("rejected as %q, want %s", rejects[i], field)
		}
	}
}
