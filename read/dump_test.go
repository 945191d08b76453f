package read

import (
	"fmt"
	"kanzei/ledger"
	"os"
	"testing"
)

func TestDump(t *testing.T) {
	l, _ := ledger.Embedded()
	r := New(l)
	f := os.Getenv("DUMP")
	if f == "" {
		t.Skip()
	}
	b, _ := os.ReadFile(f)
	d := r.Read(f, b)
	fs, err := r.Judge(d, d.Date, d.Date)
	fmt.Println(d.Kind, d.Official, d.Date, d.DatedBy, d.Signed, d.Subject, d.Remarks, err)
	for _, s := range fs {
		fmt.Printf("%-10s %-8s rate=%s old=%s prog=%v prod=%q H=%v O=%v%s ex=%v %v..%v days=%d when=%s neg=%v %s [%s] %s\n   «%.160s»\n   == %s: %s\n", s.Kind, s.Claim, s.Rate, s.OldRate, s.Programs, s.Product, s.Headings, s.Origins, s.Group, s.Except, s.From, s.Until, s.Days, s.When, s.Negated, s.Confidence, s.Cite, s.Assumed, s.Words, s.Verdict, s.Why)
		for _, l := range s.Law {
			fmt.Printf("      %s %s %s %s %s..%s %s; %s\n", l.Heading, l.Program, l.Rate, l.Status, l.From, l.Until, l.Instrument, l.Citation)
		}
	}
	for _, u := range d.Unread {
		fmt.Printf("UNREAD %.200s\n", d.Sentences[u].Text)
	}
}
