package model

import "testing"

// usPlus raises the goods tariffs of the United States by points.
func usPlus(w *World, points float64) []float64 {
	us, err := w.Economy("US")
	if err != nil {
		panic(err)
	}
	return w.WithTariff(func(i, n, j int, base float64) (float64, bool) { return base + points, n == us })
}

// A cpuClock counts processor time, which a busy machine does not inflate.
type cpuClock float64

func (c cpuClock) report(b *testing.B) {
	b.ReportMetric(1e3*float64(startCPU()-c)/float64(b.N), "cpu-ms/op")
}

func report(b *testing.B, r *Result) {
	b.ReportMetric(r.Report.Residual*1e12, "residual-e12")
	b.ReportMetric(float64(r.Report.Evals), "evals")
}

func BenchmarkICIOUSPlus10(b *testing.B) {
	w := load(b, "icio2022-source")
	s := Shock{Tariff: usPlus(w, 0.1)}
	var r *Result
	var err error
	cpu := startCPU()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		if r, err = w.Solve(s, Options{}); err != nil {
			b.Fatal(err)
		}
	}
	cpu.report(b)
	report(b, r)
}

func BenchmarkCPNAFTA(b *testing.B) {
	w := world(b, "cp1993")
	base, err := w.Balanced()
	if err != nil {
		b.Fatal(err)
	}
	to, err := CPTariffs2005(dataRoot(b, sources["cp1993"].folder))
	if err != nil {
		b.Fatal(err)
	}
	s := Shock{Tariff: nafta(w, to)}
	var r *Result
	cpu := startCPU()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		if r, err = base.Solve(s, Options{}); err != nil {
			b.Fatal(err)
		}
	}
	cpu.report(b)
	report(b, r)
}

func BenchmarkGradient(b *testing.B) {
	w := load(b, "icio2022-source")
	r, err := w.Solve(Shock{Tariff: usPlus(w, 0.1)}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	var g Grad
	cpu := startCPU()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		if g, err = r.Gradient(41); err != nil {
			b.Fatal(err)
		}
	}
	cpu.report(b)
	b.ReportMetric(g.Report.Residual*1e12, "residual-e12")
	b.ReportMetric(float64(g.Report.Products), "products")
}

func BenchmarkBalancedBase(b *testing.B) {
	w := load(b, "icio2022-source")
	var r *Result
	var err error
	cpu := startCPU()
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		if r, err = w.Solve(Shock{Deficit: make([]float64, w.N)}, Options{}); err != nil {
			b.Fatal(err)
		}
	}
	cpu.report(b)
	report(b, r)
}
