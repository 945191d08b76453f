// Command score holds the program against answers by others: worked examples,
// the rates of a peer, stacking sums and published averages. Run it from the
// root of the repository:
//
//	go run ./internal/score worked            every worked example
//	go run ./internal/score worked -jp        those of Japan
//	go run ./internal/score worked -show ID   one, with its entry and breakdown
//	go run ./internal/score peers | stacking | aggregate | collected
//
// The answers are not part of the repository: without the folder (-oracle) a
// command says so and succeeds. Truth is the primary text. What is not matched
// is explained in a reviewed file or by a named cause with the text that
// decides; an unexplained miss fails the command, and so does a row known to be
// wrong that is matched all the same.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"kanzei/duty"
	"kanzei/ledger"
	"kanzei/schedule"
)

type options struct {
	oracle string
	law    string
	jp     bool
	show   string
	all    bool
	min    float64
}

var commands = map[string]struct {
	file string
	run  func(*duty.Engine, *options) error
}{
	"worked":    {"worked_examples.csv", worked},
	"peers":     {"peer_rates.csv", peers},
	"stacking":  {"stacking_formula_cases.csv", stacking},
	"aggregate": {"aggregate_rates.csv", aggregate},
	"collected": {collectedFile, collected},
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "score:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	name := "worked"
	if len(args) > 0 && args[0] != "" && args[0][0] != '-' {
		name, args = args[0], args[1:]
	}
	c, ok := commands[name]
	if !ok {
		return fmt.Errorf("%q is not worked, peers, stacking, aggregate or collected", name)
	}
	o := &options{}
	f := flag.NewFlagSet("score "+name, flag.ExitOnError)
	f.StringVar(&o.oracle, "oracle", "../shared/oracle", "folder with the answers of others")
	f.StringVar(&o.law, "law", "law", "folder with the law; the embedded edition if it does not exist")
	f.BoolVar(&o.jp, "jp", false, "only rows of Japan")
	f.StringVar(&o.show, "show", "", "only rows whose id (worked) or cause (peers) begins so, with all detail")
	f.BoolVar(&o.all, "all", false, "print every miss, the explained ones too")
	f.Float64Var(&o.min, "min", 0, "fail when fewer percent of the rows of grade A and B are right")
	if err := f.Parse(args); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(o.oracle, c.file)); errors.Is(err, fs.ErrNotExist) {
		fmt.Printf("score %s: skipped, %s is not here (-oracle names the folder)\n", name, filepath.Join(o.oracle, c.file))
		return nil
	}
	e, err := engine(o.law)
	if err != nil {
		return err
	}
	return c.run(e, o)
}

// engine reads the law of the working tree, so that a change is scored before
// it is compiled.
func engine(dir string) (*duty.Engine, error) {
	if _, err := os.Stat(dir); err != nil {
		return duty.Embedded()
	}
	l, err := ledger.Read(os.DirFS(dir))
	if err != nil {
		return nil, err
	}
	s, err := schedule.Load()
	if err != nil {
		return nil, err
	}
	return duty.New(l, s), nil
}
