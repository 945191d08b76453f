package ui

import (
	"strings"
	"testing"

	"kanzei/docs"
)

// TestBook: every page of the book is served in the frame, with those beside it.
func TestBook(t *testing.T) {
	s := serve(t)
	pages, err := docs.Pages()
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range pages {
		path := docs.Path + "/" + p.Name
		if p.Name == docs.Index {
			path = docs.Path
		}
		status, body := get(t, s, path)
		for _, says := range []string{"<title>" + p.Title + " – kanzei</title>", `aria-current="page">Book</a>`, "<h1 id="} {
			if status != 200 || !strings.Contains(body, says) {
				t.Errorf("%s: status %d, without %q", path, status, says)
			}
		}
		if i+1 < len(pages) && !strings.Contains(body, `rel="next">`+pages[i+1].Title) {
			t.Errorf("%s: does not lead to %s", path, pages[i+1].Title)
		}
	}
	if status, body := get(t, s, docs.Path+"/nothing"); status != 404 || !strings.Contains(body, "no page nothing") {
		t.Errorf("a page that is not there: status %d", status)
	}
	if _, body := get(t, s, docs.Path); !strings.Contains(body, `href="/book/concepts"`) {
		t.Error("the contents do not lead to the concepts")
	}
}
