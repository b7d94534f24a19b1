package lesson

import (
	"errors"
	"fmt"
)

// ErrUnknown reports a lesson, a step or an action that there is not.
var ErrUnknown = errors.New("there is no such thing in the lessons")

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
	Alerts    []Excerpt // that would have warned, shown with what is so
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
