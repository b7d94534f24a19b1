// Package templates renders the pages. A component is a function of a view
// struct: figures arrive formatted, the package knows no clock, no request
// and no type of the product's.
//
// The pages, each a whole document:
//
//	Live(LiveView)            Snapshots(SnapshotsView)
//	Diff(DiffView)            DiffPick(DiffPickView)
//	Error(ErrorView)          SignIn(SignInView)
//	DebugSelf(DebugSelfView)          Learn(LearnView)
//	LessonPage(LessonView)            Room(RoomView)
//
// Wherever a view has a figure and it is unknown, leave the string empty:
// the page then shows a dash, never a zero.
package templates

// A Page is what every document needs around its content.
type Page struct {
	AssetBase  string // prefix of every asset, with the slash at its end: "/static/4f1c/"
	Title      string // the part before " · leakline"
	Nav        string // current entry: "live", "snapshots", "diff", "holders", "learn", "room" or ""
	Target     string // id of the watched process; "" hides the vitals
	TargetKind string // "lab" or "attached"
	Status     Status
	Uptime     string // "57 s"
	Generation string // the process generation: "3"
	Viewers    string // "23"
	Instructor bool   // false: no control is rendered, on any page
	Large      bool   // the live page in large type, for a room
	Anonymous  bool   // nobody is signed in: no role, no navigation
	Desk       Desk
	Plain      bool         // reached over a network without encryption, which the page says
	Targets    []TargetLink // all that are watched, when there are several and not too many
	Fleet      bool         // there is a page of them all
	Query      string       // "?target=…" to stay with this one, "" when there is one alone
	ZoneMinute int          // minutes east of UTC in which the page writes times; scripts follow it
}

// A TargetLink leads to the same page of a target.
type TargetLink struct {
	ID, Href string
	Current  bool
	Status   Status
	Word     string // of its verdict
	Tone     string // of its verdict
}

// A Status is a process state as a word: starting, running, draining,
// backing-off or halted.
type Status string

// Down reports whether the process is not there to be asked.
func (s Status) Down() bool { return s != "running" && s != "draining" }

// A Span is a stretch of a sentence; Code sets it as a name from source.
type Span struct {
	Text string
	Code bool
}

// A Link is a place to go on to.
type Link struct{ Text, Href string }

// A HeadFigure is one of at most three large figures. Column, when set,
// names the stream column that keeps it current.
type HeadFigure struct {
	Label, Value, Unit string
	Note               string // interval or exactness: "229 to 243"
	Tone               string // "", "grew" or "shrank"
	Column             string
}

// A Headline is the sentence that stands above everything: the verdict.
type Headline struct {
	Tone     string // "", "fault", "watch" or "sound"
	Word     string // "Leak"; "" while there is no verdict
	Aside    string // certainty and evidence, or when the figures were taken
	Sentence []Span
	Evidence []string // what the sentence rests on, line by line
	Figures  []HeadFigure
	Actions  []Link // the first is the one to press
	Strip    string // what runs now, in words; scripts keep all of a headline with one current
	Asks     bool   // who holds it can be asked …
	Who      string // … at this address; "" while there is nothing to ask
}

// A Note says what is, and what happens next.
type Note struct {
	Tone   string // "", "fault", "watch" or "accent"
	Lead   string // "The checker was killed; starting again."
	Text   string // "Attempt 2 in 200 ms."
	Resume bool   // offer Resume; shown to the instructor only
	Go     Link   // where to look; zero for nowhere
}

// A Figure is a readout as it stood when the page was rendered.
type Figure struct{ Value, Unit string }

// LiveView is the page with the charts.
type LiveView struct {
	Page     Page
	Headline Headline
	Note     *Note             // nil while the process runs
	Window   string            // "1m", "5m", "15m" or "1h"; default "5m"
	Other    Link              // the same in large type for a room, or back
	Strategy string            // what runs now
	Served   bool              // it tells of its requests; else there is no chart of them
	Load     string            // "100 requests/s · 10 % by 10 000 risky users"
	Figures  map[string]Figure // by column name of the stream
	Memory   MemBar
	Marks    []MarkRow // newest first
	Controls *Controls // rendered for the instructor only
	Cost     []Cost    // this dashboard's own

	Scoreboard *Scoreboard // nil where there are no strategies
	Presented  bool        // somebody shows the room something
}

