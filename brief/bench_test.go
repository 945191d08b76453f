package brief

import (
	"testing"

	"kanzei"
	"kanzei/duty"
	"kanzei/ledger"
	"kanzei/schedule"
	"kanzei/trade"
)

// BenchmarkBuild is the folder of Japan from engines already loaded.
func BenchmarkBuild(b *testing.B) {
	l, err := ledger.Embedded()
	if err != nil {
		b.Fatal(err)
	}
	s, err := schedule.Load()
	if err != nil {
		b.Fatal(err)
	}
	f, err := trade.Load()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Build(duty.New(l, s), f, Request{Country: kanzei.MustOrigin("JP"), On: kanzei.DayOf(2025, 4, 15)}); err != nil {
			b.Fatal(err)
		}
	}
}
