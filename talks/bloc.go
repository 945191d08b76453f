package talks

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"kanzei"
	"kanzei/model"
)

// CoalitionOptions steer [Desk.Coalitions]. The zero value stands for the
// defaults named.
type CoalitionOptions struct {
	Blocs []string // names, or codes with commas; nil: those held that the asker is in
	Deal  Deal     // with the giver, whose worth the bloc moves; default all measures on the asker's goods removed
	Rate  float64  // points of joint retaliation, a share; default 0.15

	Enumerate int // blocs of up to this many players are enumerated; default 8, at most MostPlayers
	Pairs     int // pairs of orders sampled for larger ones; default 6
}

// A Coalition is a bloc and what it does: no duties on goods among its members,
// everyone else's as on the day asked about. Changes are of real income against
// the law of that day.
type Coalition struct {
	Bloc
	Absent        []string      `json:"absent"`         // members that the world does not list
	DutyPct       float64       `json:"duty_among_pct"` // average duty that goes, base-year trade
	Values        []MemberValue `json:"values"`         // of each member
	TotalMUSD     float64       `json:"total_musd"`     // of all members
	GiverPct      float64       `json:"gain_giver_pct"` // of the other side of the talks
	GiverMUSD     float64       `json:"gain_giver_musd"`
	GiverLo       *float64      `json:"giver_lo"` // of gain_giver_pct
	GiverHi       *float64      `json:"giver_hi"`
	OthersMUSD    float64       `json:"others_musd"` // of all that are neither
	Stability     Stability     `json:"stability"`
	Retaliation   *JointWar     `json:"joint_retaliation"` // null for a bloc of one
	JointAsk      *JointAsk     `json:"joint_ask"`
	WalkAway      WalkAwayShift `json:"walk_away"`
	Closures      []BlocClosure `json:"other_closures"`
	ShapleyMethod string        `json:"shapley_method"` // exact or sampled
	Sets          int           `json:"sets"`           // of players, solved
	Closure       string        `json:"closure"`
	Draws         int           `json:"draws"`
	Status        string        `json:"status"`
	Residual      float64       `json:"residual"`
	Iterations    int           `json:"iterations"`
	Notes         []string      `json:"notes"`
}

// A MemberValue is what the bloc is worth to a member.
type MemberValue struct {
	Code     string   `json:"code"`
	Name     string   `json:"name"`
	GainPct  float64  `json:"gain_pct"`
	GainMUSD float64  `json:"gain_musd"`
	Lo       *float64 `json:"lo"` // of gain_pct
	Hi       *float64 `json:"hi"`
	// LeaveMUSD is what it would gain by leaving while the others stay together.
	LeaveMUSD float64 `json:"gain_from_leaving_musd"`
	// ShapleyMUSD is its Shapley value: its mean gain to a bloc that grows in
	// every order; ShapleyError the standard error if sampled.
	ShapleyMUSD  float64  `json:"shapley_musd"`
	ShapleyError *float64 `json:"shapley_error_musd"`
}

// Stability says who would rather not be in the bloc, and who would.
type Stability struct {
	Internal bool     `json:"internal"` // no member gains by leaving
	Leavers  []string `json:"leavers"`
	External bool     `json:"external"` // no outsider gains by joining that all members would have
	Joiners  []string `json:"joiners"`  // outsiders that gain by joining with no member losing
	Knocking []string `json:"knocking"` // outsiders that gain by joining while a member loses

	// Enumerated says that all groups of members were tried.
	Enumerated bool     `json:"groups_enumerated"`
	Breakaway  []string `json:"breakaway"` // the largest group all of whose members do better as a bloc of their own; empty: none, if enumerated
	// With transfers among members: whether the payoffs, and the Shapley values,
	// leave no group with less than it is worth alone, and what it lacks.
	CoreAsIs      *bool    `json:"payoffs_in_core"`
	CoreShapley   *bool    `json:"shapley_in_core"`
	Objectors     []string `json:"objectors"` // the group with most to object to the payoffs
	ObjectionMUSD *float64 `json:"objection_musd"`
}

