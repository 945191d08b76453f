package impact

import (
	"fmt"

	"kanzei"
)

// words writes 15 April 2025.
func words(d kanzei.Day) string { return d.Format("2 January 2006") }

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
