package lesson_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/leakline/leakline/checker/strategy"
	"github.com/leakline/leakline/docs/deploy"
	"github.com/leakline/leakline/lab/lesson"
)

// What is embedded is read when somebody opens a lesson; here it is read
// before it is shipped.
func TestEveryLessonIsWhole(t *testing.T) {
	seen := make(map[string]bool)
	for _, l := range lesson.All() {
		for _, s := range l.Steps {
			if seen[l.ID+s.ID] {
				t.Errorf("two steps of %s are called %s", l.ID, s.ID)
			}
			seen[l.ID+s.ID] = true
			for _, p := range []lesson.Prose{s.Prose, s.Said, s.Measured} {
				checkProse(t, l.ID+"/"+s.ID, p)
			}
		}
	}
	if len(seen) == 0 {
		t.Error("there are no lessons")
	}
}

func checkProse(t *testing.T, where string, p lesson.Prose) {
	t.Helper()
	html := p.HTML(func(name string) string { return "<" + name + ">" })
	if strings.Contains(html, "{{") || strings.Contains(html, "raw HTML omitted") {
		t.Errorf("%s: a hole or mark-up is left: %s", where, html)
	}
	for _, name := range p.Figures() {
		if !strings.Contains(html, `<b data-figure="`+name+`">&lt;`+name+`&gt;</b>`) {
			t.Errorf("%s: the figure %s is not filled in, or not escaped", where, name)
		}
	}
	if strings.ContainsAny(strings.ReplaceAll(p.Markdown, "`new Set()`", ""), "!") {
		t.Errorf("%s: an exclamation mark", where)
	}
}

// The lesson on monitoring ends each step with an alert that ships, whole but for
// what it tells people.
func TestAlertsAreThoseThatShip(t *testing.T) {
	l, err := lesson.Find("fix-the-monitoring")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(deploy.Alerts, "\n")
	for _, s := range l.Steps {
		if len(s.Alerts) == 0 {
			t.Errorf("%s shows no alert", s.ID)
		}
		for _, e := range s.Alerts {
			got, end := strings.Join(e.Lines, "\n"), e.First-1+len(e.Lines)
			if got != strings.Join(lines[e.First-1:end], "\n") || !strings.Contains(got, "expr:") || !strings.Contains(lines[end], "annotations:") {
				t.Errorf("%s: %s is not at line %d, or not whole: %q", s.ID, e.Name, e.First, got)
			}
		}
	}
}

// An excerpt is the source itself: lines that follow each other, at the number
// it says.
func TestExcerptsAreCutFromTheSources(t *testing.T) {
	found := 0
	for _, l := range lesson.All() {
		for _, s := range l.Steps {
			for _, e := range s.Excerpts {
				found++
				raw, err := strategy.Source.ReadFile(e.File)
				if err != nil {
					t.Fatal(err)
				}
				lines := strings.Split(string(raw), "\n")
				if got := strings.Join(lines[e.First-1:e.First-1+len(e.Lines)], "\n"); got != strings.Join(e.Lines, "\n") || !strings.HasPrefix(got, "func ") {
					t.Errorf("%s of %s is not at line %d: %q", e.Name, e.File, e.First, got)
				}
			}
		}
	}
	if found == 0 {
		t.Error("no lesson shows any code")
	}
}

const (
	goodLesson = "---\ntitle: T\nteaches: Things.\nminutes: 5\n---\n"
	goodStep   = "---\ntitle: T\nquestion: Q?\nchoice: a\nright: b\ncheck: churn\nsetup: load 0\nsolve: load 100\ndo: load 100\nexcerpt: riskyset.go newRiskySet\n---\nProse.\n\n## What we measured\n\n{{floor}}\n"
)

func TestBadContentIsRefused(t *testing.T) {
	if _, err := readOne(goodLesson, goodStep); err != nil {
		t.Fatalf("the good one: %v", err)
	}
	for _, tt := range []struct {
		name, from, to string
		lesson         bool
		says           string
	}{
		{"a key there is not", "title: T", "titel: T", true, "no such key"},
		{"no length", "minutes: 5\n", "", true, "minutes"},
		{"a length that is no number", "minutes: 5", "minutes: five", true, "minutes"},
		{"prose of a lesson", "minutes: 5\n---\n", "minutes: 5\n---\nText", true, "steps"},
		{"no front matter", "---\ntitle", "title", false, "front matter"},
		{"a line without a value", "title: T", "title:", false, "line 2"},
		{"a check there is not", "check: churn", "check: magic", false, "magic"},
		{"a strategy there is not", "solve: load 100", "solve: strategy magic", false, "magic"},
		{"an action there is not", "solve: load 100", "solve: rm -rf", false, "no action"},
		{"an argument too many", "do: load 100", "do: gc twice", false, "too much"},
		{"a button for several actions that is called by the first", "do: load 100", "do: reset; load 100", false, "label"},
		{"an alert that does not ship", "do: load 100", "alert: Nothing", false, "Nothing"},
		{"a fault there is not", "do: load 100", "do: faults magic=1", false, "magic"},
		{"a load that is no number", "do: load 100", "do: load much", false, "much"},
		{"no solution", "solve: load 100\n", "", false, "solve"},
		{"no question", "question: Q?\nchoice: a\nright: b\n", "", false, "question"},
		{"nothing is right", "right: b", "choice: b", false, "which is right"},
		{"a choice before its question", "question: Q?\nchoice: a", "choice: a\nquestion: Q?", false, "question comes first"},
		{"a figure there is not", "{{floor}}", "{{flour}}", false, "flour"},
		{"a hole that is none", "{{floor}}", "{{ floor }}", false, "hole"},
		{"a section there is not", "## What we measured", "## Outlook\n\n## What we measured", false, "section"},
		{"nothing measured", "## What we measured\n\n{{floor}}\n", "", false, "measured"},
		{"a file there is not", "riskyset.go", "../riskyset.go", false, "source"},
		{"a function there is not", "newRiskySet", "oldRiskySet", false, "oldRiskySet"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, s := goodLesson, goodStep
			if tt.lesson {
				l = strings.Replace(l, tt.from, tt.to, 1)
			} else {
				s = strings.Replace(s, tt.from, tt.to, 1)
			}
			if _, err := readOne(l, s); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, want one with %q", err, tt.says)
			}
		})
	}
}

func readOne(l, s string) ([]lesson.Lesson, error) {
	return lesson.Read(fstest.MapFS{"1-x/lesson.md": {Data: []byte(l)}, "1-x/1-y.md": {Data: []byte(s)}})
}

func TestUnsafeMarkdownStaysText(t *testing.T) {
	all, err := readOne(goodLesson, strings.Replace(goodStep, "Prose.", "<script>x</script> [a](javascript:x)", 1))
	if err != nil {
		t.Fatal(err)
	}
	html := all[0].Steps[0].Prose.HTML(func(string) string { return "" })
	if strings.Contains(html, "<script") || strings.Contains(html, "javascript:") {
		t.Errorf("it came through: %s", html)
	}
}