// A MemBar says where memory is: parts that add up to the total, then limits.
type MemBar struct {
	Total string // "425 MB"; "" when nothing is known
	Aside string // what the total is, when it was read, how much room there is
	Says  string // all of it in words
	Note  string // what cannot be told
	By    string // what enforces the limit; "" when that is not known
	Exact bool   // the floor is no estimate
	Parts []MemPart
}

// A MemPart is a piece of the bar, in percent of its length.
type MemPart struct {
	Key, Label, Value string
	X, Width          float64
}

// A Scoreboard says what each strategy has cost.
type Scoreboard struct {
	Columns []ScoreColumn // after the strategy's name
	Rows    []ScoreRow
	Choices []string    // strategies that can be compared
	Trials  []TrialView // that have ended, newest first
	CSV     string      // address
}

// A ScoreColumn heads the cells of its name.
type ScoreColumn struct{ Column, Label string }

// A ScoreRow is one strategy; its cells are in the order of the columns.
type ScoreRow struct {
	Strategy string
	Current  bool
	Cells    []ScoreCell
}

// A ScoreCell is a figure as text; its tone is a verdict's, or empty.
type ScoreCell struct{ Text, Tone string }

// A TrialView is what came of comparing two strategies under equal load.
type TrialView struct {
	ID       string
	A, B     string
	Headline string
	Lines    []TrialLine // empty when it was stopped
	CSV      string      // address
}

// A TrialLine is one figure of both, and how many times as much B takes.
type TrialLine struct{ What, A, B, Times, Tone string }

// A MarkRow is one line of "What happened". Marks with the reason "interval"
// are no news and are left out.
type MarkRow struct {
	ID       string
	Time     string // "14:04:44"
	Kind     string // as on the wire: switch, gc, snapshot, load, start, stop, crash, restart, note
	Text     string
	By       string // "instructor", "lab" or ""
	Snapshot string // id of the snapshot the mark is about, or ""
}

// Controls is the instructor's rail.
type Controls struct {
	Watched    bool // and no more: only the collector and the profiles can be asked for
	Strategies []StrategyCard
	RPS        string // plain digits: "100"
	RiskyShare string // percent, plain digits: "10"
	RiskyUsers string // plain digits: "10000"
	Capacity   string // what the checker can do, in words
	Faults     []FaultField
	Updater    string // atomic, naive or stopped
	Redis      string // up, frozen or down
	OwnRedis   bool   // which can be disturbed
	MemoryMiB  string // memory limit in MiB, plain digits: "512"; "0" for none
	GoMemMiB   string // GOMEMLIMIT in MiB, plain digits; "0" for off
	Fence      string // how the limit is enforced: "a cgroup"
	Skipped    string // requests the generator could not send in time
	Unready    string // why the process cannot be told anything now; "" when it can
	Halted     bool
}

// A FaultField is one number among the faults.
type FaultField struct {
	Name  string // as the API calls it
	Label string
	Value string // plain digits

	Least, Most string // of what can be set, plain digits
}

// A StrategyCard is one choice of the strategy radio group.
type StrategyCard struct {
	Name, Summary string
	Current       bool
	Reason        string // why it cannot be chosen; "" when it can
}

// A Cost is one item of the cost strip: "observer" "1.2 %" "CPU".
type Cost struct{ Name, Value, Unit string }

// SnapshotsView is the page with the list of snapshots.
type SnapshotsView struct {
	Page    Page
	Summary string // "23 kept, 9.6 of 256 MB · oldest unpinned goes first"
	Next    string // when the list is empty: "The first automatic one comes in 24 s."
	Rows    []SnapshotRow
}

// A SnapshotRow is one snapshot; unknown figures are empty.
type SnapshotRow struct {
	ID         string
	Time       string // "14:04:44"
	UnixMilli  int64  // decides which of two is the base
	Reason     string // as on the wire: ready, manual, interval, before-switch, …
	Strategy   string
	Generation string
	Floor      string // "115 MB"
	Requests   string
	GCCycle    string
	Cost       string // "38 ms"
	Size       string // "412 kB"
	Rate       string // "64 KiB", bytes between samples
	Label      string
	Pinned     bool
	PprofHref  string // pprof's own pages about it
}

// A SnapshotRef names a snapshot in a sentence or a list.
type SnapshotRef struct{ ID, Time, Strategy, Reason, Label string }

