package kanzei

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestEntryQuantity: 100 units are written as 100, not in the unit they are held in.
func TestEntryQuantity(t *testing.T) {
	e := Entry{HTS: MustHTS("2402.10.80.30"), Origin: MustOrigin("DO"), Date: DayOf(2025, 8, 20), Value: 1000 * Dollar, Quantity: 100_0000, Unit: "kg", Quantity2: 5_0000}
	b, err := json.Marshal(&e)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"value_usd":"1000.00"`, `"quantity":"100.00"`, `"quantity2":"5.00"`, `"unit":"kg"`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s is missing in %s", want, b)
		}
	}
	e.Quantity, e.Quantity2 = 0, 0
	if b, _ = json.Marshal(e); strings.Contains(string(b), "quantity") {
		t.Errorf("a quantity that is not declared is written: %s", b)
	}
}
