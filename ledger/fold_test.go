package ledger_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kanzei"
	"kanzei/ledger"
)

// fixture is the made-up law of testdata/law; the figures below are its own.
func fixture(t testing.TB) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Read(os.DirFS("testdata/law"))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func date(t testing.TB, s string) kanzei.Day {
	t.Helper()
	if s == "" {
		return 0
	}
	d, err := kanzei.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func moment(t testing.TB, s string) kanzei.Moment {
	t.Helper()
	m, err := kanzei.ParseMoment(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestStanding folds the law on two clocks.
func TestStanding(t *testing.T) {
	l := fixture(t)
	for _, tt := range []struct {
		why, heading, on, known, want string
	}{
		{"before it is imposed", "9990.01.41", "2025-02-28", "2025-01-10", "absent"},
		{"imposed", "9990.01.41", "2025-03-15", "2025-01-10", "in force +24% by F 1"},
		{"before the text was public", "9990.01.41", "2025-03-15", "2025-01-09", "absent"},
		{"by the end of the day it is known", "9990.01.41", "2025-05-01", "2025-03-19", "in force +24% by F 1"},
		{"a pause", "9990.01.41", "2025-05-01", "2025-03-20", "suspended +24% by F 3"},
		{"a minute before the pause", "9990.01.41", "2025-04-10 00:00", "2025-12-31", "in force +24% by F 1"},
		{"the minute of the pause", "9990.01.41", "2025-04-10 00:01", "2025-12-31", "suspended +24% by F 3"},
		{"the pause runs out by itself", "9990.01.41", "2025-07-09", "2025-04-15", "in force +24% by F 1"},
		{"unless it is extended", "9990.01.41", "2025-07-09", "2025-07-07", "suspended +24% by F 4"},
		{"the extension runs out", "9990.01.41", "2025-08-01", "2025-07-07", "in force +24% by F 1"},
		{"resumed early", "9990.01.42", "2025-07-20", "2025-12-31", "in force +20% by F 4"},
		{"not yet resumed", "9990.01.42", "2025-07-19", "2025-12-31", "suspended +20% by F 4"},
		{"ended for good", "9990.01.43", "2025-07-20", "2025-12-31", "terminated +34.5% by F 4"},
		{"as far as was known", "9990.01.43", "2025-07-20", "2025-07-06", "in force +34.5% by F 1"},
		{"amended later for the past", "9990.01.41", "2025-08-20", "2025-09-04", "in force 15% all-in by F 5"},
		{"but not before anybody knew", "9990.01.41", "2025-08-20", "2025-09-03", "in force +24% by F 1"},
		{"nor before its own moment", "9990.01.41", "2025-08-06", "2025-12-31", "in force +24% by F 1"},
		{"ordered, the notice not public", "9990.03.09", "2025-09-10", "2025-09-15", "absent"},
		{"the notice public", "9990.03.09", "2025-09-10", "2025-09-16", "in force 15% all-in by F 5"},
		{"a row of a table keeps its own origins", "9990.01.43", "2025-04-01", "2025-12-31", "in force +34.5% by F 1"},
		{"void, and still collected", "9990.01.01", "2025-06-01", "2026-02-20", "in force +10% by F 1 void by F 7"},
		{"before the judgment", "9990.01.01", "2025-06-01", "2026-02-19", "in force +10% by F 1"},
		{"no longer collected", "9990.01.01", "2026-02-24", "", "terminated +10% by F 7 void by F 7"},
		{"collected to the end", "9990.01.01", "2026-02-24", "2026-02-19", "in force +10% by F 1"},
		{"restated", "9990.02.01", "2026-03-15", "", "in force +50% by F 8"},
		{"an exception", "9990.01.02", "2025-02-01", "", "in force  by F 1 void by F 7"},
		{"never heard of", "9999.99.99", "2026-03-15", "", "absent"},
	} {
		s := l.AsKnown(date(t, tt.known)).Standing(tt.heading, moment(t, tt.on))
		got := string(s.Status)
		if s.Status != ledger.Absent {
			got += " " + s.Rate.Rate.Text + " by " + s.Changed.String()
			if s.Void.Instrument != nil {
				got += " void by " + s.Void.String()
			}
		}
		if got != tt.want {
			t.Errorf("%s: %s on %s known %s is %q, want %q", tt.why, tt.heading, tt.on, tt.known, got, tt.want)
		}
	}
}

func TestStandingFields(t *testing.T) {
	b := fixture(t).AsKnown(0)
	row := b.Standing("9990.01.41", moment(t, "2025-03-01"))
	if row.Heading != "9990.01.41" || row.Title != "goods of Japan" || row.Program != "base.all" || len(row.Origins) != 1 {
		t.Errorf("%+v", row.Provision)
	}
	if plain := b.Standing("9990.01.42", moment(t, "2025-03-01")); plain.Title != "country rates" || len(plain.Origins) != 3 {
		t.Errorf("%+v", plain.Provision)
	}
	// An amendment restates what it gives and leaves the rest.
	was, is := b.Standing("9990.02.01", moment(t, "2026-03-14")), b.Standing("9990.02.01", moment(t, "2026-03-15"))
	if was.Base != kanzei.BaseSteel || is.Base != kanzei.BaseValue || len(was.Except) != 0 || len(is.Except) != 1 || is.Title != was.Title || is.Products[0].List != "steel" {
		t.Errorf("%+v\n%+v", was.Provision, is.Provision)
	}
	if is.By.String() != "F 8" || is.By.Where() != "us/2026/2026-03-01-f-8.yaml:14" {
		t.Errorf("by %s at %s", is.By, is.By.Where())
	}
	if c := b.Standing("9990.01.41", moment(t, "2025-05-01")).Changed.Citation(); c != "1 TEST 3, sec. 3" {
		t.Errorf("cited as %q", c)
	}
	if b.ProgramOf("9990.02.11") != "metal.aluminum" || b.ProgramOf("x") != "" {
		t.Error("programs of headings")
	}
}

func TestGroups(t *testing.T) {
	l := fixture(t)
	for _, tt := range [][3]string{
		{"2025-08-31", "", "CA DE JP KR"},
		{"2025-09-01", "", "AU CA DE JP KR"},
		{"2025-09-01", "2025-09-03", "CA DE JP KR"},
		{"2025-10-01", "", "AU DE JP KR"},
		{"2025-01-09", "", ""},
	} {
		var got []string
		for _, o := range l.AsKnown(date(t, tt[1])).Group("friends", moment(t, tt[0])) {
			got = append(got, o.String())
		}
		if strings.Join(got, " ") != tt[2] {
			t.Errorf("on %s known %q: %s, want %s", tt[0], tt[1], got, tt[2])
		}
	}
	if g := l.AsKnown(0).Group("nobody", moment(t, "2025-05-01")); len(g) != 0 {
		t.Errorf("an unknown group has %v", g)
	}
}

// Lists are sets of codes with all under them: a number struck from under a
// subheading takes only itself.
func TestLists(t *testing.T) {
	l := fixture(t)
	for _, tt := range []struct {
		code, on, known   string
		contains, touches bool
	}{
		{"7208.10.15.00", "2025-06-01", "", true, true},
		{"7208", "2025-06-01", "", true, true},
		{"72", "2025-06-01", "", false, true},
		{"7209", "2025-06-01", "", false, false},
		{"7318.15.20.61", "2025-10-31", "", true, true},
		{"7318.15.20.61", "2025-11-01", "", false, false},
		{"7318.15.20.61", "2025-11-01", "2025-10-14", true, true},
		{"7318.15.20.55", "2025-11-01", "", true, true},
		{"7318.15.20", "2025-10-31", "", true, true},
		{"7318.15.20", "2025-11-01", "", false, true},
		{"8419.50.10", "2025-11-30", "", true, true},
		{"8419.50.10", "2025-12-01", "", false, false},
		{"8419.50.10", "2026-02-01", "", true, true}, // struck for two months
		{"7208", "2025-02-14", "", false, false},
	} {
		s := l.AsKnown(date(t, tt.known)).List("steel", moment(t, tt.on))
		h := kanzei.MustHTS(tt.code)
		if s.Contains(h) != tt.contains || s.Touches(h) != tt.touches {
			t.Errorf("%s on %s known %q: contains %v, touches %v", tt.code, tt.on, tt.known, s.Contains(h), s.Touches(h))
		}
	}
	// The stretches of a list are kept; asking in another order must not mix them.
	b := l.AsKnown(0)
	for _, on := range []string{"2026-03-01", "2025-06-01", "2025-12-05", "2025-06-01", "2026-03-01"} {
		if got, want := fmt.Sprint(b.List("steel", moment(t, on))), fmt.Sprint(l.AsKnown(0).List("steel", moment(t, on))); got != want {
			t.Errorf("on %s the list is %s, then %s", on, want, got)
		}
	}
}

func TestScopes(t *testing.T) {
	b := fixture(t).AsKnown(0)
	m := moment(t, "2025-03-15")
	books := b.Standing("9990.01.04", m)
	s := b.Products(&books.Provision, m)
	for code, want := range map[string]bool{"4901.10.00": true, "4911.10.00.60": false, "8523.49.10": true, "8523.80.20": true, "8523.21.00": false, "8524.11.00": false} {
		if s.Contains(kanzei.MustHTS(code)) != want {
			t.Errorf("%s in the scope of books: %v", code, !want)
		}
	}
	steel := b.Standing("9990.02.01", m)
	from := b.Origins(&steel.Provision, m)
	if from(kanzei.MustOrigin("GB")) || !from(kanzei.MustOrigin("JP")) {
		t.Error("origins left out are in")
	}
	p, by, ok := b.Program("metal.steel", m)
	if !ok || by.String() != "F 2" || !slices.Equal(p.YieldsTo, []string{"car.autos", "car.parts"}) {
		t.Errorf("%+v by %s", p, by)
	}
	if p, by, _ = b.Program("metal.steel", moment(t, "2026-03-15")); by.String() != "F 8" || len(p.YieldsTo) != 0 {
		t.Errorf("restated: %+v by %s", p, by)
	}
	if _, _, ok = b.Program("metal.steel", moment(t, "2025-02-14")); ok {
		t.Error("a program before it is declared")
	}
	// At leaves out what is not in the law, and keeps what is paused.
	at := b.At(moment(t, "2025-07-21"))
	var got []string
	for _, p := range at.Provisions {
		if strings.HasPrefix(p.Heading, "9990.01.4") {
			got = append(got, fmt.Sprintf("%s %s", p.Heading, p.Status))
		}
	}
	if want := "9990.01.41 suspended,9990.01.42 in force"; strings.Join(got, ",") != want {
		t.Errorf("%s, want %s", strings.Join(got, ","), want)
	}
}

func TestNames(t *testing.T) {
	for _, tt := range []struct {
		ref, heading, program string
		want                  bool
	}{
		{"9903.01.25", "9903.01.25", "ieepa.reciprocal", true},
		{"9903.01.25", "9903.01.26", "ieepa.reciprocal", false},
		{"9903.01.43..9903.01.62", "9903.01.43", "", true},
		{"9903.01.43..9903.01.62", "9903.01.62", "", true},
		{"9903.01.43..9903.01.62", "9903.01.63", "", false},
		{"9903.01.43..9903.01.62", "9903.01.5", "", false},
		{"program:ieepa.reciprocal", "9903.01.25", "ieepa.reciprocal", true},
		{"ieepa.reciprocal", "9903.01.25", "ieepa.reciprocal", true},
		{"ieepa.*", "9903.01.25", "ieepa.reciprocal", true},
		{"ieepa.*", "9903.81.87", "s232.steel", false},
		{"ieepa.*", "9903.01.25", "", false},
		{"ieepa.rec", "9903.01.25", "ieepa.reciprocal", false},
	} {
		if got := ledger.Names(tt.ref, tt.heading, tt.program); got != tt.want {
			t.Errorf("%s names %s of %s: %v", tt.ref, tt.heading, tt.program, got)
		}
	}
}

// TestAddDraft: a draft is one more instrument, and the ledger it is added to
// stays as it was.
func TestAddDraft(t *testing.T) {
	l := fixture(t)
	n := len(l.Instruments)
	draft, err := ledger.Parse("draft.yaml", []byte(`instrument: draft
title: No duty on cars of Japan
kind: draft
public: 2025-06-01
source: nowhere
acts:
  - amend: 9990.03.01
    except-origins: [JP]
    from: 2025-06-15
    quote: "what is asked"
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	with := l.Add(draft)
	if len(l.Instruments) != n || len(with.Instruments) != n+1 || !slices.IsSortedFunc(with.Instruments, func(a, b *kanzei.Instrument) int { return int(a.Public - b.Public) }) {
		t.Fatal("the draft is in the wrong ledger")
	}
	m := moment(t, "2025-06-15")
	for _, tt := range []struct {
		l    *ledger.Ledger
		want bool
	}{{l, true}, {with, false}} {
		b := tt.l.AsKnown(0)
		s := b.Standing("9990.03.01", m)
		if b.Origins(&s.Provision, m)(kanzei.MustOrigin("JP")) != tt.want {
			t.Errorf("cars of Japan: want %v", tt.want)
		}
	}
}

func TestOutlook(t *testing.T) {
	l := fixture(t)
	for _, tt := range []struct {
		why, origin, after, known string
		want, not                 []string
	}{
		{"a pause runs out by itself", "JP", "2025-04-15", "2025-04-15",
			[]string{"2025-07-09 00:01 9990.01.41 resumes  → +24% by F 3", "2025-05-03 00:01 9990.03.11 begins  → +25% by F 2", "2025-08-15 00:01  note  →  by F 3"}, []string{"9990.01.42", "9990.01.43 resumes"}},
		{"the extension moves the day", "JP", "2025-07-07", "2025-07-07",
			[]string{"2025-08-01 00:01 9990.01.41 resumes  → +24% by F 4"}, []string{"2025-07-09"}},
		{"resumed for some", "DE", "2025-07-10", "2025-07-10", []string{"2025-07-20 00:01 9990.01.42 resumes  → +20% by F 4"}, []string{"9990.01.41"}},
		{"ends", "CN", "2025-07-10", "2025-07-10", []string{"2025-07-20 00:01 9990.01.43 ends +34.5% →  by F 4"}, nil},
		{"the baseline ends", "VN", "2026-02-20", "2026-02-20", []string{"2026-02-24 00:01 9990.01.01 ends +10% →  by F 7"}, []string{"9990.01.41"}},
		{"changes", "FR", "2026-03-01", "2026-03-01", []string{"2026-03-15 00:01 9990.02.01 changes +25% → +50% by F 8"}, []string{"9990.02.02"}},
		{"changes for the United Kingdom", "GB", "2026-03-01", "2026-03-01", []string{"2026-03-15 00:01 9990.02.02 changes +12.5% → +50% by F 8"}, []string{"9990.02.01"}},
		{"is suspended", "JP", "2025-03-25", "2025-03-25", []string{"2025-04-10 00:01 9990.01.41 is suspended +24% →  by F 3"}, nil},
		{"ordered and awaiting its notice", "JP", "2025-09-10", "2025-09-10", []string{"2025-09-01 00:01 9990.03.09 awaiting implementation  → 15% all-in by F 5"}, nil},
		{"which concerns Japan alone", "FR", "2025-09-10", "2025-09-10", nil, []string{"9990.03.09"}},
		{"until the notice is public", "JP", "2025-09-17", "2025-09-17", nil, []string{"9990.03.09"}},
		{"a list loses products", "JP", "2025-10-15", "2025-10-15", []string{"2025-11-01 00:01 list:steel strikes products  →  by F 6", "2025-12-01 00:01 list:steel strikes products  →  by F 6"}, nil},
		{"nothing more", "CN", "2026-06-01", "", nil, []string{"9990"}},
		{"every origin", "", "2025-04-15", "2025-04-15", []string{"9990.01.41 resumes", "9990.01.42 resumes"}, nil},
	} {
		var o kanzei.Origin
		if tt.origin != "" {
			o = kanzei.MustOrigin(tt.origin)
		}
		var got []string
		changes := l.AsKnown(date(t, tt.known)).Outlook(o, moment(t, tt.after))
		for _, c := range changes {
			got = append(got, fmt.Sprintf("%s %s %s %s → %s by %s", c.At, c.Heading, c.What, c.Before, c.After, c.By))
		}
		if !slices.IsSortedFunc(changes, func(a, b ledger.Change) int { return int(a.At) - int(b.At) }) {
			t.Errorf("%s: not in the order of days", tt.why)
		}
		all := strings.Join(got, "\n")
		for _, w := range tt.want {
			if !strings.Contains(all, w) {
				t.Errorf("%s: no %q in\n%s", tt.why, w, all)
			}
		}
		for _, w := range tt.not {
			if strings.Contains(all, w) {
				t.Errorf("%s: %q in\n%s", tt.why, w, all)
			}
		}
	}
}

// The outlook is nothing but the fold at later days: wherever a duty is in force
// at one bound and not at the last, the outlook says so, and only there.
func TestOutlookIsTheFold(t *testing.T) {
	l := fixture(t)
	jp := kanzei.MustOrigin("JP")
	for _, known := range []string{"2025-01-20", "2025-04-15", "2025-07-07", "2025-09-20", "2026-03-01"} {
		b := l.AsKnown(date(t, known))
		after := date(t, known).Open()
		said := map[string]bool{}
		for _, c := range b.Outlook(jp, after) {
			if strings.HasPrefix(c.What, "adds") || strings.HasPrefix(c.What, "strikes") || c.What == "note" || c.What == "awaiting implementation" {
				continue
			}
			said[fmt.Sprint(c.At, c.Heading)] = true
		}
		for _, h := range b.Headings() {
			prev := b.Standing(h, after)
			for _, m := range b.Bounds() {
				if m <= after {
					continue
				}
				now := b.Standing(h, m)
				concerns := prev.Status != ledger.Absent && b.Origins(&prev.Provision, m-1)(jp) || now.Status != ledger.Absent && b.Origins(&now.Provision, m)(jp)
				turns := (prev.Status == ledger.InForce) != (now.Status == ledger.InForce) || now.Status == ledger.InForce && prev.By != now.By
				if want := concerns && turns; said[fmt.Sprint(m, h)] != want {
					t.Errorf("known %s: %s at %s: %s, then %s, said %v", known, h, m, prev.Status, now.Status, !want)
				}
				prev = now
			}
		}
	}
}

// TestParseMutations breaks the made-up law line by line: whatever comes of it
// is an instrument or problems with their lines, never a panic.
func TestParseMutations(t *testing.T) {
	files, err := filepath.Glob("testdata/law/us/20*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	var texts [][]string
	var pool []string
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(data), "\n")
		texts, pool = append(texts, lines), append(pool, lines...)
	}
	r := rand.New(rand.NewPCG(1, 2))
	broken := 0
	for range 4000 {
		lines := slices.Clone(texts[r.IntN(len(texts))])
		for range 1 + r.IntN(3) {
			i := r.IntN(len(lines))
			switch r.IntN(5) {
			case 0:
				lines = slices.Delete(lines, i, i+1)
			case 1:
				lines = slices.Insert(lines, i, lines[r.IntN(len(lines))])
			case 2:
				lines[i] = pool[r.IntN(len(pool))]
			case 3: // the value of one field for that of another
				key, _, _ := strings.Cut(lines[i], ":")
				_, value, ok := strings.Cut(pool[r.IntN(len(pool))], ":")
				if ok {
					lines[i] = key + ":" + value
				}
			case 4:
				if n := len(lines[i]); n > 0 {
					at := r.IntN(n)
					lines[i] = lines[i][:at] + string(rune(' '+r.IntN(95))) + lines[i][at+1:]
				}
			}
			if len(lines) == 0 {
				break
			}
		}
		text := strings.Join(lines, "\n")
		in, err := ledger.Parse("m.yaml", []byte(text), func(string) ([]byte, error) { return []byte("7208\n7318.15..7318.16\n"), nil })
		if err == nil {
			l := (&ledger.Ledger{Coverage: &ledger.Coverage{}}).Add(in)
			if l.Check() == nil {
				l.AsKnown(0).Outlook(0, 1)
			}
			continue
		}
		broken++
		for _, p := range problems(err) {
			if p.Code == "not a problem" || !strings.Contains(p.Where, ":") || p.Msg == "" {
				t.Fatalf("%+v from\n%s", p, text)
			}
		}
	}
	if broken < 1000 {
		t.Errorf("only %d of 4000 texts are broken", broken)
	}
}