// DiffView compares two snapshots.
type DiffView struct {
	Page     Page
	Base     SnapshotRef
	Head     SnapshotRef
	SwapHref string
	Headline Headline // sentence, aside and three figures
	Sample   string   // by which it is ranked, pprof's name
	Samples  []Choice // inuse_space, inuse_objects, alloc_space, alloc_objects
	Per      []Choice // total, second, request
	Change   string   // header of the ranked column: "alive, change"
	Other    string   // header of the last figure: what the ranked column does not say
	Scale    Scale
	Sites    []Site
	Folded   string // "37 sites below the noise are folded …"
	Empty    string // instead of rows: "Nothing moved between these two."
	Sources  []Source
	Commands []string
	Remark   string // what pprof would say, and why we say it differently
	Profiles []Link // both .pb.gz
	Pprof    Link   // the same two in pprof's own pages
	NoGraph  string // why pprof's graph is missing there; "" when it is not
	Warnings []string
}

// A Choice is one segment of a segmented link group.
type Choice struct {
	Text, Href string
	Current    bool
}

// A Scale is the one scale all intervals of the table share.
type Scale struct {
	Title    string // "95 % interval, MB"
	From, To string // "−20", "140"
	Zero     float64
}

// A Cell is a figure with the number it is sorted by; Dim greys it as noise.
type Cell struct {
	Text string
	Sort float64 // NaN sorts last, whichever way
	Dim  bool
}

// A Site is a place in the user's code that allocates.
type Site struct {
	Function   string // exactly as pprof prints it; shown without its directories
	Place      string // "strategy/audit.go:48"
	Via        string // leaf it ends in, or ""
	Moved      string // "grew", "shrank" or "same"
	Change     Cell
	Interval   *Interval // nil: no samples to judge by
	PerSecond  Cell
	PerRequest Cell
	Objects    Cell
	Kept       Cell    // share of what it allocated that is still alive
	KeptShare  float64 // 0 to 1; negative when unknown
	Other      Cell    // bytes allocated; bytes alive where the ranking is by those
	Aside      string  // "churn", "held by auditLog"
	AsideHref  string
	Source     string // ID of the Source to show beside it, or ""
}

// An Interval is positioned on the table's Scale: 0 is From, 1 is To.
type Interval struct {
	Low, Estimate, High float64
	Text                string // "99 to 121"
}

// A Source is an excerpt with what each line accounts for.
type Source struct {
	ID    string // an HTML id
	Title string // "checker/strategy/audit.go"
	Note  string // "bytes alive in head, by line"
	Lines []SourceLine
}

// A SourceLine is hot when Figure is set.
type SourceLine struct {
	Number, Text string
	Figure       string  // "63 MB"
	Share        float64 // 0 to 1 of the hottest line
}

// DiffPickView asks which two snapshots to compare.
type DiffPickView struct {
	Page      Page
	Message   string // what was wrong with the last try, or ""
	Snapshots []SnapshotRef
	Base      string // preselected ids, or ""
	Head      string
	Upload    bool // files may be brought along
}

// ErrorView says what was found, where, and what to try.
type ErrorView struct {
	Page   Page
	Status string // "404"
	Found  string // one sentence, the heading
	Where  string // "GET /snapshots/99"
	Try    string
	Back   Link
}

// SignInView asks for a token.
type SignInView struct {
	Page    Page
	Message string // "That token is not known here.", or ""
	Next    string // path to go on to
}

// AuditView lists who did what, newest first.
type AuditView struct {
	Page    Page
	Failing string // why the file is not written to; "" when it is
	Rows    []AuditRow
}

// An AuditRow is one thing that somebody did or tried to do.
type AuditRow struct {
	Seq, Time, Role, Who, Remote, Did, With, Status string
	Refused                                         bool
}

// A Desk is who may change anything, as the page's reader sees it.
type Desk struct {
	Taken, Yours bool
	Since        string // "14:03"
	Next         string // where the reader is, to come back to
}

// DebugSelfView shows that the dashboard itself is bounded.
type DebugSelfView struct {
	Page   Page
	Groups []DebugGroup
}

// A DebugGroup is one owner and what it holds.
type DebugGroup struct {
	Title string
	Rows  []DebugRow
	More  Link // to where it is told in full
}

// A DebugRow is one figure beside the bound it never passes.
type DebugRow struct{ Name, Value, Bound string }
