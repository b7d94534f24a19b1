package templates

import (
	"bytes"
	"math"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
)

func page(nav string, instructor bool) Page {
	return Page{
		AssetBase: "/static/h/", Title: "Test", Nav: nav, Target: "checker", TargetKind: "lab",
		Status: "running", Instructor: instructor, Query: "?target=checker",
		Targets: []TargetLink{
			{ID: "checker", Href: "/?target=checker", Current: true, Status: "running", Word: "churn", Tone: "sound"},
			{ID: "10.0.0.7:6060", Href: "/?target=10.0.0.7%3A6060", Status: "backing-off", Word: "leak", Tone: "fault"},
		},
	}
}

func fleetView(instructor bool) FleetView {
	return FleetView{
		Page: page("fleet", instructor), Tone: "fault", Lead: "1 of 2 processes has a fault.", Over: "3 more were found.", Shard: "This observer has shard 2/10.",
		Sites: []FleetSite{{Function: "main.remember", Where: "main.go:12", On: "1 of 2", Grows: "+3 MB/h",
			Processes: []Link{{Text: "10.0.0.7:6060", Href: "/?target=10.0.0.7%3A6060"}}, More: "and 4 more"}},
		Columns: []FleetColumn{{Text: "process"}, {Text: "verdict", Href: "/fleet?sort=verdict", Sorted: true}, {Text: "floor", Number: true}},
		Rows: []FleetRow{{ID: "10.0.0.7:6060", Href: "/", Labels: "env prod", Note: "Not sent the secret.", Status: "running", Word: "leak", Tone: "fault", Spark: "M0 0L1 1",
			SparkSays: "floor over 15 minutes: from 1 MB to 2 MB", Floor: "2 MB", Slope: "+3 MB/h", Restarts: "1"}},
		Builds:  []FleetBuild{{Build: "a", Instances: "1", Faults: "1"}, {Build: "b", Instances: "1", Faults: "0"}},
		Sources: []FleetSource{{Name: "file fleet.json", Services: "2", Says: "not JSON", Failed: true}},
		Checkers: &FleetCheckers{Title: "Checkers", Says: "order 4: list-scan", Trouble: "Redis cannot be asked.",
			Strategies: []FleetStrategy{{"list-scan", true}}, Rows: []FleetMember{{ID: "m1", Name: "host:8080", Strategy: "list-scan", Generation: "4", Word: "up to date", Tone: "sound", Seen: "2 s ago"}}},
	}
}

func liveView(instructor bool) LiveView {
	return LiveView{
		Page:     page("live", instructor),
		Headline: Headline{Asks: instructor, Strip: "set-per-request · 100 req/s", Aside: "Read at 14:04:44", Sentence: []Span{{Text: "set-per-request · 100 req/s"}}, Figures: []HeadFigure{{Label: "live after GC", Column: "floor"}}},
		Strategy: "set-per-request", Served: true, Other: Link{"Large view", "/?view=room"},
		Figures: map[string]Figure{"rss": {"15.0", "MB"}},
		Marks:   []MarkRow{{ID: "7", Time: "14:04:44", Kind: "snapshot", Snapshot: "23", By: "lab"}},
		Controls: &Controls{RPS: "100", Redis: "up", OwnRedis: true, Faults: []FaultField{{"sql_latency_ms", "SQL latency, ms", "0", "0", "600000"}}, Strategies: []StrategyCard{
			{Name: "set-per-request"}, {Name: "list-scan", Current: true}, {Name: "unclosed-rows", Reason: "needs SQL"},
		}},
		Cost: []Cost{{"observer", "1.2 %", "CPU"}},
		Scoreboard: &Scoreboard{
			Columns: []ScoreColumn{{"active", "active"}, {"verdict", "verdict"}}, CSV: "/api/v1/scoreboard.csv?target=checker",
			Rows:    []ScoreRow{{Strategy: "list-scan", Current: true, Cells: []ScoreCell{{"3 min", ""}, {"churn", "sound"}}}},
			Choices: []string{"set-per-request", "list-scan"},
			Trials: []TrialView{{
				ID: "1", A: "set-per-request", B: "list-scan", Headline: "list-scan allocates half.",
				Lines: []TrialLine{{"allocated per request", "1.7 MB", "0.9 MB", "0.5 times", "shrank"}},
			}},
		},
	}
}

