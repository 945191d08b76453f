package docs

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what commands print, and what is generated, into the pages")

// program is the binary that the commands of the book run, built once.
var program string

func TestMain(m *testing.M) { os.Exit(withProgram(m)) }

func withProgram(m *testing.M) int {
	flag.Parse()
	dir, err := os.MkdirTemp("", "book")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "kanzei")
	if out, err := exec.Command("go", "build", "-o", program, "../cmd/kanzei").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build ../cmd/kanzei: %v\n%s", err, out)
		return 1
	}
	defer served.stop()
	return m.Run()
}

// A sheet is a page under test: its lines, and the blocks of code in them.
type sheet struct {
	file   string
	lines  []string
	blocks []block
}

// A block is fenced code. Its lines are those between the fences.
type block struct {
	at    int               // number of the line behind the opening fence, from 0
	lang  string            // first word behind the fence
	attrs map[string]string // the other words: name=value, or a name alone
	lines []string
}

// sheets are the pages of the book and the README.
func sheets(t *testing.T) []*sheet {
	t.Helper()
	names, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	var list []*sheet
	for _, name := range append(names, "../README.md") {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		s := &sheet{file: name, lines: strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")}
		if s.blocks, err = fences(s.lines); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		list = append(list, s)
	}
	return list
}

func fences(lines []string) ([]block, error) {
	var list []block
	open := false
	for i, l := range lines {
		info, fence := strings.CutPrefix(l, "```")
		switch {
		case fence && open:
			b := &list[len(list)-1]
			b.lines, open = lines[b.at:i], false
		case fence:
			b := block{at: i + 1, attrs: map[string]string{}}
			for j, w := range strings.Fields(info) {
				if j == 0 {
					b.lang = w
					continue
				}
				k, v, _ := strings.Cut(w, "=")
				b.attrs[k] = v
			}
			list, open = append(list, b), true
		}
	}
	if open {
		return nil, fmt.Errorf("line %d: the fence is not closed", list[len(list)-1].at)
	}
	return list, nil
}

// write puts other lines in the place of those of some blocks.
func (s *sheet) write(t *testing.T, changed map[int][]string) {
	t.Helper()
	if len(changed) == 0 {
		return
	}
	lines := slices.Clone(s.lines)
	for _, b := range slices.Backward(s.blocks) {
		if to, ok := changed[b.at]; ok {
			lines = slices.Replace(lines, b.at, b.at+len(b.lines), to...)
		}
	}
	if err := os.WriteFile(s.file, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestBlocks runs what the book shows. A block is
//
//	console  commands behind "$ " and what they print, lines and words left out
//	         marked …;
//	         with "fails", the last command fails and says what is shown; with
//	         with "research", it needs the files of research and of examples, and
//	         is skipped where they are absent
//	go       with example=PACKAGE.Name, the body of that example, which the
//	         tests of its package compile and run
//	csv yaml with file=NAME, written to the folder in which the commands behind
//	         it run, one of which must name it
//	json     valid
//	text     words, formulas; with file=NAME as above
func TestBlocks(t *testing.T) {
	for _, s := range sheets(t) {
		t.Run(strings.TrimSuffix(filepath.Base(s.file), ".md"), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			changed := map[int][]string{}
			for _, b := range s.blocks {
				where := fmt.Sprintf("%s:%d", s.file, b.at)
				if name := b.attrs["file"]; name != "" {
					if !s.names(name, b.at) {
						t.Errorf("%s: no command behind it names %s", where, name)
					}
					to := filepath.Join(dir, filepath.FromSlash(name))
					if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(to, []byte(strings.Join(b.lines, "\n")+"\n"), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				switch b.lang {
				case "text":
				case "": // a list of commands, in the README alone
					if !strings.HasPrefix(s.file, "../") {
						t.Errorf("%s: a block names no language", where)
					}
				case "console":
					if lines := runBlock(t, where, dir, b); lines != nil {
						changed[b.at] = lines
					}
				case "go":
					if lines := example(t, where, b); lines != nil {
						changed[b.at] = lines
					}
				case "json":
					if !json.Valid([]byte(strings.Join(b.lines, "\n"))) {
						t.Errorf("%s: not JSON", where)
					}
				case "csv", "yaml":
					if b.attrs["file"] == "" {
						t.Errorf("%s: a %s block needs file=NAME and a command that reads it", where, b.lang)
					}
				default:
					t.Errorf("%s: a block of language %q is not tested", where, b.lang)
				}
			}
			if *update {
				s.write(t, changed)
			}
		})
	}
}

// names reports whether a command behind a line names a file or its folder.
func (s *sheet) names(file string, behind int) bool {
	folder, _, _ := strings.Cut(file, "/")
	for _, b := range s.blocks {
		if b.lang != "console" || b.at < behind {
			continue
		}
		for _, l := range b.lines {
			if strings.HasPrefix(l, "$ ") && strings.Contains(l, folder) {
				return true
			}
		}
	}
	return false
}

// A step is a command of a block and the lines shown below it.
type step struct {
	command string
	shown   []string // with … for lines left out
	raw     []string // the command as it stands in the page
}

func steps(b block) ([]step, error) {
	var list []step
	for i := 0; i < len(b.lines); i++ {
		l := b.lines[i]
		command, ok := strings.CutPrefix(l, "$ ")
		if !ok {
			if len(list) == 0 {
				return nil, fmt.Errorf("does not begin with a command behind %q", "$ ")
			}
			last := &list[len(list)-1]
			last.shown = append(last.shown, l)
			continue
		}
		s := step{command: command, raw: []string{l}}
		for strings.HasSuffix(s.command, "\\") && i+1 < len(b.lines) {
			i++
			s.raw = append(s.raw, b.lines[i])
			s.command = strings.TrimSuffix(s.command, "\\") + strings.TrimSpace(b.lines[i])
		}
		list = append(list, s)
	}
	return list, nil
}

// runBlock runs the commands of a block. It returns the block as it should be where
// it is not, and only to update it.
func runBlock(t *testing.T, where, dir string, b block) []string {
	t.Helper()
	root := nowhere
	if _, ok := b.attrs["research"]; ok {
		var err error
		if root, err = research(); err != nil {
			t.Logf("%s: not run: %v", where, err)
			return nil
		}
	}
	list, err := steps(b)
	if err != nil {
		t.Fatalf("%s: %v", where, err)
	}
	var lines []string
	wrong := false
	for i, s := range list {
		_, fails := b.attrs["fails"]
		fails = fails && i == len(list)-1
		out, err := command(s.command, dir, root, fails)
		if err != nil {
			t.Fatalf("%s: $ %s\n%v", where, s.command, err)
		}
		got := strings.Split(strings.TrimRight(string(out), "\n"), "\n")
		if len(out) == 0 {
			got = nil
		}
		for i := range got {
			got[i] = strings.TrimRight(got[i], " ")
		}
		if !matches(s.shown, got) {
			wrong = true
			if !*update {
				t.Errorf("%s: $ %s\nshows:\n%s\nprints:\n%s\n(go test ./docs -update writes it)", where, s.command, strings.Join(s.shown, "\n"), strings.Join(got, "\n"))
			} else if to, err := refresh(s.shown, got); err != nil {
				t.Errorf("%s: $ %s: %v; prints:\n%s", where, s.command, err, strings.Join(got, "\n"))
			} else {
				s.shown = to
			}
		}
		lines = append(append(lines, s.raw...), s.shown...)
	}
	if wrong && *update {
		return lines
	}
	return nil
}

const gap = "…" // alone stands for any number of lines, within one for any words

// matches reports whether lines are those shown, but for those left out.
func matches(shown, got []string) bool {
	if len(shown) == 0 {
		return len(got) == 0
	}
	if shown[0] == gap {
		for i := range len(got) + 1 {
			if len(shown) == 1 || matches(shown[1:], got[i:]) {
				return true
			}
		}
		return false
	}
	return len(got) > 0 && fits(shown[0], got[0]) && matches(shown[1:], got[1:])
}

// fits reports whether a line is the one shown, but for the words left out.
func fits(shown, got string) bool {
	if shown == got {
		return true
	}
	parts := strings.Split(shown, gap)
	last := len(parts) - 1
	if last == 0 || !strings.HasPrefix(got, parts[0]) {
		return false
	}
	got = got[len(parts[0]):]
	for _, p := range parts[1:last] {
		_, behind, ok := strings.Cut(got, p)
		if !ok {
			return false
		}
		got = behind
	}
	return strings.HasSuffix(got, parts[last])
}

// put takes lines printed, and of those shown the ones that fit.
func put(shown, got []string) []string {
	out := slices.Clone(got)
	for i := range min(len(shown), len(got)) {
		if fits(shown[i], got[i]) {
			out[i] = shown[i]
		}
	}
	return out
}

// refresh is what is shown with the figures of the lines printed. A run of
// lines between … keeps its length and goes where its first line reads most
// alike.
func refresh(shown, got []string) ([]string, error) {
	if !slices.Contains(shown, gap) {
		return put(shown, got), nil
	}
	var out []string
	at := 0
	for len(shown) > 0 {
		if shown[0] == gap {
			out, shown = append(out, gap), shown[1:]
			continue
		}
		n := slices.Index(shown, gap)
		if n < 0 {
			n = len(shown)
		}
		best, score := -1, 0
		for i := at; i < len(got); i++ {
			if s := alike(shown[0], got[i]); s > score {
				best, score = i, s
			}
		}
		if len(out) == 0 {
			best = 0
		}
		if best < 0 {
			return nil, fmt.Errorf("no line is like %q", shown[0])
		}
		end := min(best+n, len(got))
		out, shown, at = append(out, put(shown[:n], got[best:end])...), shown[n:], end
	}
	if out[len(out)-1] != gap && at < len(got) {
		out = append(out, gap)
	}
	return out, nil
}

// alike is the number of words that two lines begin with alike; the last may be
// the beginning of one.
func alike(a, b string) int {
	x, y := strings.Fields(a), strings.Fields(b)
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	if n < len(x) && n < len(y) && strings.HasPrefix(y[n], x[n]) {
		n++
	}
	return n
}

// nowhere is where there are no research files.
const nowhere = "nowhere"

// research is the folder of research files: KANZEI_SHARED, or shared beside the
// repository.
func research() (string, error) {
	root := os.Getenv("KANZEI_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "shared")
	}
	root, err := filepath.Abs(root)
	if err != nil {
		return "", err
	}
	for _, part := range []string{"sources/model", "oracle"} {
		if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(part))); err != nil {
			return "", fmt.Errorf("no research files: %w", err)
		}
	}
	return root, nil
}

// command runs a command line of the book: kanzei, cat, curl to the server of
// kanzei, or go run in the repository. It returns what stands on standard
// output, or on standard error for a command that should fail.
func command(line, dir, research string, fails bool) ([]byte, error) {
	args, in, to, err := words(line)
	if err != nil {
		return nil, err
	}
	switch args[0] {
	case "cat":
		return os.ReadFile(filepath.Join(dir, args[1]))
	case "curl":
		return curl(args[1:], dir)
	case "kanzei":
		args[0] = program
	case "go":
		dir = ".."
	default:
		return nil, fmt.Errorf("%s is no command of the book", args[0])
	}
	var out, errs bytes.Buffer
	c := exec.Command(args[0], args[1:]...)
	c.Dir, c.Stdout, c.Stderr = dir, &out, &errs
	c.Env = append(os.Environ(), "KANZEI_SHARED="+research, "COLUMNS=")
	if in != "" {
		f, err := os.Open(filepath.Join(dir, in))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		c.Stdin = f
	}
	err = c.Run()
	switch {
	case fails && err == nil:
		return nil, fmt.Errorf("it does not fail:\n%s", out.Bytes())
	case fails:
		return errs.Bytes(), nil
	case err != nil:
		return nil, fmt.Errorf("%w\n%s", err, errs.Bytes())
	case to != "":
		return nil, os.WriteFile(filepath.Join(dir, to), out.Bytes(), 0o644)
	}
	return out.Bytes(), nil
}

// words splits a command line as a shell does, and takes < and > off.
func words(line string) (args []string, in, to string, err error) {
	var b strings.Builder
	quote, open := rune(0), false
	for _, r := range line + " " {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			b.WriteRune(r)
		case r == '\'' || r == '"':
			quote, open = r, true
		case r != ' ':
			b.WriteRune(r)
			open = true
		case open:
			args, open = append(args, b.String()), false
			b.Reset()
		}
	}
	if quote != 0 {
		return nil, "", "", fmt.Errorf("a quote %c is not closed", quote)
	}
	for i := len(args) - 2; i > 0; i-- {
		switch args[i] {
		case "<":
			in = args[i+1]
		case ">":
			to = args[i+1]
		default:
			continue
		}
		args = slices.Delete(args, i, i+2)
	}
	if len(args) == 0 {
		return nil, "", "", fmt.Errorf("no command")
	}
	return args, in, to, nil
}
