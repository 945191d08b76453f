package ledger

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"kanzei"
)

// Coverage is the register of what the law held covers and what it does not.
type Coverage struct {
	Begins   kanzei.Day // the first day that can be asked about
	Horizon  kanzei.Day // the last day on which all sources were read
	Programs []Covered
	Editions []Covered // the schedule and other data, in the same form
	Gaps     []Gap
}

// Covered says what is held of one program.
type Covered struct {
	Program     string   `yaml:"program" json:"program"`
	Title       string   `yaml:"title" json:"title,omitempty"`
	Covers      string   `yaml:"covers" json:"covers"`
	Checked     string   `yaml:"checked" json:"checked,omitempty"`
	NotModelled []string `yaml:"not-modelled" json:"not_modelled,omitempty"`
}

// A Gap is a piece of law known to exist and not held, or held with a doubt.
type Gap struct {
	ID          string
	Program     string
	From, Until kanzei.Moment // entry moments; Until is Forever when open
	Products    []kanzei.ProductItem
	Origins     []kanzei.OriginItem
	Unsupported bool // no duty is given; else a caveat
	Say         string
	Where       string
}

func (c *Coverage) merge(d *Coverage) {
	if d.Begins != 0 {
		c.Begins = d.Begins
	}
	if d.Horizon != 0 {
		c.Horizon = d.Horizon
	}
	c.Programs = append(c.Programs, d.Programs...)
	c.Editions = append(c.Editions, d.Editions...)
	c.Gaps = append(c.Gaps, d.Gaps...)
}

// ParseCoverage reads a coverage register.
func ParseCoverage(file string, data []byte) (*Coverage, error) {
	var raw struct {
		Begins   string      `yaml:"begins"`
		Horizon  string      `yaml:"horizon"`
		Programs []Covered   `yaml:"programs"`
		Editions []Covered   `yaml:"editions"`
		Gaps     []yaml.Node `yaml:"gaps"`
	}
	p := &parser{file: file}
	dec, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithKnownFields())
	if err != nil {
		return nil, err
	}
	if err := dec.Load(&raw); err != nil {
		return nil, p.syntax(err)
	}
	c := &Coverage{Programs: raw.Programs, Editions: raw.Editions}
	if raw.Begins != "" {
		c.Begins = p.day(&yaml.Node{Kind: yaml.ScalarNode, Value: raw.Begins, Line: 1})
	}
	if raw.Horizon != "" {
		c.Horizon = p.day(&yaml.Node{Kind: yaml.ScalarNode, Value: raw.Horizon, Line: 1})
	}
	for i := range raw.Gaps {
		n := &raw.Gaps[i]
		g := Gap{Until: kanzei.Forever, Where: fmt.Sprintf("%s:%d", file, n.Line)}
		p.fields(n, func(key string, k, v *yaml.Node) bool {
			switch key {
			case "id":
				g.ID = p.text(v)
			case "program":
				g.Program = p.text(v)
			case "from":
				g.From = p.moment(v)
			case "until":
				g.Until = p.moment(v)
			case "origins":
				g.Origins = p.origins(v)
			case "products":
				g.Products = p.products(v)
			case "say":
				g.Say = strings.Join(strings.Fields(p.text(v)), " ")
			case "effect":
				switch p.text(v) {
				case "unsupported":
					g.Unsupported = true
				case "caveat":
				default:
					p.bad(v, "write caveat or unsupported", "unknown effect %q", v.Value)
				}
			default:
				return false
			}
			return true
		})
		if g.ID == "" || g.Say == "" {
			p.bad(n, "", "a gap needs an id and a say")
		}
		if g.Products == nil {
			g.Products = []kanzei.ProductItem{{All: true}}
		}
		if g.Origins == nil {
			g.Origins = []kanzei.OriginItem{{All: true}}
		}
		c.Gaps = append(c.Gaps, g)
	}
	if len(p.problems) > 0 {
		return nil, p.problems[0]
	}
	return c, nil
}