// A JointWar is the members' retaliation, one by one and together.
type JointWar struct {
	RatePct     float64       `json:"rate_pct"`
	GiverAlone  float64       `json:"gain_giver_alone_pct"`  // if the asker, or the first member, retaliates alone
	GiverJoint  float64       `json:"gain_giver_joint_pct"`  // if all do
	GiverAnswer float64       `json:"gain_giver_answer_pct"` // if all do and the giver answers each point for point
	Members     []JointMember `json:"members"`
	// BestRatePct is the addition that is best for the members' real income
	// taken together, the giver standing still.
	BestRatePct  float64 `json:"best_joint_rate_pct"`
	BestSlope    float64 `json:"best_joint_slope"`
	BestMUSD     float64 `json:"best_joint_members_musd"`
	BestGiverPct float64 `json:"best_joint_giver_pct"`
}

// A JointMember is a member in joint retaliation, percent of its real income.
type JointMember struct {
	Code      string  `json:"code"`
	AlonePct  float64 `json:"alone_pct"`
	JointPct  float64 `json:"joint_pct"`
	AnswerPct float64 `json:"joint_answered_pct"`
}

// A JointAsk compares relief for the asker alone with relief for all members.
type JointAsk struct {
	AskerAloneMUSD float64 `json:"asker_alone_musd"`
	AskerJointMUSD float64 `json:"asker_joint_musd"`
	GiverAloneMUSD float64 `json:"giver_alone_musd"`
	GiverJointMUSD float64 `json:"giver_joint_musd"`
	MembersMUSD    float64 `json:"members_joint_musd"`
}

// A WalkAwayShift is how the bloc moves what both sides have without agreement,
// the law when the last pause known has run out, and the surplus of a deal over
// it.
type WalkAwayShift struct {
	Deal             string   `json:"deal"`
	AskerMUSD        float64  `json:"asker_musd"` // change of the reservation value
	Lo               *float64 `json:"lo"`
	Hi               *float64 `json:"hi"`
	GiverMUSD        float64  `json:"giver_musd"`
	GiverLo          *float64 `json:"giver_lo"`
	GiverHi          *float64 `json:"giver_hi"`
	SurplusAsker     float64  `json:"surplus_asker_musd"` // of the deal over walking away, without the bloc
	SurplusGiver     float64  `json:"surplus_giver_musd"`
	SurplusAskerBloc float64  `json:"surplus_asker_with_bloc_musd"` // the same with the bloc on both sides of the comparison
	SurplusGiverBloc float64  `json:"surplus_giver_with_bloc_musd"`
	InsteadAsker     float64  `json:"surplus_asker_bloc_instead_musd"` // of the deal without the bloc over walking away into the bloc
	InsteadGiver     float64  `json:"surplus_giver_bloc_instead_musd"`
}

// A BlocClosure is the bloc under another closure.
type BlocClosure struct {
	Closure   string  `json:"closure"`
	AskerPct  float64 `json:"asker_pct"`
	GiverPct  float64 `json:"gain_giver_pct"`
	TotalMUSD float64 `json:"total_musd"`
}

func (o *CoalitionOptions) check(d *Desk) error {
	if o.Rate == 0 {
		o.Rate = 0.15
	}
	if o.Enumerate == 0 {
		o.Enumerate = 8
	}
	if o.Pairs == 0 {
		o.Pairs = 6
	}
	if o.Deal.Tariffs == nil {
		o.Deal = d.relief()
	}
	bad := func(where, msg, hint string) error {
		return &kanzei.Problem{Code: "talks.bloc", Where: where, Msg: msg, Hint: hint}
	}
	switch {
	case !(o.Rate > 0 && o.Rate <= 10):
		return bad("--retaliation", fmt.Sprintf("a duty of %g", o.Rate), "write 0.15 for 15 percent, at most 10")
	case o.Enumerate < 1 || o.Enumerate > MostPlayers:
		return bad("--enumerate", fmt.Sprintf("%d players cannot be enumerated", o.Enumerate), fmt.Sprintf("at most %d", MostPlayers))
	case o.Pairs < 2:
		return bad("--orders", fmt.Sprintf("%d pairs of orders", o.Pairs), "two or more")
	}
	return nil
}

