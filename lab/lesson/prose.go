package lesson

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
)

// A Prose is Markdown, and the same as HTML. Both hold {{figure}} where the
// lab fills in what it measures.
type Prose struct{ Markdown, html string }

var (
	// markdown drops raw HTML and unsafe links, which is goldmark's default.
	markdown = goldmark.New()
	hole     = regexp.MustCompile(`\{\{([a-z0-9_:-]*)\}\}`)
)

func newProse(text string) (Prose, error) {
	p := Prose{Markdown: strings.TrimSpace(text)}
	for _, m := range hole.FindAllStringSubmatch(p.Markdown, -1) {
		if figures[m[1]] == nil {
			return p, fmt.Errorf("no figure %q", m[1])
		}
	}
	if rest := hole.ReplaceAllString(p.Markdown, ""); strings.Contains(rest, "{{") {
		return p, fmt.Errorf("a hole that is none: %q", rest)
	}
	var out bytes.Buffer
	if err := markdown.Convert([]byte(p.Markdown), &out); err != nil {
		return p, fmt.Errorf("reading the Markdown: %w", err)
	}
	p.html = out.String()
	return p, nil
}

// HTML returns the prose with figures filled in. Each keeps its name, so that
// a script can bring it up to date.
func (p Prose) HTML(figure func(name string) string) string {
	return hole.ReplaceAllStringFunc(p.html, func(m string) string {
		name := hole.FindStringSubmatch(m)[1]
		return `<b data-figure="` + html.EscapeString(name) + `">` + html.EscapeString(figure(name)) + `</b>`
	})
}

// Figures lists the names of what it has filled in.
func (p Prose) Figures() (names []string) {
	for _, m := range hole.FindAllStringSubmatch(p.Markdown, -1) {
		names = append(names, m[1])
	}
	return names
}

const (
	saidTitle     = "## The lesson says\n"
	measuredTitle = "## What we measured\n"
)

// sections takes a step's text apart: prose, the lesson's answer, which may be
// missing, and what was measured.
func (s *Step) sections(body string) (err error) {
	prose, measured, _ := strings.Cut(body, measuredTitle)
	prose, said, _ := strings.Cut(prose, saidTitle)
	for _, part := range []struct {
		text string
		into *Prose
	}{{prose, &s.Prose}, {said, &s.Said}, {measured, &s.Measured}} {
		if strings.Contains(part.text, "\n## ") || strings.HasPrefix(part.text, "## ") {
			return fmt.Errorf("a section that is neither %q nor %q", strings.TrimSpace(saidTitle), strings.TrimSpace(measuredTitle))
		}
		if *part.into, err = newProse(part.text); err != nil {
			return err
		}
	}
	return nil
}

// Figures lists every figure that a step shows.
func (s Step) Figures() []string {
	names := append(s.Prose.Figures(), append(s.Said.Figures(), s.Measured.Figures()...)...)
	for _, q := range s.Questions {
		if q.Figure != "" {
			names = append(names, q.Figure)
		}
	}
	return names
}
