package ui

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"kanzei"
	"kanzei/api"
	"kanzei/ledger"
)

// ask answers an operation of the API with its value.
func ask[T any](ctx context.Context, s *site, name string, request any) (T, error) {
	var none T
	q, err := s.desk.Ask(api.OperationNamed(name), request)
	if err != nil {
		return none, err
	}
	v, err := q.Value(ctx, nil)
	if err != nil {
		return none, err
	}
	return v.(T), nil
}

// show writes a page from what its address asks.
func show[T any](s *site, template, title string, here string, answer func(r *http.Request) (T, string, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, status := page{Title: title, Here: here}, http.StatusOK
		data, better, err := answer(r)
		if err != nil {
			p.Error, status = problem(err)
			if p.Error.Code == "law.unknown" {
				status = http.StatusNotFound
			}
		}
		if better != "" {
			p.Title = better
		}
		p.Data = data
		s.write(w, status, template, p)
	}
}

// instruments are the list of the ledger, the latest first.
type instruments struct {
	Query   url.Values
	Words   string
	Known   string
	Years   []yearOf
	Count   int
	Horizon kanzei.Day
}

type yearOf struct {
	Year string
	List []api.Instrument
}

func (s *site) ledger(r *http.Request) (*instruments, string, error) {
	q := r.URL.Query()
	d := &instruments{Query: q, Words: q.Get("q"), Known: q.Get("known")}
	list, err := ask[[]api.Instrument](r.Context(), s, "law", &api.LawRequest{Known: d.Known})
	if err != nil {
		return d, "", err
	}
	if e, err := s.desk.Engine(); err == nil {
		d.Horizon = e.Ledger.Coverage.Horizon
	}
	slices.SortStableFunc(list, func(a, b api.Instrument) int { return int(b.Public) - int(a.Public) })
	for _, in := range list {
		if !matchesWords(d.Words, in.ID, in.Title, in.Authority, in.Citation, in.Kind) {
			continue
		}
		year := in.Public.String()[:4]
		if n := len(d.Years); n == 0 || d.Years[n-1].Year != year {
			d.Years = append(d.Years, yearOf{Year: year})
		}
		y := &d.Years[len(d.Years)-1]
		y.List = append(y.List, in)
		d.Count++
	}
	return d, "", nil
}

// matchesWords reports whether every word stands somewhere in the texts.
func matchesWords(words string, texts ...string) bool {
	all := strings.ToLower(strings.Join(texts, " "))
	for _, w := range strings.Fields(strings.ToLower(words)) {
		if !strings.Contains(all, w) {
			return false
		}
	}
	return true
}

// An instrument with the day before it was public.
type instrument struct {
	*api.Instrument
	Before kanzei.Day
}

func (s *site) instrument(r *http.Request) (*instrument, string, error) {
	in, err := ask[*api.Instrument](r.Context(), s, "instrument", &api.InstrumentRequest{Instrument: r.URL.Query().Get("id")})
	if err != nil {
		return nil, "", err
	}
	return &instrument{in, in.Public - 1}, in.ID, nil
}

// A heading is who changed what of it and when.
type heading struct {
	Heading string
	Acts    []headingAct
	Stands  []stand
}

// A stand is how a heading stands from a moment on.
type stand struct {
	From   kanzei.Moment
	Status ledger.Status
	Rate   string
}

type headingAct struct {
	Instrument string
	Public     kanzei.Day
	Act        *kanzei.Act
	Rate       string
}

