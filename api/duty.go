package api

import (
	"fmt"
	"strings"

	"kanzei"
	"kanzei/duty"
)

// Clocks are the two days that every question takes.
type Clocks struct {
	On    string `json:"on,omitempty" jsonschema:"day of entry, as 2025-04-15 (US Eastern); today when left out"`
	Known string `json:"known,omitempty" jsonschema:"law as known at the end of this day, or latest"`
}

// knowledge reads the day of knowledge; the zero Day is everything held.
func knowledge(field, s string, otherwise kanzei.Day) (kanzei.Day, error) {
	switch s {
	case "":
		return otherwise, nil
	case "latest":
		return 0, nil
	}
	d, err := kanzei.ParseDay(s)
	return d, at(field, err)
}

// settle fills in the day of entry, so that the same request on another day is
// another question.
func (c *Clocks) settle(today kanzei.Day) {
	if c.On == "" {
		c.On = today.String()
	}
}

// DutyRequest asks what one entry owes, in the words of the command line.
type DutyRequest struct {
	HTS   string  `json:"hts" jsonschema:"HTS code of 8 or 10 digits, with or without dots, such as 8703.23.01.40"`
	From  string  `json:"from" jsonschema:"country of origin, ISO 3166 alpha-2 or alpha-3, or name, such as JP"`
	Value Decimal `json:"value" jsonschema:"customs value in US dollars"`
	Clocks
	Quantity    Decimal `json:"quantity,omitempty" jsonschema:"quantity in the first unit of the line, or N UNIT, such as 100 kg"`
	Steel       Decimal `json:"steel,omitempty" jsonschema:"steel content, percent of the customs value"`
	Aluminum    Decimal `json:"aluminum,omitempty" jsonschema:"aluminum content, percent of the customs value"`
	Copper      Decimal `json:"copper,omitempty" jsonschema:"copper content, percent of the customs value"`
	USContent   Decimal `json:"us_content,omitempty" jsonschema:"US content, percent of the customs value"`
	MetalWeight Decimal `json:"metal_weight,omitempty" jsonschema:"weight of the metal, percent of the weight of the article"`
	Loaded      string  `json:"loaded,omitempty" jsonschema:"day, or moment as 2025-04-05 00:01 US Eastern, of loading on the final mode of transport"`
	Exported    string  `json:"exported,omitempty" jsonschema:"day of export"`
	SPI         string  `json:"spi,omitempty" jsonschema:"special program claimed, such as JP or S"`
	MeltPour    string  `json:"melt_pour,omitempty" jsonschema:"country where the steel was melted and poured"`
	SmeltCast   string  `json:"smelt_cast,omitempty" jsonschema:"country where the aluminum was smelted or cast"`
	FTZStatus   string  `json:"ftz_status,omitempty" jsonschema:"status in a foreign-trade zone: P privileged foreign, N nonprivileged foreign, D domestic, Z zone-restricted"`
	FTZDate     string  `json:"ftz_date,omitempty" jsonschema:"day of admission to the zone"`
	Ch98        string  `json:"ch98,omitempty" jsonschema:"provision of chapter 98 claimed, such as 9802.00.80"`
	Mode        int     `json:"mode,omitempty" jsonschema:"Census method of transport: 10, 11 vessel; 20, 21 rail; 30-34 road; 40, 41 air; 50 mail"`
	Assessed    Decimal `json:"assessed,omitempty" jsonschema:"duty assessed at the time in US dollars, when known"`
	Flag        Words   `json:"flag,omitempty" jsonschema:"declared facts, such as civil-aircraft; facts lists them"`
}

// columns are the fields of a DutyRequest as columns of a file of entries.
var columns = map[string]string{"origin": "from", "value_usd": "value", "entry_date": "on", "steel_pct": "steel", "aluminum_pct": "aluminum", "copper_pct": "copper",
	"us_content_pct": "us_content", "metal_weight_pct": "metal_weight", "loaded_date": "loaded", "export_date": "exported", "melt_pour_country": "melt_pour",
	"smelt_cast_country": "smelt_cast", "assessed_usd": "assessed", "flags": "flag"}

// Read returns the entry asked about and the day of knowledge; the zero Day is
// everything held.
func (q *DutyRequest) Read() (kanzei.Entry, kanzei.Day, error) {
	number, unit, _ := strings.Cut(string(q.Quantity), " ")
	x := Entry{HTS: q.HTS, Origin: q.From, EntryDate: q.On, Value: q.Value, Known: q.Known, Quantity: Decimal(number), Unit: strings.TrimSpace(unit), Loaded: q.Loaded, Exported: q.Exported,
		Mode: q.Mode, SPI: q.SPI, USContent: q.USContent, Steel: q.Steel, Aluminum: q.Aluminum, Copper: q.Copper, MetalWeight: q.MetalWeight, MeltPour: q.MeltPour, SmeltCast: q.SmeltCast,
		FTZStatus: q.FTZStatus, FTZDate: q.FTZDate, Ch98: q.Ch98, Assessed: q.Assessed, Flags: q.Flag}
	e, known, err := x.Read()
	return e, known, renamed(err)
}

