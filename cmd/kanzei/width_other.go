//go:build !linux && !darwin

package main

import "os"

// terminalWidth returns 0: the terminal is not asked here.
func terminalWidth(*os.File) int { return 0 }
