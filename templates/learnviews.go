package templates

import (
	"strconv"
	"strings"
)

// LearnView lists the lessons.
type LearnView struct {
	Page    Page
	Lessons []LessonRow
}

// A LessonRow is what a lesson teaches and how long that takes.
type LessonRow struct{ Href, Title, Teaches, Length string }

// LessonView is one lesson, which can be read without a script. What is so is
// in the steps that are open to who asks.
type LessonView struct {
	Page    Page
	ID      string
	Title   string
	Teaches string
	Blind   bool // no verdict is shown
	Covered bool // what runs is, at the moment
	Steps   []LessonStep
	Figures map[string]Figure // by the name of a column
	Other   Link              // the same in large type for a room, or back
}

// A LessonStep is shown as: predict, do, check, what is so. Prose, Said and
// Measured are HTML that was made from our own Markdown; nothing else may be put there.
type LessonStep struct {
	ID, Title             string
	Prose, Said, Measured string
	Questions             []LessonQuestion
	Excerpts              []Source
	Alerts                []Source // that would have warned
	Do                    []string // labels of buttons
	Sealed                bool     // what is so is not on the page: Said, Measured and the answers are empty
}

// A LessonQuestion asks for a choice, or for a number where there are none.
type LessonQuestion struct {
	Text    string
	Choices []string
	Answer  string // in words
	Figure  string // name of the figure that is the answer, else ""
	Why     string
}

// questionName tells the questions of a page apart.
func questionName(step string, i int) string { return step + "-q" + strconv.Itoa(i) }

// lessonStrips are the charts that stay in view.
var lessonStrips = []strip{
	{"memory", "Memory", "Memory: live after GC, in use, goal, RSS and limit", true, []readout{
		{"floor", "floor", "floor", true},
		{"in_use", "in use", "use", false},
		{"rss", "RSS", "rss", false},
		{"limit", "limit", "limit", false},
	}},
	{"alloc", "Allocated", "Allocation rate in bytes and in objects", false, []readout{
		{"alloc_bytes_per_s", "bytes", "a", true},
		{"alloc_bytes_per_request", "per request", "", false},
	}},
	{"goroutines", "Goroutines, in flight", "Goroutines and requests in flight", false, []readout{
		{"goroutines", "goroutines", "a", true},
		{"in_flight", "in flight", "b", false},
	}},
}

// joinWords lists what the buttons say.
func joinWords(all []string) string { return strings.Join(all, ", ") }
