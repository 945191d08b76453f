package ui

import (
	"cmp"
	"context"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"kanzei"
	"kanzei/api"
	"kanzei/schedule"
)

// A dutyPage is one entry and its answer.
type dutyPage struct {
	Query     url.Values
	Find      string // words, when no code is given
	Code      string // as written
	From      string
	Value     string
	On, Known string
	Hits      []schedule.Hit
	Name      string // of the line
	A         *kanzei.Assessment
	On98      bool
	Applies   []kanzei.Finding
	Not       []kanzei.Finding
	Unclaimed []kanzei.Finding
	Bars      []bar
	Open      []openFact // facts without which there is no single figure
	Claims    []openFact
	Facts     []field
	Declared  bool
}

// A bar is a part of the duty, in a drawing 1000 wide.
type bar struct {
	X, W  float64
	Shade int
	Label string
}

// An openFact is a question with what each answer would make of the duty.
type openFact struct {
	kanzei.Question
	Field   string // of the form, empty where no single field answers
	Answers []reply
}

type reply struct {
	Word, Duty string
	Link       template.URL
}

// A field of the form beyond the entry itself.
type field struct{ Name, Label, Value, Hint string }

// facts are the fields that an entry can carry, with what they are.
var facts = []field{
	{"quantity", "Quantity", "", "100, or 100 kg"}, {"steel", "Steel, % of value", "", "0 to 100"}, {"aluminum", "Aluminum, % of value", "", "0 to 100"},
	{"copper", "Copper, % of value", "", "0 to 100"}, {"metal_weight", "Metal, % of weight", "", "0 to 100"}, {"us_content", "US content, % of value", "", "0 to 100"},
	{"spi", "Special program", "", "JP, KR, S …"}, {"loaded", "Loaded", "", "2025-04-04"}, {"exported", "Exported", "", "2025-04-04"},
	{"melt_pour", "Melted and poured in", "", "US, JP …"}, {"smelt_cast", "Smelted or cast in", "", "US, CA …"}, {"ch98", "Chapter 98", "", "9802.00.80"},
	{"ftz_status", "Status in a foreign-trade zone", "", "P, N, D or Z"}, {"ftz_date", "Admitted to the zone", "", "2025-04-04"},
	{"mode", "Transport", "", "11 vessel, 40 air"}, {"assessed", "Duty assessed, USD", "", "2200.00"}, {"flag", "Declared facts", "", "civil-aircraft; …"},
}

// fieldOf names the field that answers a question.
var fieldOf = map[string]string{"steel_pct": "steel", "aluminum_pct": "aluminum", "copper_pct": "copper", "metal_weight_pct": "metal_weight", "us_content_pct": "us_content",
	"quantity": "quantity", "spi": "spi", "melt_pour_country": "melt_pour", "smelt_cast_country": "smelt_cast", "loaded_date": "loaded", "export_date": "exported", "mode": "mode", "ftz_status": "ftz_status", "ftz_date": "ftz_date"}

var (
	flagName = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)
	atLeast  = regexp.MustCompile(`^us-content >= ([0-9.]+)%$`)
	before   = regexp.MustCompile(`^loaded before ([0-9]{4}-[0-9]{2}-[0-9]{2})`)
	codeLike = regexp.MustCompile(`^[0-9][0-9. ]*$`)
)

func (s *site) duty(w http.ResponseWriter, r *http.Request) { s.dutyPage(w, r, "") }

// dutyPart is the answer alone.
func (s *site) dutyPart(w http.ResponseWriter, r *http.Request) { s.dutyPage(w, r, "answer") }

func (s *site) dutyPage(w http.ResponseWriter, r *http.Request, part string) {
	q := r.URL.Query()
	for k, v := range q {
		if slices.Equal(v, []string{""}) {
			delete(q, k)
		}
	}
	d := dutyPage{Query: q, Code: strings.TrimSpace(q.Get("hts")), From: cmp.Or(q.Get("from"), "JP"), Value: cmp.Or(q.Get("value"), "10000"), On: q.Get("on"), Known: q.Get("known")}
	p := page{Title: "Duty", Here: "/duty", Data: &d}
	for _, f := range facts {
		if f.Value = strings.Join(q[f.Name], ";"); f.Value != "" {
			d.Declared = true
		}
		d.Facts = append(d.Facts, f)
	}
	status := http.StatusOK
	err := s.answerDuty(r.Context(), &d)
	if err != nil {
		p.Error, status = problem(err)
	}
	if d.A != nil {
		p.Title = "Duty on " + d.A.Entry.HTS.String() + " from " + d.A.Entry.Origin.Name()
	}
	if part != "" {
		s.part(w, status, "duty", part, p)
		return
	}
	s.write(w, status, "duty", p)
}

