package lesson

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A field is one line of front matter: a key that may come again, and a value.
type field struct{ key, value string }

// frontMatter splits a file into the fields between its first two lines of
// three dashes, and what follows. It is stricter than YAML, so that a slip of
// the pen fails a test instead of meaning something else.
func frontMatter(raw string) (fields []field, body string, err error) {
	rest, ok := strings.CutPrefix(raw, "---\n")
	head, body, closed := strings.Cut(rest, "\n---\n")
	if !ok || !closed {
		return nil, "", errors.New("no front matter between two lines of ---")
	}
	for n, line := range strings.Split(head, "\n") {
		key, value, ok := strings.Cut(line, ": ")
		if value = strings.TrimSpace(value); !ok || value == "" {
			return nil, "", fmt.Errorf("line %d: %q is no key and value", n+2, line)
		}
		fields = append(fields, field{key, value})
	}
	return fields, strings.TrimSpace(body), nil
}

func parseLesson(raw string) (l Lesson, err error) {
	fields, body, err := frontMatter(raw)
	if err != nil {
		return l, err
	}
	if body != "" {
		return l, errors.New("the prose of a lesson belongs to its steps")
	}
	for _, f := range fields {
		switch f.key {
		case "title":
			l.Title = f.value
		case "teaches":
			l.Teaches = f.value
		case "minutes":
			l.Minutes, err = strconv.Atoi(f.value)
		case "blind":
			l.Blind, err = strconv.ParseBool(f.value)
		default:
			err = errors.New("no such key")
		}
		if err != nil {
			return l, fmt.Errorf("%s: %w", f.key, err)
		}
	}
	if l.Title == "" || l.Teaches == "" || l.Minutes <= 0 {
		return l, errors.New("title, teaches and minutes are needed")
	}
	return l, nil
}

func parseStep(raw string) (s Step, err error) {
	fields, body, err := frontMatter(raw)
	if err != nil {
		return s, err
	}
	for _, f := range fields {
		if err := s.take(f); err != nil {
			return s, fmt.Errorf("%s: %w", f.key, err)
		}
	}
	if err := s.sections(body); err != nil {
		return s, err
	}
	return s, s.whole()
}

// take takes in one field. What belongs to a question comes after it.
func (s *Step) take(f field) (err error) {
	switch f.key {
	case "title":
		s.Title = f.value
	case "check":
		s.Check = f.value
	case "excerpt":
		var e Excerpt
		e, err = cut(f.value)
		s.Excerpts = append(s.Excerpts, e)
	case "alert":
		var e Excerpt
		e, err = cutAlert(f.value)
		s.Alerts = append(s.Alerts, e)
	case "do":
		var b Button
		b, err = parseButton(f.value)
		s.Do = append(s.Do, b)
	case "setup":
		s.Setup, err = parseActions(f.value)
	case "solve":
		s.Solve, err = parseActions(f.value)
	case "question":
		s.Questions = append(s.Questions, Question{Text: f.value, Right: -1})
	default:
		if len(s.Questions) == 0 {
			return errors.New("no such key, or a question comes first")
		}
		return s.Questions[len(s.Questions)-1].take(f)
	}
	return err
}

func (q *Question) take(f field) error {
	switch f.key {
	case "choice":
		q.Choices = append(q.Choices, f.value)
	case "right": // a choice that is so
		q.Right = len(q.Choices)
		q.Choices = append(q.Choices, f.value)
	case "number":
		if figures[f.value] == nil {
			return fmt.Errorf("no figure %q", f.value)
		}
		q.Figure = f.value
	case "why":
		q.Why = f.value
	default:
		return errors.New("no such key")
	}
	return nil
}

// whole reports what a step lacks.
func (s *Step) whole() error {
	switch {
	case s.Title == "" || s.Prose.Markdown == "" || s.Measured.Markdown == "":
		return errors.New("a title, prose and what was measured are needed")
	case checks[s.Check] == nil:
		return fmt.Errorf("no check %q", s.Check)
	case len(s.Setup) == 0 || len(s.Solve) == 0:
		return errors.New("setup and solve are needed")
	case len(s.Questions) == 0:
		return errors.New("a question is needed: what is not predicted is not learned")
	}
	for _, q := range s.Questions {
		if chosen := len(q.Choices) > 1 && q.Right >= 0; chosen == (q.Figure != "") {
			return fmt.Errorf("question %q: want two choices or more and which is right, or a number", q.Text)
		}
	}
	return nil
}