func holdersView() HoldersView {
	return HoldersView{
		Page: page("holders", true), ID: "2", Headline: Headline{Sentence: []Span{{Text: "What newRiskySet allocates is kept by the global auditLog."}}},
		Graphs: []Choice{{"2 · 14:04:44", "/holders/2", true}, {"1 · 14:04:34", "/holders/1", false}},
		Chain: []ChainStep{
			{Kind: "root", Name: "strategy.auditLog", FullName: "example.com/strategy.auditLog", Lines: []string{"retains 113 MB"}},
			{Via: ".entries", Kind: "9.7 kB", Name: "[]strategy.auditEntry", Lines: []string{"retains 113 MB"}},
		},
		RowsTitle: "Holders", SampledTitle: "sampled", AllHref: "/holders/2",
		Rows:      []HolderRow{{Name: "strategy.auditLog", Kind: "global variable", Href: "/holders/2?holder=7", Current: true, Retains: "113 MB", Share: 0.98, Entries: "412"}},
		TreeTitle: "What would be freed with it", TreeMore: "1 of 2 are shown.", Keep: []Link{{"site", "^x$"}},
		Tree:   []TreeNode{{Node: "8", Name: "[]strategy.auditEntry", Aside: ".entries", Href: "/holders/2?node=8", Retains: "113 MB", Share: 0.98, Bytes: "9.7 kB"}},
		Before: Link{"1", "/holders/1"}, ChangesNote: "10 s before",
		Changes: []HolderChange{{Name: "strategy.auditLog", Kind: "global", Holds: "113 MB", Change: "+39 MB", Tone: "grew", Entries: "120 → 412"}},
		Notes:   []string{"Only sizes and pointers left the process."},
	}
}

func roomView(instructor bool) RoomView {
	v := RoomView{
		Page: page("room", instructor), Here: "2", Members: "3", Presenter: "Ada",
		Lessons: []RoomLesson{{"Identify the leak", []RoomStepRow{{"The pattern", "/learn/identify-the-leak#the-pattern", "2", "1", true, "14:04:44"}}}},
	}
	if instructor {
		v.People = []RoomPerson{{"<b>Eve</b>", "The pattern", "1", true}, {"Someone", "", "0", false}}
		v.Invite = &Invite{"http://10.0.0.7:7080/?token=secret", "M0 0h1v1h-1z", "29"}
	}
	return v
}

// lessonView has one step, which is open.
func lessonView(instructor, blind bool) LessonView {
	return LessonView{
		Other: Link{"Large view", "/learn/a?view=room"},
		Page:  page("learn", instructor), ID: "identify-the-leak", Title: "Identify the leak", Blind: blind,
		Steps: []LessonStep{{
			ID: "the-pattern", Title: "The pattern", Prose: "<p>Look.</p>", Said: "<p>A leak.</p>", Measured: `<p><b data-figure="floor">2 MB</b></p>`,
			Questions: []LessonQuestion{{Text: "Which?", Choices: []string{"a", "b"}, Answer: "b"}, {Text: "How many?", Answer: "6 000", Figure: "sets_per_minute"}},
			Excerpts:  []Source{{Title: "riskyset.go newRiskySet", Lines: []SourceLine{{Number: "7", Text: "func"}}}}, Do: []string{"Load 100/s", "Force GC"},
		}},
	}
}

func snapshotsView(instructor bool) SnapshotsView {
	return SnapshotsView{Page: page("snapshots", instructor), Rows: []SnapshotRow{
		{ID: "23", Time: "14:04:44", UnixMilli: 2000, Reason: "limit-95", Label: "after", Pinned: true},
		{ID: "17", Time: "14:01:34", UnixMilli: 1000, Reason: "novel-reason"},
	}}
}

func diffView() DiffView {
	return DiffView{
		Page:     page("diff", false),
		Base:     SnapshotRef{ID: "17", Time: "14:01:34"},
		Head:     SnapshotRef{ID: "23", Time: "14:04:44"},
		Headline: Headline{Sentence: []Span{{"newRiskySet", true}, {" grew.", false}}},
		Samples:  []Choice{{"Alive, bytes", "?sample=inuse_space", true}, {"Alive, objects", "?sample=inuse_objects", false}},
		Change:   "alive, change", Other: "allocated",
		Sites: []Site{
			{
				Function: "example.com/a/b.grow", Place: "b/grow.go:4", Moved: "grew", Source: "source-1",
				Change: Cell{Text: "+110 MB", Sort: 110}, Interval: &Interval{0.7, 0.8, 0.9, "99 to 121"}, KeptShare: 0.9,
			},
			{
				Function: "main.noise", Moved: "same", KeptShare: -1,
				Change: Cell{Text: "+0.4 MB", Sort: 0.4}, PerSecond: Cell{Text: "noise", Sort: math.NaN(), Dim: true},
				Interval: &Interval{0.1, 0.2, 0.3, "may be nothing"},
			},
			{Function: "main.unsampled", Moved: "same", KeptShare: -1},
		},
		Sources:  []Source{{ID: "source-1", Title: "b/grow.go", Lines: []SourceLine{{Number: "4", Text: "\tmake()", Figure: "63 MB", Share: 1}}}},
		Commands: []string{"leakline diff 17.pb.gz 23.pb.gz"},
		Profiles: []Link{{"17.pb.gz", "/api/v1/snapshots/17/profile.pb.gz"}},
		Warnings: []string{"No GC before the base."},
	}
}

