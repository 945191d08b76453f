package impact

// A Published is an estimate of others for Japan, as read in public.
type Published struct {
	House    string  `json:"house"`
	Date     string  `json:"date"`
	Figure   string  `json:"figure"`
	Low      float64 `json:"low_pct"`
	High     float64 `json:"high_pct"`
	Of       string  `json:"of"`
	Scenario string  `json:"scenario"`
	Closure  string  `json:"closure"` // what is held fixed, as far as the source says
	Beside   string  `json:"beside"`  // the row of the founding case it is nearest to
	Source   string  `json:"source"`
}

// published are the estimates of the project's sources (LAW.md, disagreement
// 24; PEERS.md, JETRO and houses), with scenario and date as the pages cited
// have them. Where a page does not say what is held fixed, Closure says so.
var published = []Published{
	{House: "IDE-JETRO, IDE-GSM", Date: "2025-04-21", Figure: "+0.2", Low: 0.2, High: 0.2, Of: "GDP of 2027 against the old tariffs kept",
		Scenario: "the rates of 2 April for all countries (Japan 24 %), cars 25 %; United States -5.2, Thailand -0.5",
		Closure:  "a general equilibrium model of spatial economics; what happens to trade balances is not stated",
		Beside:   "a+b", Source: "Yomiuri Shimbun, 21 April 2025, news.biglobe.ne.jp/economy/0421/ym_250421_6150926176.html"},
	{House: "Nomura Research Institute", Date: "2025-04-03", Figure: "-0.71 to -0.76", Low: -0.76, High: -0.71, Of: "GDP over a short time such as one year",
		Scenario: "24 % on Japan and 25 % on cars (24 % alone: -0.59)",
		Closure:  "not stated; a short-run figure",
		Beside:   "a+b", Source: "NRI, 3 April 2025, nri.com/en/media/column/nri_finsights/20250403.html"},
	{House: "Daiwa Institute of Research", Date: "2025-04-28", Figure: "-0.9, with the paused rates -2.2", Low: -2.2, High: -0.9, Of: "real GDP, at most; demand that leaves Chinese goods for Japan's would give back up to 0.3 (so -0.6), duties by product take another 0.5",
		Scenario: "duties by country on all countries as they stood, then with the paused rates",
		Closure:  "not stated; diversion of trade is counted apart",
		Beside:   "a; a+b", Source: "DIR, 28 April 2025, dir.co.jp/english/research/report/jmonthly/20250428_025069.html"},
	{House: "Nomura Research Institute", Date: "2025-07-08", Figure: "-0.85", Low: -0.85, High: -0.85, Of: "GDP in about a year",
		Scenario: "the 25 % announced for 1 August, and the duties in force",
		Closure:  "not stated; a short-run figure",
		Beside:   "a+b", Source: "Kyodo, July 2025, test.daily8.com/en/article/5479d5220b13aa0b52e5096c94b92a03"},
	{House: "Nomura Research Institute", Date: "2025-07", Figure: "-0.55", Low: -0.55, High: -0.55, Of: "GDP over the coming year",
		Scenario: "the deal: 15 %, cars included",
		Closure:  "not stated; a short-run figure",
		Beside:   "a+d", Source: "NHK, July 2025, daily8.com/en/article/fe76b1fd6b90aed726742776c03c2f1c"},
	{House: "Daiwa Institute of Research", Date: "2025-07", Figure: "-1.1 in 2025, -3.2 in 2029", Low: -3.2, High: -1.1, Of: "real GDP",
		Scenario: "the tariffs after the deal",
		Closure:  "not stated; the loss grows with the years",
		Beside:   "a+d", Source: "NHK, July 2025, daily8.com/en/article/fe76b1fd6b90aed726742776c03c2f1c"},
}

// why says why estimates differ, as far as their texts allow.
const why = "The houses that find losses of half a percent and more give GDP of a year or a few, and count lost exports as lost output; where demand moves from Chinese to Japanese goods they count it apart or not at all. " +
	"IDE-GSM and the figures here are general equilibria: wages and prices adjust until every market clears, resources move to other sectors and buyers, and diversion from China is inside the figure. " +
	"What is left is the change of the terms of trade, which is an order of magnitude less; its sign hangs on how much less Japan pays than its rivals (row c, none of them, is what Japan would gain), " +
	"on whether China's rates of the day are counted, and on the closure: with trade balances that must hold, a fall in exports forces a fall in imports. " +
	"IDE-GSM lets firms and people move and compares 2027 with the tariffs of before, which adds to what Japan wins from its rivals."
