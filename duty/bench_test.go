package duty

import (
	"os"
	"testing"

	"kanzei"
	"kanzei/ledger"
	"kanzei/schedule"
)

// The entry of the founding case: a car of Japan in April 2025. The tests of
// this file stand inside the package because evaluate is the inner loop of
// files of a billion entries, and no caller can reach it alone.
func benchEntry(b testing.TB, dir string) (*Engine, kanzei.Entry) {
	l, err := ledger.Read(os.DirFS(dir))
	if err != nil {
		b.Fatal(err)
	}
	s, err := schedule.Load()
	if err != nil {
		b.Fatal(err)
	}
	return New(l, s), kanzei.Entry{HTS: kanzei.MustHTS("8703.23.01.40"), Origin: kanzei.MustOrigin("JP"),
		Date: kanzei.DayOf(2025, 4, 15), Value: 30_000 * kanzei.Dollar}
}

func opened(b testing.TB, e *Engine, entry *kanzei.Entry) (*computation, facts) {
	c, err := e.open(entry, entry.Date, Collected)
	if err != nil {
		b.Fatal(err)
	}
	if len(c.bearing) < 2 {
		b.Fatalf("only %d provisions bear on the car", len(c.bearing))
	}
	return c, facts{entry: entry, base: &c.base}
}

// TestEvaluateDoesNotAllocate: one allocation an entry is the difference
// between minutes and hours over a billion entries.
func TestEvaluateDoesNotAllocate(t *testing.T) {
	engine, entry := benchEntry(t, "../law")
	c, f := opened(t, engine, &entry)
	parts := make([]part, 0, len(c.bearing))
	if n := testing.AllocsPerRun(100, func() { parts, _, _ = c.table.evaluate(&f, c.bearing, parts) }); n != 0 {
		t.Errorf("evaluate allocates %v times", n)
	}
}

func BenchmarkEvaluate(b *testing.B) {
	engine, entry := benchEntry(b, "../law")
	c, f := opened(b, engine, &entry)
	parts := make([]part, 0, len(c.bearing))
	b.ReportAllocs()
	for b.Loop() {
		parts, _, _ = c.table.evaluate(&f, c.bearing, parts)
	}
}

// BenchmarkAssess is one entry with its reasons, statuses and questions.
func BenchmarkAssess(b *testing.B) {
	engine, entry := benchEntry(b, "../law")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := engine.Assess(entry, entry.Date); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCompile is the law of one day turned into a table.
func BenchmarkCompile(b *testing.B) {
	engine, entry := benchEntry(b, "../law")
	book := engine.Book(entry.Date)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile(book.At(entry.Date.Open()), Collected); err != nil {
			b.Fatal(err)
		}
	}
}