// everyPage renders each page in each of its designed states.
func everyPage() map[string]templ.Component {
	emptyDiff := diffView()
	emptyDiff.Sites, emptyDiff.Sources = nil, nil
	down := liveView(true)
	down.Page.Status, down.Note = "halted", &Note{Tone: "fault", Lead: "Stopped after six exits.", Resume: true}
	anonymous := page("", false)
	anonymous.Anonymous = true
	refs := []SnapshotRef{{ID: "17"}, {ID: "23"}}
	return map[string]templ.Component{
		"holders":           Holders(holdersView()),
		"holders, none":     HoldersEmpty(HoldersEmptyView{Page: page("holders", true), Text: "None yet.", Possible: true, Graphs: []Link{{"heap graph 1", "/holders/1"}}}),
		"live":              Live(liveView(true)),
		"live, viewer":      Live(liveView(false)),
		"live, halted":      Live(down),
		"learn":             Learn(LearnView{Page: page("learn", false), Lessons: []LessonRow{{"/learn/a", "Identify the leak", "Tell it.", "25 min"}}}),
		"lesson":            LessonPage(lessonView(true, false)),
		"lesson, viewer":    LessonPage(lessonView(false, false)),
		"lesson, blind":     LessonPage(lessonView(true, true)),
		"fleet":             Fleet(fleetView(true)),
		"fleet, viewer":     Fleet(fleetView(false)),
		"fleet, empty":      Fleet(FleetView{Page: page("fleet", true), Lead: "No process is watched yet.", Empty: "None."}),
		"room":              Room(roomView(true)),
		"room, viewer":      Room(roomView(false)),
		"room, empty":       Room(RoomView{Page: page("room", true), Here: "0", Members: "0"}),
		"snapshots":         Snapshots(snapshotsView(true)),
		"snapshots, viewer": Snapshots(snapshotsView(false)),
		"snapshots, empty":  Snapshots(SnapshotsView{Page: page("snapshots", true)}),
		"diff":              Diff(diffView()),
		"diff, empty":       Diff(emptyDiff),
		"diff, pick":        DiffPick(DiffPickView{Page: page("diff", false), Snapshots: refs, Message: "There is no snapshot 99."}),
		"diff, too few":     DiffPick(DiffPickView{Page: page("diff", false)}),
		"error":             Error(ErrorView{Page: page("", false), Status: "404", Found: "There is no snapshot 99.", Back: Link{"See the snapshots", "/snapshots"}}),
		"sign in":           SignIn(SignInView{Page: anonymous, Message: "That token is not known here.", Next: "/diff"}),
		"debug":             DebugSelf(DebugSelfView{Page: page("", true), Groups: []DebugGroup{{"Viewers", []DebugRow{{"connections", "3", "2 000"}}, Link{"Who did what", "/audit"}}}}),
		"audit":             Audit(AuditView{Page: page("", true), Failing: "No space left on device.", Rows: []AuditRow{{Seq: "7", Time: "2026-01-01 14:03:00", Role: "instructor", Who: "a1b2c3", Did: "PUT /api/v1/load", With: "rps=5", Status: "200"}}}),
		"audit, empty":      Audit(AuditView{Page: page("", true)}),
		"debug, empty":      DebugSelf(DebugSelfView{Page: page("", true)}),
	}
}

func render(t *testing.T, c templ.Component) *goquery.Document {
	t.Helper()
	var out bytes.Buffer
	if err := c.Render(t.Context(), &out); err != nil {
		t.Fatalf("rendering: %v", err)
	}
	doc, err := goquery.NewDocumentFromReader(&out)
	if err != nil {
		t.Fatalf("parsing what was rendered: %v", err)
	}
	return doc
}