// renamed names the field of a DutyRequest where a column of an entry is named.
func renamed(err error) error {
	p, ok := err.(*kanzei.Problem)
	if !ok || columns[p.Where] == "" {
		return err
	}
	q := *p
	q.Where = columns[p.Where]
	return &q
}

func (q *DutyRequest) settle(d *Desk) error {
	q.Clocks.settle(d.opt.Today())
	return nil
}

// Duty answers for one entry.
func (d *Desk) Duty(q *DutyRequest) (*kanzei.Assessment, error) {
	if err := q.settle(d); err != nil {
		return nil, err
	}
	return q.answer(d)
}

func (q *DutyRequest) answer(d *Desk) (*kanzei.Assessment, error) {
	e, known, err := q.Read()
	if err != nil {
		return nil, err
	}
	engine, err := d.engine()
	if err != nil {
		return nil, err
	}
	remark := lineOf(engine, &e)
	a, err := Assess(engine, e, known)
	if err != nil {
		return nil, renamed(err)
	}
	if remark != "" {
		a.Caveats = append(a.Caveats, remark)
	}
	return a, nil
}

// lineOf puts the line of eight digits, on which the rate stands, in place of a
// statistical number that the schedule of the day does not have, and says so.
func lineOf(engine *duty.Engine, e *kanzei.Entry) string {
	if e.HTS.Digits() != 10 {
		return ""
	}
	if _, err := engine.Schedule.Line(e.HTS, e.Date); err == nil {
		return ""
	}
	number, line := e.HTS, e.HTS.Parent(8)
	if _, err := engine.Schedule.Line(line, e.Date); err != nil {
		return ""
	}
	e.HTS = line
	return fmt.Sprintf("%s is not a number of the schedule on %s; the line %s is rated", number, e.Date, line)
}

// Entry is one line of goods, by the columns of a file of entries.
type Entry struct {
	ID          string  `json:"id,omitempty" jsonschema:"name of the line; not used"`
	HTS         string  `json:"hts" jsonschema:"HTS code of 8 or 10 digits, with or without dots"`
	Origin      string  `json:"origin" jsonschema:"country of origin, ISO 3166 alpha-2 or alpha-3"`
	EntryDate   string  `json:"entry_date,omitempty" jsonschema:"day of entry, as 2025-04-15; today when left out"`
	Value       Decimal `json:"value_usd" jsonschema:"customs value in US dollars"`
	Known       string  `json:"known,omitempty" jsonschema:"law as known at the end of this day, or latest (the default)"`
	Quantity    Decimal `json:"quantity,omitempty" jsonschema:"number of units"`
	Unit        string  `json:"unit,omitempty" jsonschema:"unit of quantity; the first of the line when left out"`
	Quantity2   Decimal `json:"quantity2,omitempty" jsonschema:"number of second units"`
	Unit2       string  `json:"unit2,omitempty" jsonschema:"second unit"`
	Loaded      string  `json:"loaded_date,omitempty" jsonschema:"day, or moment as 2025-04-05 00:01 US Eastern, of loading on the final mode of transport"`
	Exported    string  `json:"export_date,omitempty" jsonschema:"day of export"`
	Mode        int     `json:"mode,omitempty" jsonschema:"Census method of transport: 10, 11 vessel; 20, 21 rail; 30-34 road; 40, 41 air; 50 mail"`
	SPI         string  `json:"spi,omitempty" jsonschema:"special program claimed"`
	USContent   Decimal `json:"us_content_pct,omitempty" jsonschema:"US content, percent of the customs value"`
	Steel       Decimal `json:"steel_pct,omitempty" jsonschema:"steel content, percent of the customs value"`
	Aluminum    Decimal `json:"aluminum_pct,omitempty" jsonschema:"aluminum content, percent of the customs value"`
	Copper      Decimal `json:"copper_pct,omitempty" jsonschema:"copper content, percent of the customs value"`
	MetalWeight Decimal `json:"metal_weight_pct,omitempty" jsonschema:"weight of the metal, percent of the weight of the article"`
	MeltPour    string  `json:"melt_pour_country,omitempty" jsonschema:"country where the steel was melted and poured"`
	SmeltCast   string  `json:"smelt_cast_country,omitempty" jsonschema:"country where the aluminum was smelted or cast"`
	FTZStatus   string  `json:"ftz_status,omitempty" jsonschema:"status in a foreign-trade zone: P privileged foreign, N nonprivileged foreign, D domestic, Z zone-restricted"`
	FTZDate     string  `json:"ftz_date,omitempty" jsonschema:"day of admission to the zone"`
	Ch98        string  `json:"ch98,omitempty" jsonschema:"number of chapter 98 claimed"`
	Assessed    Decimal `json:"assessed_usd,omitempty" jsonschema:"duty assessed at the time in US dollars"`
	Flags       Words   `json:"flags,omitempty" jsonschema:"declared facts: a list, or one text with semicolons between"`
}

