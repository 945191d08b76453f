package ui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"kanzei"
	"kanzei/api"
)

func serve(t testing.TB) *httptest.Server {
	t.Helper()
	h, err := New(api.New(api.Options{Version: "test", Today: func() kanzei.Day { return kanzei.DayOf(2025, 4, 15) }}))
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(func() { s.Close(); h.Close() })
	return s
}

func get(t testing.TB, s *httptest.Server, path string) (int, string) {
	t.Helper()
	r, err := http.Get(s.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

func TestPages(t *testing.T) {
	s := serve(t)
	for _, c := range []struct {
		path   string
		status int
		says   []string
	}{
		{"/", 200, []string{"Japan: US tariffs on 2025-04-15", "as known at the end of 2025-04-15", "24\u00a0% (9903.01.53) suspended"}},
		{"/?country=JP&on=2025-08-20&known=latest", 200, []string{"with hindsight"}},
		{"/?country=US", 422, []string{"levies these duties and does not pay them"}},
		{"/?country=JP&on=soon", 422, []string{"on: ", "soon"}},
		{"/desk/part?country=DE&on=2025-04-15", 200, []string{"Germany: US tariffs"}},
		{"/duty", 200, []string{"What one entry owes"}},
		{"/duty?hts=8703.23.01.40&from=JP&value=30000&on=2025-04-15", 200, []string{"8250.00 USD", "goods under s232.autos (9903.94.01) are excluded", "9903.94.01"}},
		{"/duty?hts=8703.23.01.40&from=JP&value=30000&on=2025-04-15&flag=vehicle-25-years", 200, []string{"3750.00 USD"}},
		{"/duty?hts=passenger+car", 200, []string{"Lines for", "8703."}},
		{"/duty?hts=zzzzqqq", 422, []string{"no line of the schedule answers"}},
		{"/duty?hts=8703.23.01.40&from=XX", 422, []string{"XX"}},
		{"/duty?hts=8703.23.01.40&from=JP&value=-1", 422, []string{"role=\"alert\""}},
		{"/duty/part?hts=8703.23.01.40&from=JP&value=30000&on=2025-04-15", 200, []string{"8250.00"}},
		{"/duty/lines?hts=8703.23.01.40&from=JP&value=30000&on=2025-04-15", 200, []string{"2025-04-03", "8250.00", "4500.00"}},
		{"/exposure?country=JP&on=2025-04-15&by=products", 200, []string{"8703.23.01", "class=\"treemap\""}},
		{"/exposure?country=JP&by=colour", 422, []string{"exposure is not listed by"}},
		{"/exposure?country=DE&on=2025-04-15", 422, []string{"only sums by chapter are held"}},
		{"/exposure.csv?country=DE&on=2025-04-15", 422, []string{"only sums by chapter are held"}},
		{"/exposure.csv?country=JP&on=2025-04-15", 200, []string{"key,name,imports_usd,before_2025-01-01_min_usd"}},
		{"/ledger?q=pause", 200, []string{"instruments; all sources read to"}},
		{"/ledger?known=2025-04-09&q=14266", 200, []string{"EO 14266"}},
		{"/ledger?known=2025-04-08&q=14266", 200, []string{"0 instruments"}},
		{"/ledger/instrument?id=EO+14266", 200, []string{"suspend", "9903.01.43", "“"}},
		{"/ledger/instrument?id=EO+1", 404, []string{"names no"}},
		{"/ledger/heading?h=9903.01.53", 200, []string{"2025-04-09 00:01", "suspended", "EO 14257"}},
		{"/ledger/heading?h=nothing", 404, []string{"names no heading"}},
		{"/ledger/diff?on=2025-04-09&to=2025-04-10&from=JP", 200, []string{"9903.01.53", "is suspended"}},
		{"/ledger/diff?on=x&to=y", 422, []string{"role=\"alert\""}},
		{"/ledger/coverage", 200, []string{"id=\"gaps\""}},
		{"/sources", 200, []string{"icio2022", "US International Trade Commission"}},
		{"/entries", 200, []string{"entry_date"}},
		{"/entries/file?id=nobody", 404, []string{"no such file"}},
		{"/entries/rated?id=nobody", 404, []string{"no such file"}},
		{"/nowhere", 404, []string{"nothing is served at /nowhere"}},
		{"/static/brief.css", 200, []string{"--ground"}},
		{"/static/duty.js", 200, []string{"fetch"}},
		{"/static/../ui.go", 404, nil},
	} {
		status, body := get(t, s, c.path)
		if status != c.status {
			t.Errorf("%s: status %d, want %d", c.path, status, c.status)
		}
		for _, w := range c.says {
			if !strings.Contains(body, w) {
				t.Errorf("%s: lacks %q", c.path, w)
			}
		}
	}
}

// What is asked comes back as text, never as markup or as script.
func TestEscaped(t *testing.T) {
	s := serve(t)
	const bad = `"><script>alert(1)</script>`
	for _, path := range []string{"/?country=" + url.QueryEscape(bad), "/?on=" + url.QueryEscape(bad), "/?known=" + url.QueryEscape(bad), "/duty?hts=" + url.QueryEscape(bad),
		"/duty?hts=8703.23.01.40&from=JP&value=30000&on=2025-04-15&flag=" + url.QueryEscape(bad), "/ledger?q=" + url.QueryEscape(bad), "/ledger/heading?h=" + url.QueryEscape(bad),
		"/ledger/instrument?id=" + url.QueryEscape(bad), "/ledger/diff?to=" + url.QueryEscape(bad), "/exposure?by=" + url.QueryEscape(bad), "/" + url.PathEscape(bad)} {
		if _, body := get(t, s, path); strings.Contains(body, "<script>alert") {
			t.Errorf("%s: the markup comes back", path)
		}
	}
}

// The sum of a treemap's areas is the whole drawing.
func TestTreemap(t *testing.T) {
	m := string(treemap([]tile{{value: 6}, {value: 6}, {value: 4}, {value: 3}, {value: 2}, {value: 2}, {value: 1}}, "t"))
	var area float64
	for _, part := range strings.Split(m, "<rect ")[1:] {
		var x, y, w, h float64
		var class int
		if n, err := sscan(part, &class, &x, &y, &w, &h); err != nil || n != 5 {
			t.Fatalf("%q: %d, %v", part, n, err)
		}
		if x < 0 || y < 0 || x+w > 960.2 || y+h > 420.2 {
			t.Errorf("outside: %q", part)
		}
		area += w * h
	}
	if want := 960.0 * 420; area < want*0.999 || area > want*1.001 {
		t.Errorf("area %f, want %f", area, want)
	}
}

func send(t testing.TB, s *httptest.Server, name, content string) (*http.Response, error) {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	f, err := m.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(f, content)
	m.Close()
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return c.Post(s.URL+"/entries", m.FormDataContentType(), &b)
}

func TestEntries(t *testing.T) {
	s := serve(t)
	held := func() int {
		m, _ := os.ReadDir(os.TempDir())
		n := 0
		for _, e := range m {
			if strings.HasPrefix(e.Name(), "kanzei-entries-") {
				n++
			}
		}
		return n
	}
	t.Setenv("TMPDIR", t.TempDir())
	r, err := send(t, s, "../../e.csv", "id,hts,origin,entry_date,value_usd\n1,8703.23.01.40,JP,2025-04-15,30000\n2,0000,JP,2025-04-15,1\n")
	if err != nil || r.StatusCode != http.StatusSeeOther {
		t.Fatalf("%v, %v", r.Status, err)
	}
	id := strings.TrimPrefix(r.Header.Get("Location"), "/entries/file?id=")
	var x rating
	for end := time.Now().Add(30 * time.Second); !x.Done && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		_, body := get(t, s, "/entries/file?json&id="+id)
		if err := json.Unmarshal([]byte(body), &x); err != nil {
			t.Fatal(err)
		}
	}
	if x.Name != "e.csv" || x.Rows != 1 || x.Rejected != 1 || x.Error != "" {
		t.Fatalf("%+v", x)
	}
	if _, body := get(t, s, "/entries/rated?id="+id); !strings.Contains(body, "exact,8250.00,27.5") {
		t.Errorf("answers: %s", body)
	}
	if _, body := get(t, s, "/entries/rejects?id="+id); !strings.Contains(body, "2,hts,") {
		t.Errorf("rejects: %s", body)
	}
	if held() != 1 {
		t.Errorf("%d folders held, want 1", held())
	}
	if _, err := http.PostForm(s.URL+"/entries/discard", url.Values{"id": {id}}); err != nil {
		t.Fatal(err)
	}
	if status, _ := get(t, s, "/entries/rated?id="+id); status != 404 || held() != 0 {
		t.Errorf("after discarding: status %d, %d folders", status, held())
	}
	for name, content := range map[string]string{"e.txt": "x", "e.parquet": "not parquet", "e.csv": "id,hts\n1,2\n"} {
		r, err := send(t, s, name, content)
		if err != nil {
			t.Fatal(err)
		}
		if r.StatusCode == http.StatusUnprocessableEntity {
			continue // refused at once
		}
		id := strings.TrimPrefix(r.Header.Get("Location"), "/entries/file?id=")
		var x rating
		for end := time.Now().Add(30 * time.Second); !x.Done && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			_, body := get(t, s, "/entries/file?json&id="+id)
			_ = json.Unmarshal([]byte(body), &x)
		}
		if x.Error == "" || x.Hint == "" || strings.Contains(x.Error, os.TempDir()) {
			t.Errorf("%s: %+v", name, x)
		}
		http.PostForm(s.URL+"/entries/discard", url.Values{"id": {id}})
	}
}

