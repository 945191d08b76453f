// Package docs is the book of kanzei: the pages beside this file, in reading
// order, as Markdown and as HTML for the server. The tests run every block of
// code that the pages show; `go test ./docs -update` writes what came out.
package docs

import (
	"bytes"
	"embed"
	"fmt"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

//go:embed *.md
var files embed.FS

// Path is where the server shows the book.
const Path = "/book"

// Index is the name of the first page, which lists the others.
const Index = "index"

// order is the reading order.
var order = []string{Index, "concepts", "negotiator", "importer", "economist", "developer",
	"method-law", "method-impact", "method-model", "method-talks", "validation", "capacity", "gaps", "http", "mcp"}

// A Page is one page of the book.
type Page struct {
	Name   string // of the file, without .md
	Title  string // its first heading
	Source []byte // Markdown
}

// Pages returns the book in reading order.
func Pages() ([]Page, error) {
	var pages []Page
	for _, name := range order {
		source, err := files.ReadFile(name + ".md")
		if err != nil {
			return nil, err
		}
		first, _, _ := bytes.Cut(source, []byte("\n"))
		title, ok := strings.CutPrefix(string(first), "# ")
		if !ok {
			return nil, fmt.Errorf("docs/%s.md does not begin with a heading", name)
		}
		pages = append(pages, Page{name, title, source})
	}
	return pages, nil
}

// markdown leaves out raw HTML and writes no style into elements, so that a
// page needs nothing but the style sheet of the site.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute))),
	goldmark.WithParserOptions(parser.WithAutoHeadingID(), parser.WithASTTransformers(util.Prioritized(links{}, 100))),
	goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(code{}, 100))),
)

// HTML returns the page as HTML, without a frame. Links to other pages lead to
// them under Path; links out of the book, to files of the repository, become
// words.
func (p *Page) HTML() ([]byte, error) {
	var b bytes.Buffer
	err := markdown.Convert(p.Source, &b)
	return b.Bytes(), err
}

// links rewrites the links of a page for the server.
type links struct{}

func (links) Transform(doc *ast.Document, _ text.Reader, _ parser.Context) {
	var all []*ast.Link
	ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if l, ok := n.(*ast.Link); ok && entering {
			all = append(all, l)
		}
		return ast.WalkContinue, nil
	})
	for _, l := range all {
		to := string(l.Destination)
		if strings.HasPrefix(to, "../") {
			for l.FirstChild() != nil {
				l.Parent().InsertBefore(l.Parent(), l, l.FirstChild())
			}
			l.Parent().RemoveChild(l.Parent(), l)
			continue
		}
		if page, frag, found := strings.Cut(to, ".md"); found && !strings.Contains(page, "/") {
			if page = Path + "/" + page; page == Path+"/"+Index {
				page = Path
			}
			l.Destination = []byte(page + frag)
		}
	}
}

// code writes fenced blocks so that those wider than the window can be scrolled
// without a mouse.
type code struct{}

func (c code) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, c.write)
}

func (code) write(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		w.WriteString("<pre tabindex=\"0\"><code>")
		for i := range n.Lines().Len() {
			line := n.Lines().At(i)
			w.Write(util.EscapeHTML(line.Value(source)))
		}
		w.WriteString("</code></pre>\n")
	}
	return ast.WalkContinue, nil
}
