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
	fmt.Println(d.Kind, d.Official, d.Date, d.DatedBy, d.Signed, d.Subject, d.Remarks)
	for _, s := range d.Statements {
		fmt.Printf("%-10s %-8s rate=%s old=%s prog=%v prod=%q H=%v O=%v%s ex=%v %v..%v days=%d when=%s neg=%v %s [%s] %s\n   «%.200s»\n", s.Kind, s.Claim, s.Rate, s.OldRate, s.Programs, s.Product, s.Headings, s.Origins, s.Group, s.Except, s.From, s.Until, s.Days, s.When, s.Negated, s.Confidence, s.Cite, s.Assumed, s.Words)
	}
	for _, u := range d.Unread {
		fmt.Printf("UNREAD %.200s\n", d.Sentences[u].Text)
	}
}