// No more than a few files are held at a time.
func TestEntriesFull(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	var f files
	for range mostFiles {
		if _, err := f.start("a.csv", ".csv"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.start("a.csv", ".csv"); err == nil {
		t.Error("one more is taken")
	}
	for id := range f.jobs {
		f.discard(id)
	}
	if _, err := f.start("a.csv", ".csv"); err != nil {
		t.Error(err)
	}
}

func sscan(part string, class *int, x, y, w, h *float64) (int, error) {
	return fmt.Sscanf(part, `class="heat%d" x="%f" y="%f" width="%f" height="%f"/>`, class, x, y, w, h)
}

// The first look at talks shows the page before its table is laid; asked to
// wait, the page has the table.
func TestTalksAtOnce(t *testing.T) {
	s := serve(t)
	const q = "/talks?country=JP&on=2025-04-16&known=2025-04-16"
	status, body := get(t, s, q)
	for _, w := range []string{`data-waits="1"`, "The table is being laid", `<noscript><meta http-equiv="refresh" content="0;url=/talks?country=JP`, "wait=1"} {
		if status != 200 || !strings.Contains(body, w) {
			t.Errorf("first look: status %d, lacks %q", status, w)
		}
	}
	for _, path := range []string{q + "&wait=1", q} {
		status, body = get(t, s, path)
		if status != 200 || strings.Contains(body, "data-waits") || !strings.Contains(body, "reciprocal-paused") {
			t.Errorf("%s: status %d, no table", path, status)
		}
		if strings.Contains(body, "Most affected others") {
			t.Errorf("%s: names others though nothing is chosen", path)
		}
	}
	if _, body = get(t, s, q+"&grant=cars-and-parts"); !strings.Contains(body, "Most affected others") {
		t.Error("a choice does not say whom it affects")
	}
	if status, body = get(t, s, "/talks?country=XX&on=2025-04-16&wait=1"); status != 422 || strings.Contains(body, "ASKER") || !strings.Contains(body, "country: ") {
		t.Errorf("a country that is none: status %d", status)
	}
}
