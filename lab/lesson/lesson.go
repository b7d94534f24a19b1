package lesson

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
)

// ErrUnknown reports a lesson, a step or an action that there is not.
var ErrUnknown = errors.New("there is no such thing in the lessons")

//go:embed content
var content embed.FS

// A Lesson is some minutes of work on the lab.
type Lesson struct {
	ID      string // in addresses
	Title   string
	Teaches string // one sentence
	Minutes int
	Blind   bool // nothing on its page names a strategy or a verdict
	Steps   []Step
}

// A Step is entered by Setup, in a state in which its check fails.
type Step struct {
	ID, Title string
	Prose     Prose // what it is about, and what to do
	Questions []Question
	Said      Prose // the answer of the text the lesson is made from; may be empty
	Measured  Prose // what is so, with figures from the lab
	Excerpts  []Excerpt
	Do        []Button
	Setup     []Action
	Solve     []Action
	Check     string // by name
}

// A Question asks for a prediction.
type Question struct {
	Text    string
	Choices []string // none where a number is asked for
	Right   int      // index of the choice that is so
	Figure  string   // that says the number
	Why     string   // one or two sentences; may be empty
}

// A Button does one thing or several, one after the other.
type Button struct {
	Label   string
	Actions []Action
}

// All returns the lessons in teaching order. What is embedded is tested, so
// that it cannot fail to be read.
func All() []Lesson {
	all, err := read()
	if err != nil {
		panic(err)
	}
	return all
}

var read = sync.OnceValues(func() ([]Lesson, error) {
	folder, err := fs.Sub(content, "content")
	if err != nil {
		return nil, err
	}
	return Read(folder)
})

// Read reads lessons from a folder that holds one folder each: lesson.md and
// one file a step. Names begin with their place: 1-identify-the-leak.
func Read(folder fs.FS) ([]Lesson, error) {
	dirs, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, fmt.Errorf("listing the lessons: %w", err)
	}
	var all []Lesson
	for _, d := range dirs {
		l, err := readLesson(folder, d.Name())
		if err != nil {
			return nil, fmt.Errorf("lesson %s: %w", d.Name(), err)
		}
		all = append(all, l)
	}
	return all, nil
}

func readLesson(folder fs.FS, dir string) (Lesson, error) {
	raw, err := fs.ReadFile(folder, path.Join(dir, "lesson.md"))
	if err != nil {
		return Lesson{}, err
	}
	l, err := parseLesson(string(raw))
	if err != nil {
		return Lesson{}, err
	}
	l.ID = placeless(dir)
	files, err := fs.Glob(folder, dir+"/[0-9]*.md")
	if err != nil || len(files) == 0 {
		return Lesson{}, fmt.Errorf("it has no steps: %v", err)
	}
	for _, file := range files {
		raw, err := fs.ReadFile(folder, file)
		if err != nil {
			return Lesson{}, err
		}
		s, err := parseStep(string(raw))
		if err != nil {
			return Lesson{}, fmt.Errorf("%s: %w", path.Base(file), err)
		}
		s.ID = placeless(strings.TrimSuffix(path.Base(file), ".md"))
		l.Steps = append(l.Steps, s)
	}
	return l, nil
}

// placeless is a name without its place: "1-a-step" is "a-step".
func placeless(name string) string {
	_, rest, _ := strings.Cut(name, "-")
	return rest
}

// Find returns the lesson of that id.
func Find(id string) (Lesson, error) {
	for _, l := range All() {
		if l.ID == id {
			return l, nil
		}
	}
	return Lesson{}, fmt.Errorf("lesson %q: %w", id, ErrUnknown)
}

// Step returns the step of that id.
func (l Lesson) Step(id string) (Step, error) {
	for _, s := range l.Steps {
		if s.ID == id {
			return s, nil
		}
	}
	return Step{}, fmt.Errorf("step %q of lesson %s: %w", id, l.ID, ErrUnknown)
}
