package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"kanzei"
	"kanzei/duty"
	"kanzei/law"
	"kanzei/ledger"
	"kanzei/schedule"
)

// ledger returns the law a command answers from.
func (e *env) ledger() (*ledger.Ledger, error) { return readLaw(e.folder) }

// engine returns the engine on that law.
func (e *env) engine() (*duty.Engine, error) {
	if e.folder == "" {
		return duty.Embedded()
	}
	l, err := e.ledger()
	if err != nil {
		return nil, err
	}
	s, err := schedule.Load()
	if err != nil {
		return nil, err
	}
	return duty.New(l, s), nil
}

// lawHash is the content hash of the law a command answers from: of the embedded
// edition, and of the files of the folder.
func (e *env) lawHash() (string, error) {
	h := sha256.New()
	h.Write(law.Edition)
	if e.folder != "" {
		dir := os.DirFS(e.folder)
		if err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			b, err := fs.ReadFile(dir, name)
			fmt.Fprintf(h, "%q %d\n", name, len(b))
			h.Write(b)
			return err
		}); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// readLaw returns the embedded ledger, with the instruments of a folder added.
// The folder is flat or in the form of law/us; lists are read from lists/ in
// it. A folder whose coverage register states a horizon is a whole ledger and
// takes the place of the embedded one. What is added is held against the rest.
func readLaw(dir string) (*ledger.Ledger, error) {
	base, err := ledger.Embedded()
	if dir == "" || err != nil {
		return base, err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, &kanzei.Problem{Code: "law.folder", Where: "--law", Msg: fmt.Sprintf("no folder of law at %s", dir), Hint: "name a folder with instruments, NAME.yaml; see CONTRIBUTING.md"}
	}
	l, err := ledger.Read(os.DirFS(dir))
	if err != nil {
		return nil, inFolder(dir, err)
	}
	for _, in := range l.Instruments {
		in.File = filepath.ToSlash(filepath.Join(dir, in.File))
	}
	if l.Coverage.Horizon != 0 {
		return l, nil
	}
	if len(l.Instruments) == 0 {
		return nil, &kanzei.Problem{Code: "law.folder", Where: "--law", Msg: fmt.Sprintf("%s holds no instrument", dir), Hint: "an instrument is a file NAME.yaml; kanzei read ORDER --scaffold writes one for review"}
	}
	sum := base.Add(l.Instruments...)
	if len(l.Coverage.Gaps)+len(l.Coverage.Programs) > 0 {
		c := *base.Coverage
		c.Gaps = append(c.Gaps[:len(c.Gaps):len(c.Gaps)], l.Coverage.Gaps...)
		c.Programs = append(c.Programs[:len(c.Programs):len(c.Programs)], l.Coverage.Programs...)
		sum.Coverage = &c
	}
	if err := sum.Check(); err != nil {
		return nil, err
	}
	return sum, nil
}

// inFolder puts the folder before the file that each problem names.
func inFolder(dir string, err error) error {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		var out []error
		for _, e := range joined.Unwrap() {
			out = append(out, inFolder(dir, e))
		}
		return errors.Join(out...)
	}
	var p *kanzei.Problem
	if errors.As(err, &p) && p.Where != "" && !strings.HasPrefix(p.Where, dir) {
		q := *p
		q.Where = filepath.ToSlash(filepath.Join(dir, p.Where))
		return &q
	}
	return err
}