func (s *site) answerDuty(_ context.Context, d *dutyPage) error {
	engine, err := s.desk.Engine()
	if err != nil {
		return err
	}
	if d.Code == "" {
		return nil
	}
	request, err := d.request()
	if err != nil {
		return err
	}
	if d.On == "" {
		d.On = s.desk.Today().String()
		request.On = d.On
	}
	if !codeLike.MatchString(d.Code) {
		on, err := kanzei.ParseDay(d.On)
		if err != nil {
			return err
		}
		d.Find = d.Code
		d.Hits = engine.Schedule.Search(d.Code, on, 20)
		if len(d.Hits) == 0 {
			return &kanzei.Problem{Msg: "no line of the schedule answers " + strconv.Quote(d.Code), Hint: "try fewer or other words, or a code such as 8703.23.01.40"}
		}
		return nil
	}
	entry, known, err := request.Read()
	if err != nil {
		return err
	}
	a, err := api.Assess(engine, entry, known)
	if err != nil {
		return err
	}
	d.A, d.Name = a, engine.Schedule.Name(a.Entry.HTS, a.On)
	total := kanzei.Money(0)
	for _, l := range a.Lines {
		switch {
		case l.Applies:
			d.Applies = append(d.Applies, l)
			total += l.Amount
		case strings.Contains(l.Because, ": not claimed ("):
			d.Unclaimed = append(d.Unclaimed, l)
		default:
			d.Not = append(d.Not, l)
		}
	}
	at := 0.0
	for i, l := range d.Applies {
		if total > 0 && l.Amount > 0 {
			b := bar{X: at, W: 1000 * float64(l.Amount) / float64(total), Shade: i % 4, Label: l.Program + " " + l.Amount.String()}
			at += b.W
			d.Bars = append(d.Bars, b)
		}
	}
	for _, x := range a.Questions {
		o := d.open(x)
		if _, yes := x.DutyIf["yes"]; yes || x.Fact == "spi" {
			d.Claims = append(d.Claims, o)
		} else {
			d.Open = append(d.Open, o)
		}
	}
	return nil
}

// request is the entry as the API reads it.
func (d *dutyPage) request() (*api.DutyRequest, error) {
	q := url.Values{}
	for k, v := range d.Query {
		q[k] = v
	}
	q.Set("from", d.From)
	q.Set("value", d.Value)
	r := &api.DutyRequest{}
	return r, api.DecodeQuery(q, r)
}

// open says which field answers a question, and links to the answers tried.
func (d *dutyPage) open(x kanzei.Question) openFact {
	o := openFact{Question: x, Field: fieldOf[x.Fact]}
	words := make([]string, 0, len(x.DutyIf))
	for k := range x.DutyIf {
		words = append(words, k)
	}
	slices.Sort(words)
	for _, word := range words {
		r := reply{Word: word, Duty: x.DutyIf[word].String()}
		switch {
		case o.Field != "" && word != "none":
			r.Link = with(d.Query, o.Field, word)
		case word != "yes":
		case atLeast.MatchString(x.Fact):
			r.Link = with(d.Query, "us_content", atLeast.FindStringSubmatch(x.Fact)[1])
		case before.MatchString(x.Fact):
			if day, err := kanzei.ParseDay(before.FindStringSubmatch(x.Fact)[1]); err == nil {
				r.Link = with(d.Query, "loaded", (day - 1).String())
			}
		case flagName.MatchString(x.Fact):
			r.Link = with(d.Query, "flag", strings.Trim(strings.Join(append(slices.Clone(d.Query["flag"]), x.Fact), ";"), ";"))
		}
		o.Answers = append(o.Answers, r)
	}
	return o
}

// A stretch of days on which the entry owes the same.
type dutyStretch struct {
	From, To string
	Words    string
	Why      string
	Link     template.URL
	Here     bool
}

// dutyLines is the same entry on other days.
func (s *site) dutyLines(w http.ResponseWriter, r *http.Request) {
	d := dutyPage{Query: r.URL.Query(), From: cmp.Or(r.URL.Query().Get("from"), "JP"), Value: cmp.Or(r.URL.Query().Get("value"), "10000")}
	var p page
	list, err := s.days(&d)
	status := http.StatusOK
	if err != nil {
		p.Error, status = problem(err)
	}
	p.Data = list
	s.part(w, status, "duty", "days", p)
}

func (s *site) days(d *dutyPage) ([]dutyStretch, error) {
	engine, err := s.desk.Engine()
	if err != nil {
		return nil, err
	}
	request, err := d.request()
	if err != nil {
		return nil, err
	}
	if request.On == "" {
		request.On = s.desk.Today().String()
	}
	entry, known, err := request.Read()
	if err != nil {
		return nil, err
	}
	asked := entry.Date
	horizon := engine.Ledger.Coverage.Horizon
	days := []kanzei.Day{kanzei.DayOf(2025, 1, 1), asked}
	for _, m := range engine.Book(cmp.Or(known, horizon)).Bounds() {
		if day := m.Day(); day > days[0] && day <= horizon+400 {
			days = append(days, day)
		}
	}
	slices.Sort(days)
	days = slices.Compact(days)
	var out []dutyStretch
	for i, day := range days {
		entry.Date = day
		a, err := engine.Assess(entry, known)
		if err != nil {
			continue // the line does not exist on that day
		}
		words := amountWords(a)
		var programs []string
		for _, l := range a.Lines {
			if l.Applies && l.Amount > 0 && l.Program != "mfn" {
				programs = append(programs, l.Program+" "+l.Rate)
			}
		}
		why := strings.Join(programs, ", ")
		to := ""
		if i+1 < len(days) {
			to = (days[i+1] - 1).String()
		}
		if n := len(out); n > 0 && out[n-1].Words == words && out[n-1].Why == why {
			out[n-1].To = to
			out[n-1].Here = out[n-1].Here || day == asked
			continue
		}
		out = append(out, dutyStretch{From: day.String(), To: to, Words: words, Why: why, Link: with(d.Query, "on", day.String()), Here: day == asked})
	}
	return out, nil
}

// amountWords is the duty in a few words.
func amountWords(a *kanzei.Assessment) string {
	switch {
	case a.Status == kanzei.Banned:
		return "prohibited"
	case a.Duty != nil:
		return a.Duty.String()
	case a.DutyMin != nil && a.DutyMax != nil:
		return a.DutyMin.String() + " to " + a.DutyMax.String()
	case a.DutyMin != nil:
		return a.DutyMin.String() + " or more"
	}
	return "not covered"
}
