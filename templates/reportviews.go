package templates

// A ReportPageView offers the report.
type ReportPageView struct {
	Page    Page
	Windows []Choice // how far back it may reach; Href is the value
	Target  string   // to be named, "" when there is one alone
	Holds   []string // what is in it
}

// A ReportView is a file that needs nothing but itself. Texts are as on the
// pages; Style is a sheet and the charts are SVG, both of our own making.
type ReportView struct {
	Style   string
	Title   string // "checker, 27 November 2026, 14:03"
	Taken   string // when, and how far back it reaches
	Subject string // what was watched
	Facts   []ReportFact

	Headline  Headline
	Interval  string // of the floor's growth, with its doubt
	Suspects  []ReportSuspect
	Withheld  string // why something is not in it; "" when all is
	Turns     []ReportTurn
	Lane      string
	Strips    []ReportStrip
	Readings  ReportTable
	Marks     []ReportMark
	MarksLeft string // what is not listed

	Diff       *ReportDiff // nil while there are no two profiles
	NoDiff     string      // why
	Scoreboard *Scoreboard
	MadeBy     string // the program and its version
}

// A ReportFact is a line of what ran.
type ReportFact struct{ Name, Value string }

// A ReportSuspect is a line that the verdict names.
type ReportSuspect struct{ Function, Place, Kind, Rate, PerRequest, Share, Holder string }

// A ReportTurn is when the verdict became another.
type ReportTurn struct{ Time, Word, Tone, Text string }

// A ReportStrip is a chart with its legend.
type ReportStrip struct {
	Title, SVG string
	Keys       []ReportKey
}

// A ReportKey names a line and says what it was at the end and at its highest.
type ReportKey struct {
	Line, Label string
	Last, Most  Figure
}

// A ReportTable is the readings under the charts.
type ReportTable struct {
	About   string
	Columns []string
	Rows    [][]string
}

// A ReportMark is one line of what happened; its number stands on the charts.
type ReportMark struct{ Number, Time, Kind, Text, By string }

// A ReportDiff is what changed between the two profiles, and both of them.
type ReportDiff struct {
	DiffView
	About string // which two these are
	Files []ReportFile
	Open  string // the command that compares them
}

// A ReportFile is a profile inside the report.
type ReportFile struct {
	Name, About string
	Href        string // a data: address; "" when it was too large
	Why         string // then
}

// ReportSlot is where a reader's own part goes, in a document that many read.
const ReportSlot = "<!--reader-->"

// ReportReader is what one reader predicted, lesson by lesson.
type ReportReader struct {
	Name    string
	Lessons []ReportLesson
}

// A ReportLesson is what somebody has answered of one.
type ReportLesson struct {
	Title, Summary string // "3 of 4 as predicted"
	Steps          []ReportStep
}

// A ReportStep has an answer for each of its questions.
type ReportStep struct {
	Title   string
	Held    string // when its check held; "" while it has not
	Late    bool   // answered after the reveal, so that nothing was predicted
	Answers []ReportAnswer
}

// A ReportAnswer stands beside what is so, once that may be said.
type ReportAnswer struct {
	Question, Answer, So string
	Outcome              string // "right", "wrong" or ""
}
