package kanzei_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"kanzei"
)

func TestParseOrigin(t *testing.T) {
	for in, want := range map[string]string{
		"JP": "JP", "jp": "JP", "JPN": "JP", " jpn ": "JP", "XK": "XK", "XKX": "XK", "GB": "GB", "GBR": "GB", "DE": "DE",
		"XA": "CA", "XY": "CA", "xo": "CA", // Canadian provinces as filed with US Customs
	} {
		if o, err := kanzei.ParseOrigin(in); err != nil || o.String() != want {
			t.Errorf("%q is %q, %v; want %q", in, o, err, want)
		}
	}
	for in, hint := range map[string]string{
		"EU": "name the member", "UK": "did you mean GB?", "uk": "did you mean GB?", "Japan": "did you mean JP?", "japan": "did you mean JP?",
		"european union": "name the member", "Korea": "two countries", "Viet Nam": "did you mean VN?",
		"ZZ": "ISO 3166", "": "ISO 3166", "J": "ISO 3166", "XZ": "ISO 3166", "日本": "ISO 3166", "QQQ": "ISO 3166",
	} {
		o, err := kanzei.ParseOrigin(in)
		var p *kanzei.Problem
		if o != 0 || !errors.As(err, &p) || p.Code != "origin.unknown" || !strings.Contains(p.Hint, hint) {
			t.Errorf("%q: %v, %v; want a hint that says %q", in, o, err, hint)
		}
	}
}

func TestFindOrigin(t *testing.T) {
	for in, want := range map[string]string{
		"jp": "JP", "Japan": "JP", " japan ": "JP", "UK": "GB", "United Kingdom": "GB", "Viet Nam": "VN", "Vietnam": "VN", "South Korea": "KR",
		"Republic of Korea": "KR", "Turkey": "TR", "türkiye": "TR", "Hong Kong": "HK", "PRC": "CN",
	} {
		if o, err := kanzei.FindOrigin(in); err != nil || o.String() != want {
			t.Errorf("%q is %q, %v; want %q", in, o, err, want)
		}
	}
	for _, in := range []string{"", "EU", "European Union", "Korea", "ZZ", "Atlantis"} {
		if o, err := kanzei.FindOrigin(in); o != 0 || err == nil {
			t.Errorf("%q is %q", in, o)
		}
	}
	for name, code := range map[string]string{"Burma": "MM", "Macau": "MO", "UAE": "AE", "Swaziland": "SZ"} {
		if o, _ := kanzei.FindOrigin(name); o != kanzei.MustOrigin(code) {
			t.Errorf("%s is %s", name, o)
		}
	}
}

// The figures: ISO 3166-1 and US Census Bureau, Schedule C.
func TestOriginTable(t *testing.T) {
	for _, tt := range []struct {
		iso2, iso3, name string
		census           int
	}{
		{"JP", "JPN", "Japan", 5880}, {"CN", "CHN", "China", 5700}, {"CA", "CAN", "Canada", 1220}, {"MX", "MEX", "Mexico", 2010},
		{"DE", "DEU", "Germany", 4280}, {"GB", "GBR", "UK", 4120}, {"KR", "KOR", "South Korea", 5800}, {"XK", "XKX", "Kosovo", 4803},
	} {
		o := kanzei.MustOrigin(tt.iso2)
		if o.ISO3() != tt.iso3 || o.Name() != tt.name || o.Census() != tt.census {
			t.Errorf("%s is %s %s %d, want %+v", o, o.ISO3(), o.Name(), o.Census(), tt)
		}
	}
	all := kanzei.Origins()
	if len(all) < 240 || !slices.IsSorted(all) {
		t.Fatalf("%d origins, sorted %v", len(all), slices.IsSorted(all))
	}
	iso3, census := map[string]kanzei.Origin{}, map[int]kanzei.Origin{}
	for _, o := range all {
		if back, err := kanzei.ParseOrigin(o.String()); err != nil || back != o {
			t.Errorf("%s reads as %s, %v", o, back, err)
		}
		if back, err := kanzei.ParseOrigin(o.ISO3()); err != nil || back != o {
			t.Errorf("%s reads as %s, %v", o.ISO3(), back, err)
		}
		if other, twice := iso3[o.ISO3()]; twice || len(o.ISO3()) != 3 || o.Name() == "" {
			t.Errorf("%s and %s share %q", o, other, o.ISO3())
		}
		if other, twice := census[o.Census()]; twice && o.Census() != 0 {
			t.Errorf("%s and %s share the Census code %d", o, other, o.Census())
		}
		iso3[o.ISO3()], census[o.Census()] = o, o
		text, err := json.Marshal(o)
		var back kanzei.Origin
		if err != nil || json.Unmarshal(text, &back) != nil || back != o {
			t.Errorf("%s is %s as JSON", o, text)
		}
	}
	none := kanzei.Origin(0)
	if none.String() != "" || none.Name() != "" || none.ISO3() != "" || none.Census() != 0 {
		t.Error("no origin has a name")
	}
	all[0] = 0 // the caller's own
	if kanzei.Origins()[0] == 0 {
		t.Error("Origins hands out its table")
	}
}

func FuzzParseOrigin(f *testing.F) {
	for _, s := range []string{"JP", "JPN", "EU", "xx", "", "\xff\xff", "ÄÄ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		o, err := kanzei.ParseOrigin(s)
		if (o == 0) == (err == nil) {
			t.Fatalf("%q: %v, %v", s, o, err)
		}
	})
}
