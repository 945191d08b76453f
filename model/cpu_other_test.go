//go:build !unix

package model

func startCPU() cpuClock { return 0 }
