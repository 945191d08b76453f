package edition

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kanzei"
)

var codes = rapid.Custom(func(t *rapid.T) []kanzei.HTS {
	tens := rapid.SliceOfNDistinct(rapid.Uint64Range(101_000_000, 9_999_999_999), 0, 30, rapid.ID).Draw(t, "codes")
	var all []kanzei.HTS
	for _, n := range tens {
		all = append(all, kanzei.HTSFromTen(n, 10))
	}
	slices.Sort(all)
	return all
})

// What is written is read, twice the same bytes.
func TestFlowsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		usd := rapid.Int64Range(0, 1<<50)
		src := Source{Name: "random", Notes: []string{rapid.String().Draw(t, "note")}}
		partners := []Partner{}
		chapters, lines := [][]Chapter{}, [][]Line{}
		for i := range rapid.IntRange(0, 4).Draw(t, "partners") {
			chapter, line := []Chapter{}, []Line(nil)
			for n := range rapid.IntRange(0, 5).Draw(t, "chapters") {
				chapter = append(chapter, Chapter{n + 1, usd.Draw(t, "value"), usd.Draw(t, "duty")})
			}
			for _, h := range codes.Draw(t, "codes") {
				line = append(line, Line{h, usd.Draw(t, "value"), usd.Draw(t, "duty")})
			}
			partners = append(partners, Partner{1000 + i, kanzei.MustOrigin("JP"), rapid.String().Draw(t, "name"), usd.Draw(t, "value"), usd.Draw(t, "duty"), len(line)})
			chapters, lines = append(chapters, chapter), append(lines, line)
		}
		data, err := EncodeFlows(src, partners, chapters, lines)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := EncodeFlows(src, partners, chapters, lines)
		if !slices.Equal(data, again) {
			t.Fatal("two encodings differ")
		}
		f, err := OpenFlows(data)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(partners, f.Partners); d != "" {
			t.Fatal(d)
		}
		for i := range partners {
			c, err := f.Chapters(i)
			if err != nil {
				t.Fatal(err)
			}
			l, err := f.Lines(i)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(chapters[i], c) + cmp.Diff(lines[i], l); d != "" {
				t.Fatal(d)
			}
		}
	})
}

func TestSharesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.Int64Range(0, int64(kanzei.One))
		s := &Shares{Source: Source{Name: "random"}, Codes: append([]kanzei.HTS{}, codes.Draw(t, "codes")...), Contents: []Content{}}
		for range s.Codes {
			s.Contents = append(s.Contents, Content{kanzei.Fraction(part.Draw(t, "steel")), 0, kanzei.Fraction(part.Draw(t, "copper"))})
		}
		data, err := EncodeShares(s)
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodeShares(data)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(s, got); d != "" {
			t.Fatal(d)
		}
	})
}

// A damaged file is an error, never a crash or silent nonsense of great size.
func TestDamagedFlows(t *testing.T) {
	line := []Line{{kanzei.MustHTS("8703.23.01.40"), 5, 1}}
	data, err := EncodeFlows(Source{}, []Partner{{5880, kanzei.MustOrigin("JP"), "Japan", 5, 1, 1}}, [][]Chapter{{{87, 5, 1}}}, [][]Line{line})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		bad := slices.Clone(data)
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			bad[rapid.IntRange(0, len(bad)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		bad = bad[:rapid.IntRange(0, len(bad)).Draw(t, "length")]
		f, err := OpenFlows(bad)
		if err != nil {
			return
		}
		for i := range f.Partners {
			f.Chapters(i)
			f.Lines(i)
		}
		f.Codes()
	})
}
