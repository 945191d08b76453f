package model

import (
	"errors"
	"os"
	"testing"
	"time"
)

// TestReproduce runs the registry. misses are cells known not to be met, with
// the reason in the notes of the table; a miss that goes away fails too.
func TestReproduce(t *testing.T) {
	root := os.Getenv("KANZEI_SHARED")
	if root == "" {
		root = "../../shared"
	}
	want := map[string]struct{ compared, misses int }{
		"cp2015-exact":                        {651, 0},
		"cp2015-deficits":                     {3, 0},
		"cp2015-table11":                      {21, 14},
		"cp2015-table2":                       {12, 0},
		"cp2015-table3":                       {12, 0},
		"cp2015-table5":                       {6, 0},
		"cp2015-table7":                       {93, 0},
		"cp2015-table9":                       {12, 0},
		"ge-gravity-eu":                       {88, 0},
		"liberation-day":                      {244, 0},
		"ll2023-table4-first-best":            {43, 0},
		"ll2023-table4-first-best-free-entry": {43, 18},
		"ll2023-table4-second-best":           {43, 0},
		"ll2023-table4-third-best":            {43, 0},
		"nash-wiod2014-is":                    {88, 0},
		"nash-wiod2014-u4":                    {88, 0},
		"nash-icio2022-is":                    {162, 0},
		"nash-icio2022-u4":                    {162, 0},
		"ossa2014-bas":                        {28, 4},
		"ossa2014-levels":                     {6, 0},
		"ossa2014-own-tariff":                 {77, 0},
		"ossa2014-talks":                      {1, 0},
	}
	for _, name := range ReproductionNames() {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			r, err := Reproduce(name, root)
			var none *NoData
			if errors.As(err, &none) {
				t.Skipf("research files absent: %v (set KANZEI_SHARED)", err)
			}
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d of %d cells (%d without a figure), worst %.2g %s, residual %.1e, %v", r.Passed, r.Compared, len(r.Cells)-r.Compared, r.Worst, r.Unit, r.Residual, time.Since(begun).Round(time.Millisecond))
			for _, c := range r.Cells {
				if !c.OK && !r.Soft {
					t.Logf("%s, %s: %.6g, published %.6g", c.Row, c.Column, c.Computed, *c.Published)
				}
			}
			if r.Residual > 1e-10 {
				t.Errorf("residual %.2g", r.Residual)
			}
			if r.Compared == 0 {
				t.Skipf("figures absent for table %s (set KANZEI_SHARED)", name)
			}
			if _, ok := want[name]; !ok && !r.Soft && r.Passed < r.Compared {
				t.Errorf("%d of %d cells missed", r.Compared-r.Passed, r.Compared)
			}
			if w, ok := want[name]; ok && (r.Compared != w.compared || r.Compared-r.Passed != w.misses) {
				t.Errorf("%d compared, %d missed; want %d and %d", r.Compared, r.Compared-r.Passed, w.compared, w.misses)
			}
		})
	}
	if _, err := Reproduce("nothing", root); err == nil {
		t.Error("table nothing accepted")
	}
	var none *NoData
	if _, err := Reproduce("ossa2014-bas", t.TempDir()); !errors.As(err, &none) {
		t.Errorf("no data: %v", err)
	}
}
