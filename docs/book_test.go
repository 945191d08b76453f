package docs

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link    = regexp.MustCompile(`\[[^\]]*\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`<h[1-6] id="([^"]+)">`)
)

// TestLinks: every page is in the reading order, every link leads to a page, a
// heading or a file that is there, and no page carries script or style.
func TestLinks(t *testing.T) {
	pages, err := Pages()
	if err != nil {
		t.Fatal(err)
	}
	names, _ := filepath.Glob("*.md")
	if len(names) != len(pages) {
		t.Errorf("%d pages beside the book, %d in its order", len(names), len(pages))
	}
	ids := map[string]map[string]bool{}
	for _, p := range pages {
		html, err := p.HTML()
		if err != nil {
			t.Fatal(err)
		}
		ids[p.Name+".md"] = map[string]bool{"": true}
		for _, m := range heading.FindAllSubmatch(html, -1) {
			ids[p.Name+".md"][string(m[1])] = true
		}
		for _, bad := range []string{"<script", "style=", "href=\"../", ".md\""} {
			if bytes.Contains(html, []byte(bad)) {
				t.Errorf("%s: the HTML has %s", p.Name, bad)
			}
		}
	}
	lines := 0
	for _, p := range pages {
		lines += bytes.Count(p.Source, []byte("\n"))
		for _, m := range link.FindAllSubmatch(p.Source, -1) {
			to := string(m[1])
			file, frag, _ := strings.Cut(to, "#")
			switch {
			case strings.HasPrefix(to, "http"):
			case strings.HasPrefix(to, "../"):
				if _, err := os.Stat(file); err != nil {
					t.Errorf("%s: %s is not there", p.Name, to)
				}
			case file == "":
				if !ids[p.Name+".md"][frag] {
					t.Errorf("%s: no heading %s", p.Name, to)
				}
			case !ids[file][frag]:
				t.Errorf("%s: %s leads nowhere", p.Name, to)
			}
		}
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages[1:] {
		if !bytes.Contains(pages[0].Source, []byte("("+p.Name+".md)")) {
			t.Errorf("the contents do not name %s", p.Name)
		}
		if !bytes.Contains(readme, []byte("(docs/"+p.Name+".md)")) {
			t.Errorf("the README does not lead to %s", p.Name)
		}
	}
	if lines > 2500 {
		t.Errorf("the book has %d lines; it should stay below 2500", lines)
	}
}

// TestRefresh: what -update writes keeps the shape of an excerpt.
func TestRefresh(t *testing.T) {
	got := strings.Split("head 2\nduty  5\nrate 7\nx\nfees: 3\ntail", "\n")
	for _, c := range []struct{ shown, want string }{
		{"…\nduty  4\n…", "…\nduty  5\n…"},
		{"head 1\n…\nfees: 1", "head 2\n…\nfees: 3\n…"},
		{"…\nduty  4\nrate 1\n…\ntail", "…\nduty  5\nrate 7\n…\ntail"},
		{"all", strings.Join(got, "\n")},
		{"…\nduty  …\nrate 1\n…", "…\nduty  …\nrate 7\n…"},
	} {
		shown := strings.Split(c.shown, "\n")
		if matches(shown, got) {
			t.Errorf("%q passes for what is printed", c.shown)
		}
		out, err := refresh(shown, got)
		if err != nil || strings.Join(out, "\n") != c.want {
			t.Errorf("%q becomes %q, %v; want %q", c.shown, out, err, c.want)
		}
		if !matches(out, got) {
			t.Errorf("%q does not pass", out)
		}
	}
	for _, c := range []struct {
		shown, got string
		fits       bool
	}{{"… acts: no error", "161 acts: no error", true}, {"work … (impact)", "work 63db (impact)", true}, {"work … (impact)", "work 63db (duty)", false},
		{"a …", "a b", true}, {"a …", "b a b", false}, {"… x", "y x z", false}, {"… x", "y x z x", true}, {"a…a", "a", false}, {"a", "a b", false}} {
		if fits(c.shown, c.got) != c.fits {
			t.Errorf("%q fits %q: %v", c.shown, c.got, !c.fits)
		}
	}
	if _, err := refresh([]string{"…", "nothing"}, got); err == nil {
		t.Error("a line like none is taken")
	}
}
