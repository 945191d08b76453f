package main

import (
	"fmt"
	"os"
	"path/filepath"

	"kanzei/ledger"
)

type lawCmd struct {
	Check lawCheck `cmd:"" help:"Read instruments and hold them against each other."`
}

// readLaw returns the ledger of a folder, or the embedded one.
func readLaw(dir string) (*ledger.Ledger, error) {
	if dir == "" {
		return ledger.Embedded()
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("no folder of law at %s", dir)
	}
	return ledger.Read(os.DirFS(dir))
}

type lawCheck struct {
	Dir string `arg:"" optional:"" help:"Folder of law, such as law/; the embedded edition when left out."`
}

func (c *lawCheck) Run(e *env) error {
	if c.Dir == "" {
		if _, err := os.Stat(filepath.Join("law", "us")); err == nil {
			c.Dir = "law"
		}
	}
	l, err := readLaw(c.Dir)
	if err != nil {
		return err
	}
	if err := l.Check(); err != nil {
		return err
	}
	acts := 0
	for _, in := range l.Instruments {
		acts += len(in.Acts)
	}
	fmt.Fprintf(e.out, "%d instruments, %d acts: no error\n", len(l.Instruments), acts)
	return nil
}