func (s *site) heading(r *http.Request) (*heading, string, error) {
	d := &heading{Heading: strings.TrimSpace(r.URL.Query().Get("h"))}
	e, err := s.desk.Engine()
	if err != nil || d.Heading == "" {
		return d, "", err
	}
	book := e.Book(e.Ledger.Coverage.Horizon)
	if !slices.Contains(book.Headings(), d.Heading) {
		return d, "", &kanzei.Problem{Code: "law.unknown", Where: "heading", Msg: "the law held names no heading " + d.Heading, Hint: "give one as the duty page prints it, such as 9903.01.25"}
	}
	seen := map[ledger.Ref]bool{}
	for _, m := range book.Bounds() {
		for _, ref := range book.Bearing(d.Heading, m) {
			if seen[ref] {
				continue
			}
			seen[ref] = true
			a := headingAct{Instrument: ref.String(), Public: ref.Act.Public, Act: ref.Act}
			if ref.Act.Provision != nil {
				a.Rate = ref.Act.Provision.Rate.Rate.Text
			}
			d.Acts = append(d.Acts, a)
		}
		st := book.Standing(d.Heading, m)
		x := stand{m, st.Status, st.Rate.Rate.Text}
		if n := len(d.Stands); n == 0 || d.Stands[n-1].Status != x.Status || d.Stands[n-1].Rate != x.Rate {
			d.Stands = append(d.Stands, x)
		}
	}
	slices.SortStableFunc(d.Acts, func(a, b headingAct) int { return int(a.Public) - int(b.Public) })
	if len(d.Stands) > 0 && d.Stands[0].Status == ledger.Absent {
		d.Stands = d.Stands[1:]
	}
	return d, d.Heading, nil
}

// A difference is a comparison of two points of the law.
type difference struct {
	Query   url.Values
	On, To  string
	Known   string
	ToKnown string
	From    string
	Diff    *api.Diff
	Asked   bool
}

func (s *site) diff(r *http.Request) (*difference, string, error) {
	q := r.URL.Query()
	d := &difference{Query: q, On: q.Get("on"), To: q.Get("to"), Known: q.Get("known"), ToKnown: q.Get("to_known"), From: q.Get("from")}
	if d.Asked = d.To != "" || d.Known != ""; !d.Asked {
		return d, "", nil
	}
	var err error
	d.Diff, err = ask[*api.Diff](r.Context(), s, "diff", &api.DiffRequest{On: d.On, To: d.To, Known: d.Known, ToKnown: d.ToKnown, From: d.From})
	return d, "", err
}

func (s *site) coverage(r *http.Request) (*api.Coverage, string, error) {
	c, err := ask[*api.Coverage](r.Context(), s, "coverage", &api.CoverageRequest{})
	return c, "", err
}

// sources are the editions that the program embeds, and how it knows the law.
type sources struct {
	Before  string
	Heads   []string
	Rows    [][]template.HTML
	Version string
	Edition string
	Gaps    int
}

func (s *site) sources(*http.Request) (*sources, string, error) {
	d := &sources{Version: s.desk.Version()}
	var err error
	if d.Edition, err = s.desk.Edition(); err != nil {
		return d, "", err
	}
	e, err := s.desk.Engine()
	if err != nil {
		return d, "", err
	}
	d.Gaps = len(e.Ledger.Coverage.Gaps)
	for line := range strings.Lines(kanzei.Editions) {
		line = strings.TrimSpace(line)
		cells := strings.Split(strings.Trim(line, "|"), "|")
		switch {
		case !strings.HasPrefix(line, "|"), strings.HasPrefix(line, "|--"):
		case d.Heads == nil:
			for _, c := range cells {
				d.Heads = append(d.Heads, strings.TrimSpace(c))
			}
		default:
			var row []template.HTML
			for _, c := range cells {
				row = append(row, codes(strings.TrimSpace(c)))
			}
			d.Rows = append(d.Rows, row)
		}
	}
	return d, "", nil
}

// codes sets what stands between back-quotes as code.
func codes(s string) template.HTML {
	var b strings.Builder
	for i, part := range strings.Split(s, "`") {
		part = template.HTMLEscapeString(part)
		if i%2 == 1 {
			part = "<code>" + part + "</code>"
		}
		b.WriteString(part)
	}
	return template.HTML(b.String())
}
