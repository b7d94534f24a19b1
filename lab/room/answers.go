package room

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/leakline/leakline/lab/lesson"
)

// mostNumber bounds a predicted number.
const mostNumber = 1e15

// Lock keeps a visitor's predictions at a step, one for each of its questions:
// the place of a choice, or a number. They are never changed. After the reveal
// they are no predictions any more: they are kept, and not counted.
func (r *Room) Lock(v Visitor, p Place, answers []string) error {
	s, err := p.find()
	if err != nil {
		return err
	}
	parsed, err := parse(s.Questions, answers)
	if err != nil {
		return fmt.Errorf("step %s: %w", p.Step, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	m, err := r.memberLocked(v)
	if err != nil {
		return err
	}
	if _, done := m.answers[p]; done {
		return fmt.Errorf("step %s: %w: it cannot be changed any more", p.Step, ErrLocked)
	}
	if m.answers == nil {
		m.answers = make(map[Place]given)
	}
	if m.at != (Place{}) {
		r.touched[m.at] = true
	}
	m.answers[p], m.at = given{parsed, r.revealed[p]}, p
	r.countLocked(m, p, +1)
	r.crowdLocked(p)
	return nil
}

// given is what a member answered at a step.
type given struct {
	answers []float64
	late    bool // after the reveal
}

// countLocked counts a member's predictions at a step, or no more.
func (r *Room) countLocked(m *member, p Place, by int) {
	if !m.guide && !m.answers[p].late {
		r.answered[p] += by
		delete(r.tallied, p)
	}
}

func parse(questions []lesson.Question, answers []string) ([]float64, error) {
	if len(answers) != len(questions) {
		return nil, fmt.Errorf("%w: %d answers to %d questions", ErrInvalid, len(answers), len(questions))
	}
	parsed := make([]float64, len(answers))
	for i, text := range answers {
		number, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		choices := len(questions[i].Choices)
		switch {
		case err == nil && choices > 0 && number == math.Trunc(number) && number >= 0 && number < float64(choices):
		case err == nil && choices == 0 && number >= 0 && number <= mostNumber: // which NaN is not
		case choices > 0:
			return nil, fmt.Errorf("%w: answer %d is %.40q: want the place of a choice, 0 to %d", ErrInvalid, i+1, text, choices-1)
		default:
			return nil, fmt.Errorf("%w: answer %d is %.40q: want a number from 0 to %.0e", ErrInvalid, i+1, text, mostNumber)
		}
		parsed[i] = math.Abs(number) // "-0" is 0
	}
	return parsed, nil
}

// written are answers as they were sent.
func written(answers []float64) []string {
	texts := make([]string, len(answers))
	for i, a := range answers {
		texts[i] = strconv.FormatFloat(a, 'f', -1, 64)
	}
	return texts
}

// A Tally is what the room predicted at one question: how many took each
// choice, or how the numbers lie. Numbers is nil while there is none.
type Tally struct {
	Choices []int    `json:"choices"`
	Numbers *Numbers `json:"numbers"`
}

// Numbers are predictions of a number, summarised.
type Numbers struct {
	Count  int     `json:"count"`
	Min    float64 `json:"min"`
	Median float64 `json:"median"`
	Max    float64 `json:"max"`
}

// Distribution returns what the room predicted, question by question.
func (r *Room) Distribution(p Place) ([]Tally, error) {
	s, err := p.find()
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.talliesLocked(p, s.Questions), nil
}

func (r *Room) talliesLocked(p Place, questions []lesson.Question) []Tally {
	if r.tallied[p] == nil {
		r.tallied[p] = r.tallyLocked(p, questions)
	}
	return r.tallied[p]
}

func (r *Room) tallyLocked(p Place, questions []lesson.Question) []Tally {
	tallies := make([]Tally, len(questions))
	for i, q := range questions {
		tallies[i].Choices = make([]int, len(q.Choices))
		var numbers []float64
		for _, m := range r.members {
			given, ok := m.answers[p]
			switch {
			case !ok || m.guide || given.late:
			case len(q.Choices) > 0:
				tallies[i].Choices[int(given.answers[i])]++
			default:
				numbers = append(numbers, given.answers[i])
			}
		}
		tallies[i].Numbers = summary(numbers)
	}
	return tallies
}

func summary(numbers []float64) *Numbers {
	n := len(numbers)
	if n == 0 {
		return nil
	}
	slices.Sort(numbers)
	return &Numbers{Count: n, Min: numbers[0], Median: (numbers[(n-1)/2] + numbers[n/2]) / 2, Max: numbers[n-1]}
}