// Coalitions judges blocs. Bad names are a *kanzei.Problem.
func (d *Desk) Coalitions(ctx context.Context, o CoalitionOptions) ([]Coalition, error) {
	if err := o.check(d); err != nil {
		return nil, err
	}
	list, err := d.blocs(o.Blocs)
	if err != nil {
		return nil, err
	}
	w, err := d.war(WarOptions{Rate: o.Rate})
	if err != nil {
		return nil, err
	}
	lapse, err := d.Study.Tariffs(d.WalkAway)
	if err != nil {
		return nil, err
	}
	// As with packages, all other partners are where nobody acted on both sides
	// of the comparison; else the pause of theirs would count as worth of the deal.
	deal, err := o.Deal.Tariffs(ctx, d, d.WalkAway)
	if err != nil {
		return nil, err
	}
	// All blocs share the tables without them.
	shared, dealt := [][]float64{w.today, lapse}, [][]float64{w.today, deal}
	var studies []*blocStudy
	for k, b := range list {
		x := &blocStudy{d: d, o: &o, war: w, bloc: 2 + 2*k, dealt: 2 + k, out: Coalition{Bloc: b, Absent: []string{}, Closure: d.Question.Closures[0].String(), Draws: len(d.Draws), Status: "converged"}}
		absent := []string(nil)
		if x.members, absent, err = d.players(b); err != nil {
			return nil, err
		}
		x.out.Absent = append(x.out.Absent, absent...)
		studies = append(studies, x)
		shared = append(shared, d.united(w.today, x.members), d.united(lapse, x.members))
		dealt = append(dealt, d.united(deal, x.members))
	}
	t, err := d.tabulate(ctx, d.views(false), shared...)
	if err != nil {
		return nil, err
	}
	// The deal is judged at the world's own elasticities.
	td, err := d.tabulate(ctx, d.views(false)[:1], dealt...)
	if err != nil {
		return nil, err
	}
	out := []Coalition{}
	for _, x := range studies {
		if err := x.run(ctx, t, td); err != nil {
			return nil, err
		}
		out = append(out, x.out)
	}
	return out, nil
}

