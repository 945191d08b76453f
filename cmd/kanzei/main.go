// Kanzei answers which tariffs a country faces, what happens to them if nobody
// acts, what they cost, and what an entry owes and why.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	_ "time/tzdata" // the default day is Eastern on any machine

	"github.com/alecthomas/kong"

	"kanzei"
)

type cli struct {
	Brief    briefCmd    `cmd:"" help:"The folder for the negotiator: what a country faces, what comes by itself, what it costs."`
	Regime   regimeCmd   `cmd:"" help:"What is in force, what is suspended, what comes next and when."`
	Exposure exposureCmd `cmd:"" help:"What is hit and what it costs, by measure, chapter and product."`
	Duty     dutyCmd     `cmd:"" help:"What one entry owes, and why."`
	Rate     rateCmd     `cmd:"" help:"Rate a file of entries, CSV or Parquet, of any size."`
	Refund   refundCmd   `cmd:"" help:"What a file of entries has assessed, owes by law, and gets back."`
	Panel    panelCmd    `cmd:"" help:"Every line, origin and interval with its rates by program; average rates."`
	Impact   impactCmd   `cmd:"" help:"What a scenario does to every economy: real income, trade, prices, revenue, with ranges."`
	Talks    talksCmd    `cmd:"" help:"What to ask for, what it is worth to both sides, and what waiting costs."`
	Model    modelCmd    `cmd:"" help:"The world economy itself: worlds held, tariffs of one's own."`
	Sweep    sweepCmd    `cmd:"" help:"Thousands of equilibria, in shards that resume, on one machine or many."`
	Search   searchCmd   `cmd:"" help:"Find the line of the schedule."`
	Law      lawCmd      `cmd:"" help:"The ledger itself."`
	Read     readCmd     `cmd:"" help:"What a report or an order says of measures, beside the law."`
	Serve    serveCmd    `cmd:"" help:"The desk over HTTP: JSON API with OpenAPI, streams, the Model Context Protocol."`
	Data     dataCmd     `cmd:"" help:"The data embedded: editions, provenance, licences, and how to rebuild them."`
	MCP      mcpCmd      `cmd:"" name:"mcp" help:"The Model Context Protocol over standard input and output."`

	Folder  string           `name:"law" placeholder:"DIR" help:"Folder of instruments added to the law held; a whole tree of law, with a coverage register, takes its place."`
	Version kong.VersionFlag `help:"Print the version and exit."`
}

// env is what a command writes to, and the law it answers from.
type env struct {
	out, err io.Writer
	folder   string // of law, from --law; empty for the embedded edition alone
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, out, stderr io.Writer) (code int) {
	var c cli
	exited := -1
	k, err := kong.New(&c, kong.Name("kanzei"),
		kong.Description("Tariff law, duty, exposure and outlook; works offline."),
		kong.Writers(out, stderr), kong.Vars{"version": version()},
		kong.Exit(func(n int) { exited = n; panic(exitNow{}) }),
		kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}))
	if err != nil {
		fmt.Fprintln(stderr, "kanzei:", err)
		return 2
	}
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(exitNow); !ok {
				panic(r)
			}
			code = exited
		}
	}()
	ctx, err := k.Parse(joinNegative(args))
	if err != nil {
		report(stderr, err)
		return 2
	}
	if err := ctx.Run(&env{out, stderr, c.Folder}); err != nil {
		report(stderr, err)
		return 1
	}
	return 0
}

// joinNegative joins "--value -5" to "--value=-5", so that the value is judged
// as an amount and not as a flag.
func joinNegative(args []string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		if i+1 < len(args) && strings.HasPrefix(args[i], "--") && !strings.Contains(args[i], "=") && len(args[i+1]) > 1 && args[i+1][0] == '-' && args[i+1][1] >= '0' && args[i+1][1] <= '9' {
			out = append(out, args[i]+"="+args[i+1])
			i++
			continue
		}
		out = append(out, args[i])
	}
	return out
}

type exitNow struct{}

// report writes each problem on one line, with its hint on the next.
func report(w io.Writer, err error) {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			report(w, e)
		}
		return
	}
	var p *kanzei.Problem
	if errors.As(err, &p) {
		where := ""
		if p.Where != "" {
			where = p.Where + ": "
		}
		fmt.Fprintf(w, "kanzei: %s%s\n", where, p.Msg)
		if p.Hint != "" {
			fmt.Fprintf(w, "  hint: %s\n", p.Hint)
		}
		return
	}
	fmt.Fprintf(w, "kanzei: %v\n", err)
	if f := (*kanzei.Fault)(nil); errors.As(err, &f) {
		fmt.Fprintf(w, "  hint: this is a fault of the program; report it with what follows\n%s", f.Stack)
	}
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