// Read returns the entry and the day of knowledge; the zero Day is everything
// held.
func (q *Entry) Read() (e kanzei.Entry, known kanzei.Day, err error) {
	set := func(field, text string, read func(string) error) {
		if err == nil && text != "" {
			err = at(field, read(text))
		}
	}
	need := func(field, text, what string) {
		if err == nil && strings.TrimSpace(text) == "" {
			err = &kanzei.Problem{Code: "request.missing", Where: field, Msg: "it is missing", Hint: "give " + what}
		}
	}
	share := func(to *kanzei.Share) func(string) error {
		return func(s string) error { return to.UnmarshalText([]byte(s)) }
	}
	day := func(to *kanzei.Day) func(string) error {
		return func(s string) (x error) { *to, x = kanzei.ParseDay(s); return }
	}
	origin := func(to *kanzei.Origin) func(string) error {
		return func(s string) (x error) { *to, x = kanzei.FindOrigin(s); return }
	}
	money := func(to *kanzei.Money) func(string) error {
		return func(s string) (x error) { *to, x = kanzei.ParseMoney(s); return }
	}
	quantity := func(to *int64) func(string) error {
		return func(s string) error {
			m, x := kanzei.ParseMoney(s)
			if x != nil {
				return &kanzei.Problem{Code: "quantity.syntax", Msg: fmt.Sprintf("%q is not a quantity", s), Hint: "write a number, or a number and a unit with a space between, such as 100 kg"}
			}
			*to = int64(m)
			return nil
		}
	}
	need("hts", q.HTS, "a code of the schedule, such as 8703.23.01.40")
	set("hts", q.HTS, func(s string) (x error) { e.HTS, x = kanzei.ParseHTS(strings.TrimSpace(s)); return })
	need("origin", q.Origin, "a country, such as JP")
	set("origin", q.Origin, origin(&e.Origin))
	need("value_usd", string(q.Value), "the customs value in US dollars")
	set("value_usd", string(q.Value), money(&e.Value))
	need("entry_date", q.EntryDate, "a day, such as 2025-04-15")
	set("entry_date", q.EntryDate, day(&e.Date))
	set("quantity", string(q.Quantity), quantity(&e.Quantity))
	set("quantity2", string(q.Quantity2), quantity(&e.Quantity2))
	set("loaded_date", q.Loaded, func(s string) (x error) { e.Loaded, x = kanzei.ParseMoment(s); return })
	set("export_date", q.Exported, day(&e.Exported))
	set("us_content_pct", string(q.USContent), share(&e.USContent))
	set("steel_pct", string(q.Steel), share(&e.Steel))
	set("aluminum_pct", string(q.Aluminum), share(&e.Aluminum))
	set("copper_pct", string(q.Copper), share(&e.Copper))
	set("metal_weight_pct", string(q.MetalWeight), share(&e.MetalWeight))
	set("melt_pour_country", q.MeltPour, origin(&e.MeltPour))
	set("smelt_cast_country", q.SmeltCast, origin(&e.SmeltCast))
	set("ftz_date", q.FTZDate, day(&e.FTZDate))
	set("assessed_usd", string(q.Assessed), money(&e.Assessed))
	e.AssessedKnown = q.Assessed != ""
	e.Unit, e.Unit2, e.Mode, e.SPI, e.FTZStatus, e.Ch98, e.Flags = q.Unit, q.Unit2, q.Mode, strings.ToUpper(strings.TrimSpace(q.SPI)), q.FTZStatus, q.Ch98, q.Flags
	if err != nil {
		return e, 0, err
	}
	known, err = knowledge("known", q.Known, 0)
	return e, known, err
}

func (q *Entry) settle(d *Desk) error {
	if q.EntryDate == "" {
		q.EntryDate = d.opt.Today().String()
	}
	return nil
}

func (q *Entry) answer(d *Desk) (*kanzei.Assessment, error) {
	e, known, err := q.Read()
	if err != nil {
		return nil, err
	}
	engine, err := d.engine()
	if err != nil {
		return nil, err
	}
	return Assess(engine, e, known)
}

// Assess answers for one entry. A declared fact that no measure asks for is a
// *kanzei.Problem.
func Assess(engine *duty.Engine, e kanzei.Entry, known kanzei.Day) (*kanzei.Assessment, error) {
	for _, f := range e.Flags {
		if err := engine.Unasked(f); err != nil {
			return nil, at("flags", err)
		}
	}
	a, err := engine.Assess(e, known)
	if p, ok := err.(*kanzei.Problem); ok {
		subject, _, _ := strings.Cut(p.Code, ".")
		return nil, at(subjects[subject], err)
	}
	return a, err
}

// subjects are the columns that problems of an entry are about, by the first
// word of their code.
var subjects = map[string]string{"hts": "hts", "origin": "origin", "value": "value_usd", "flag": "flags", "quantity": "quantity", "ch98": "ch98", "mode": "mode"}

// FactsRequest asks for the facts and columns that entries can carry.
type FactsRequest struct{}
