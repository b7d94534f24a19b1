package lesson

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
)

//go:embed content
var content embed.FS

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
