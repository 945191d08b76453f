package kanzei

import (
	"fmt"
	"runtime/debug"
)

// A Fault is a panic that was caught where work is done for others, as an
// error. It is a fault of the program, never of what was asked.
type Fault struct {
	Thrown any    // what panic was called with
	Stack  []byte // of the goroutine that panicked
}

func (f *Fault) Error() string { return fmt.Sprintf("the program failed: %v", f.Thrown) }

// Caught does work and returns its error; a panic becomes a *Fault. A goroutine
// that nobody else watches works through it, for its panic would end the
// process.
func Caught(work func() error) (err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = &Fault{thrown, debug.Stack()}
		}
	}()
	return work()
}