func (d *Desk) blocs(names []string) ([]Bloc, error) {
	if names == nil {
		all, err := Blocs()
		if err != nil {
			return nil, err
		}
		return slices.DeleteFunc(slices.Clone(all), func(b Bloc) bool {
			return !slices.ContainsFunc(b.Members, func(m BlocMember) bool {
				return m.Code == d.Origin.String() || m.Code == "EU" && slices.Contains(d.union(), d.Asker)
			})
		}), nil
	}
	var out []Bloc
	for _, name := range names {
		b, err := FindBloc(name)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// A blocStudy computes one coalition.
type blocStudy struct {
	d           *Desk
	o           *CoalitionOptions
	war         *war
	bloc, dealt int // its places in the tables of all blocs
	members     []player
	income      []float64 // [N] million USD a year on the day asked about
	today       []float64 // [N] real income, hats
	sets        map[Set][]float64
	near        *model.Result // of the bloc, from which its neighbours are found
	out         Coalition
}

// run reads the bloc off the tables: today, lapse, and for each bloc today with
// it and lapse with it; and of the deal: today, the deal, and it with each bloc.
func (x *blocStudy) run(ctx context.Context, t, dealt *tabled) (err error) {
	d := x.d
	today, bloc := x.war.today, d.united(x.war.today, x.members)
	x.today, x.income = t.real[0][0], t.income[0]
	if x.near, err = d.Equilibrium(ctx, bloc, d.Question.Closures[0], Central); err != nil {
		return err
	}
	x.out.Residual, x.out.Iterations = t.residual, t.iterations
	x.out.DutyPct = x.dutyAmong(today)
	lead := d.Question.Closures[0]
	in := make([]bool, d.World.N)
	gains := func(v int, p player) (pct, musd float64) {
		return x.gain(t.real[v][x.bloc], t.real[v][0], t.income[v], p)
	}
	for _, m := range x.members {
		v := MemberValue{Code: m.code, Name: m.name}
		v.GainPct, v.GainMUSD = gains(0, m)
		v.Lo, v.Hi = t.span(lead, func(v int) float64 { p, _ := gains(v, m); return p })
		x.out.TotalMUSD += v.GainMUSD
		v.GainPct, v.GainMUSD = tidy(v.GainPct), tidy(v.GainMUSD)
		x.out.Values = append(x.out.Values, v)
		for _, n := range m.economies {
			in[n] = true
		}
	}
	x.out.TotalMUSD = tidy(x.out.TotalMUSD)
	for n := range in {
		if !in[n] && n != d.Giver {
			x.out.OthersMUSD += t.musd(0, x.bloc, n)
		}
	}
	x.out.OthersMUSD = tidy(x.out.OthersMUSD)
	x.out.GiverPct, x.out.GiverMUSD = tidy(t.pct(0, x.bloc, d.Giver)), tidy(t.musd(0, x.bloc, d.Giver))
	x.out.GiverLo, x.out.GiverHi = t.span(lead, func(v int) float64 { return t.pct(v, x.bloc, d.Giver) })
	for _, c := range d.Question.Closures[1:] {
		v := t.central(c)
		bc := BlocClosure{Closure: c.String(), AskerPct: tidy(t.pct(v, x.bloc, d.Asker)), GiverPct: tidy(t.pct(v, x.bloc, d.Giver))}
		for _, m := range x.members {
			_, musd := gains(v, m)
			bc.TotalMUSD += musd
		}
		bc.TotalMUSD = tidy(bc.TotalMUSD)
		x.out.Closures = append(x.out.Closures, bc)
	}
	x.walkAway(t, dealt)
	if err := x.stability(ctx); err != nil {
		return err
	}
	if err := x.together(ctx); err != nil {
		return err
	}
	x.notes()
	return nil
}

// gain is the change of a player's real income; of several economies, that of
// their sum.
func (x *blocStudy) gain(now, before, income []float64, p player) (pct, musd float64) {
	all := 0.0
	for _, n := range p.economies {
		if now[n] != before[n] {
			musd += (now[n]/before[n] - 1) * income[n]
		}
		all += income[n]
	}
	return 100 * musd / all, musd
}

// dutyAmong is the average duty on goods that members sell each other.
func (x *blocStudy) dutyAmong(table []float64) float64 {
	w := x.d.World
	num, den := 0.0, 0.0
	x.d.pairs(x.members, func(importer, exporter int) {
		for j, s := range w.Sectors {
			if c := w.Cell(j, importer, exporter); s.Goods {
				v := w.Flow[c] / w.Tariff[c]
				num += v * (table[c] - 1)
				den += v
			}
		}
	})
	if den == 0 {
		return 0
	}
	return tidy(100 * num / den)
}

// walkAway reads what the bloc does to the lapse, and the surplus of the deal.
func (x *blocStudy) walkAway(t, dealt *tabled) {
	d, with := x.d, x.bloc+1
	lead := d.Question.Closures[0]
	shift := func(n int) func(v int) float64 {
		return func(v int) float64 { return t.musd(v, with, n) - t.musd(v, 1, n) }
	}
	over := func(deal, lapse, n int) float64 { return tidy(dealt.musd(0, deal, n) - t.musd(0, lapse, n)) }
	s := &x.out.WalkAway
	s.Deal = x.o.Deal.Name
	s.AskerMUSD, s.GiverMUSD = tidy(shift(d.Asker)(0)), tidy(shift(d.Giver)(0))
	s.Lo, s.Hi = t.span(lead, shift(d.Asker))
	s.GiverLo, s.GiverHi = t.span(lead, shift(d.Giver))
	s.SurplusAsker, s.SurplusGiver = over(1, 1, d.Asker), over(1, 1, d.Giver)
	s.SurplusAskerBloc, s.SurplusGiverBloc = over(x.dealt, with, d.Asker), over(x.dealt, with, d.Giver)
	s.InsteadAsker, s.InsteadGiver = over(1, with, d.Asker), over(1, with, d.Giver)
}

// reals finds real incomes, [N] hats, under n tables that are built one at a
// time, at the leading closure and the world's own elasticities, each from a
// start.
func (x *blocStudy) reals(ctx context.Context, n int, start *model.Result, table func(i int) []float64) ([][]float64, error) {
	out := make([][]float64, n)
	type work struct {
		residual   float64
		iterations int
	}
	reports := make([]work, n)
	err := x.d.Each(ctx, n, func(i int) error {
		r, err := x.d.equilibrium(ctx, table(i), x.d.Question.Closures[0], Central, start)
		if err != nil {
			return err
		}
		out[i] = slices.Clone(r.RealIncome)
		reports[i] = work{r.Report.Residual, r.Report.Iterations}
		return nil
	})
	for _, r := range reports {
		x.out.Residual, x.out.Iterations = max(x.out.Residual, r.residual), max(x.out.Iterations, r.iterations)
	}
	return out, err
}

// solveSets finds the real incomes when each set of members is a bloc.
func (x *blocStudy) solveSets(ctx context.Context, sets []Set) error {
	var todo []Set
	for _, s := range sets {
		if _, ok := x.sets[s]; ok {
			continue
		}
		if x.sets[s] = x.today; s.Len() > 1 { // a bloc of one changes nothing
			todo = append(todo, s)
		}
	}
	found, err := x.reals(ctx, len(todo), x.near, func(i int) []float64 { return x.d.united(x.war.today, x.of(todo[i])) })
	for i, s := range todo {
		x.sets[s] = found[i]
	}
	return err
}

// of are the players of a set.
func (x *blocStudy) of(s Set) []player {
	var out []player
	for i, m := range x.members {
		if s.has(i) {
			out = append(out, m)
		}
	}
	return out
}

// payoff is what a member gains when a set is a bloc, million USD a year.
func (x *blocStudy) payoff(s Set, i int) float64 {
	_, musd := x.gain(x.sets[s], x.today, x.income, x.members[i])
	return musd
}

// worth is what the members of a set gain together when the set is a bloc and
// all others stand alone.
func (x *blocStudy) worth(s Set) float64 {
	sum := 0.0
	for i := range x.members {
		if s.has(i) {
			sum += x.payoff(s, i)
		}
	}
	return sum
}

func (x *blocStudy) codes(s Set) []string {
	out := []string{}
	for _, m := range x.of(s) {
		out = append(out, m.code)
	}
	return out
}

// stability tries every set of members, or samples, and every single change.
func (x *blocStudy) stability(ctx context.Context) error {
	n := len(x.members)
	all := Set(1)<<n - 1
	x.sets = map[Set][]float64{}
	var sets []Set
	exact := n <= x.o.Enumerate
	if exact {
		for s := Set(0); s <= all; s++ {
			sets = append(sets, s)
		}
	} else {
		sets = sampledSets(n, x.o.Pairs, x.d.Question.Seed)
		for i := range n {
			sets = append(sets, all&^(1<<i))
		}
	}
	if err := x.solveSets(ctx, sets); err != nil {
		return err
	}
	x.out.Sets = len(x.sets)
	st := &x.out.Stability
	st.Leavers, st.Joiners, st.Knocking, st.Breakaway, st.Objectors = []string{}, []string{}, []string{}, []string{}, []string{}
	for i, m := range x.members {
		leave := x.payoff(all&^(1<<i), i) - x.payoff(all, i)
		x.out.Values[i].LeaveMUSD = tidy(leave)
		if leave > x.slack() {
			st.Leavers = append(st.Leavers, m.code)
		}
	}
	st.Internal = len(st.Leavers) == 0
	var phi, se []float64
	var err error
	if exact {
		x.out.ShapleyMethod = "exact"
		worth := make([]float64, 1<<n)
		payoff := make([]float64, n)
		for s := range worth {
			worth[s] = x.worth(Set(s))
		}
		for i := range payoff {
			payoff[i] = x.payoff(all, i)
		}
		if phi, err = Shapley(worth); err != nil {
			return err
		}
		x.core(worth, payoff, phi)
	} else {
		x.out.ShapleyMethod = fmt.Sprintf("sampled, %d pairs of orders", x.o.Pairs)
		phi, se, err = SampledShapley(n, x.o.Pairs, x.d.Question.Seed, func(s Set) (float64, error) { return x.worth(s), nil })
		if err != nil {
			return err
		}
	}
	for i := range phi {
		x.out.Values[i].ShapleyMUSD = tidy(phi[i])
		if se != nil {
			e := tidy(se[i])
			x.out.Values[i].ShapleyError = &e
		}
	}
	return x.joiners(ctx, all)
}

// slack is the change of real income below which nobody moves: a
// hundred-millionth of the bloc's income, above what solves leave open.
func (x *blocStudy) slack() float64 {
	sum := 0.0
	for _, m := range x.members {
		for _, n := range m.economies {
			sum += x.income[n]
		}
	}
	return 1e-8 * sum
}

// core looks for groups that would break away, without and with transfers.
func (x *blocStudy) core(worth, payoff, phi []float64) {
	st := &x.out.Stability
	st.Enumerated = true
	n, all := len(payoff), Set(len(worth)-1)
	most := 0
	for s := Set(1); s < all; s++ {
		if s.Len() <= most {
			continue
		}
		better := true
		for i := range n {
			if s.has(i) && x.payoff(s, i)-payoff[i] <= x.slack() {
				better = false
				break
			}
		}
		if better {
			most, st.Breakaway = s.Len(), x.codes(s)
		}
	}
	set, excess, err := Objection(worth, payoff)
	_, shapleys, err2 := Objection(worth, phi)
	if err != nil || err2 != nil {
		return // cannot be: the sizes are those of the game
	}
	asIs, fair := excess <= x.slack(), shapleys <= x.slack()
	e := tidy(max(0, excess))
	st.CoreAsIs, st.CoreShapley, st.ObjectionMUSD = &asIs, &fair, &e
	if !asIs {
		st.Objectors = x.codes(set)
	}
}

// joiners tries every outsider as one more member.
func (x *blocStudy) joiners(ctx context.Context, all Set) error {
	outside := x.d.outsiders(x.members)
	found, err := x.reals(ctx, len(outside), x.near, func(i int) []float64 {
		return x.d.united(x.war.today, append(slices.Clone(x.members), outside[i]))
	})
	if err != nil {
		return err
	}
	st := &x.out.Stability
	for k, p := range outside {
		_, in := x.gain(found[k], x.today, x.income, p)
		_, out := x.gain(x.sets[all], x.today, x.income, p)
		if in-out <= x.slack() {
			continue
		}
		welcome := true
		for i, m := range x.members {
			_, with := x.gain(found[k], x.today, x.income, m)
			welcome = welcome && with-x.payoff(all, i) >= -x.slack()
		}
		if welcome {
			st.Joiners = append(st.Joiners, p.code)
		} else {
			st.Knocking = append(st.Knocking, p.code)
		}
	}
	st.External = len(st.Joiners) == 0
	return nil
}

// together computes joint retaliation and joint asks.
func (x *blocStudy) together(ctx context.Context) error {
	n := len(x.members)
	if n < 2 {
		return nil
	}
	d, today, none := x.d, x.war.today, x.war.none
	hit := func(t []float64, p player) { x.levy(t, p, x.o.Rate, false) }
	asker := slices.IndexFunc(x.members, func(p player) bool { return slices.Contains(p.economies, d.Asker) })
	// Tables: each member alone; all; all answered; relief for the asker alone;
	// relief for all.
	start, err := d.nearby(ctx, d.Question.Closures[0], Central)
	if err != nil {
		return err
	}
	found, err := x.reals(ctx, n+4, start, func(i int) []float64 {
		t := slices.Clone(today)
		switch {
		case i < n:
			hit(t, x.members[i])
		case i < n+2:
			for _, m := range x.members {
				x.levy(t, m, x.o.Rate, i == n+1)
			}
		case i == n+2:
			return d.onlyOurs(today, none)
		default:
			for _, m := range x.members {
				x.relieve(t, none, m)
			}
		}
		return t
	})
	if err != nil {
		return err
	}
	giver := player{economies: []int{d.Giver}}
	pct := func(k int, p player) float64 { v, _ := x.gain(found[k], x.today, x.income, p); return tidy(v) }
	musd := func(k int, p player) float64 { _, v := x.gain(found[k], x.today, x.income, p); return tidy(v) }
	j := &JointWar{RatePct: tidy(100 * x.o.Rate), GiverAlone: pct(max(asker, 0), giver), GiverJoint: pct(n, giver), GiverAnswer: pct(n+1, giver)}
	for i, m := range x.members {
		j.Members = append(j.Members, JointMember{m.code, pct(i, m), pct(n, m), pct(n+1, m)})
	}
	us := player{economies: []int{d.Asker}}
	a := &JointAsk{AskerAloneMUSD: musd(n+2, us), AskerJointMUSD: musd(n+3, us), GiverAloneMUSD: musd(n+2, giver), GiverJointMUSD: musd(n+3, giver)}
	for _, m := range x.members {
		a.MembersMUSD += musd(n+3, m)
	}
	a.MembersMUSD = tidy(a.MembersMUSD)
	x.out.Retaliation, x.out.JointAsk = j, a
	return x.bestJoint(ctx, j)
}

// levy adds points to a player's duties on the giver's goods, and if answered
// the same to the giver's on the player's.
func (x *blocStudy) levy(t []float64, p player, points float64, answered bool) {
	w := x.d.World
	for _, n := range p.economies {
		for j, s := range w.Sectors {
			if s.Goods {
				t[w.Cell(j, n, x.d.Giver)] += points
				if answered {
					t[w.Cell(j, x.d.Giver, n)] += points
				}
			}
		}
	}
}

// relieve takes the giver's measures off a player's goods.
func (x *blocStudy) relieve(t, none []float64, p player) {
	w := x.d.World
	for _, n := range p.economies {
		for j := range w.Sectors {
			c := w.Cell(j, x.d.Giver, n)
			t[c] = none[c]
		}
	}
}

// bestJoint searches for the uniform addition that is best for the members
// taken together: the sum of their incomes times ln real income.
func (x *blocStudy) bestJoint(ctx context.Context, j *JointWar) error {
	d := x.d
	u := d.duel(view{d.Question.Closures[0], Central}, x.war.today)
	weight := make([]float64, d.World.N)
	total := 0.0
	one := lever{hi: x.war.o.MaxRate}
	for _, m := range x.members {
		for _, n := range m.economies {
			weight[n] = x.income[n]
			total += x.income[n]
		}
	}
	for n := range weight {
		if weight[n] /= total; weight[n] == 0 {
			continue
		}
		for _, l := range u.levers(n, d.Giver, x.war.today, false, 0, one.hi) {
			one.cells, one.base = append(one.cells, l.cells...), append(one.base, l.base...)
			one.scale += weight[n] * l.scale * l.scale
		}
	}
	one.scale = math.Sqrt(one.scale)
	at := []float64{0}
	rep, err := u.best(ctx, weight, []lever{one}, at, duelTol)
	if err != nil {
		return err
	}
	j.BestRatePct, j.BestSlope = tidy(100*at[0]), rep.Residual
	for _, m := range x.members {
		_, v := x.gain(u.last.RealIncome, x.today, x.income, m)
		j.BestMUSD += v
	}
	j.BestMUSD = tidy(j.BestMUSD)
	p, _ := x.gain(u.last.RealIncome, x.today, x.income, player{economies: []int{d.Giver}})
	j.BestGiverPct = tidy(p)
	return nil
}

func (x *blocStudy) notes() {
	add := func(format string, args ...any) { x.out.Notes = append(x.out.Notes, fmt.Sprintf(format, args...)) }
	add("no duties on any goods among members, which leaves no sensitive list and no rule of origin; nothing changes for services and other barriers")
	add("duties of the base year: applied averages by sector, preferences included as the data edition has them")
	add("worth of a group: what its members gain together as the only bloc, all others standing alone; no side payments unless said")
	if len(x.out.Absent) > 0 {
		add("not an economy of world %s: %s", x.d.World.Name, strings.Join(x.out.Absent, ", "))
	}
	if !x.out.Stability.Enumerated {
		add("%d players: groups are not enumerated, so breaking away is tried for single members only; Shapley values are %s", len(x.members), x.out.ShapleyMethod)
	}
}
