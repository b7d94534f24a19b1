// Package corpus tries leakline on services whose trouble, or health, is known.
package corpus

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// A Case is one service and what is right to say of it.
type Case struct {
	Name, Note string
	Words      []string
	Suspect    []string // functions that may come first; none when any may
}

// A Trial says with what and for how long a case is examined.
type Trial struct {
	Leakline, Patients string // binaries
	For, Every         time.Duration
	Pace               float64 // how much faster than life the patient goes
}

// settle is how long a patient lives before it is looked at, at pace 1.
const settle = 3 * time.Second

// A Result is what leakline said of a case.
type Result struct {
	Case
	Word, Function string
	Confidence     float64
	Raw            []byte // all it said
	Took           time.Duration
}

// WordRight reports whether the verdict is one that is right.
func (r *Result) WordRight() bool { return slices.Contains(r.Words, r.Word) }

// SuspectRight reports whether the first suspect is one that is right.
func (r *Result) SuspectRight() bool {
	return len(r.Suspect) == 0 || slices.Contains(r.Suspect, r.Function)
}

// FalseAlarm reports whether a sound service was called faulty.
func (r *Result) FalseAlarm() bool { return fault(r.Word) && !slices.ContainsFunc(r.Words, fault) }

func fault(word string) bool {
	return word == "leak" || word == "goroutine-leak" || word == "backlog"
}

// List asks a patients binary for its cases.
func List(ctx context.Context, patients string) ([]Case, error) {
	out, err := exec.CommandContext(ctx, patients, "-list").Output()
	if err != nil {
		return nil, fmt.Errorf("listing patients: %w", err)
	}
	var all []Case
	if err := json.Unmarshal(out, &all); err != nil {
		return nil, fmt.Errorf("listing patients: %w", err)
	}
	return all, nil
}

// Examine starts the patient, has leakline diagnose it, and ends it.
func (t Trial) Examine(ctx context.Context, c Case) (*Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var said bytes.Buffer
	patient := exec.CommandContext(ctx, t.Patients, "-case", c.Name, "-pace", fmt.Sprint(t.Pace))
	patient.Stderr = &said
	out, err := patient.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := patient.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", c.Name, err)
	}
	defer patient.Wait()
	defer cancel()
	url, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("%s did not say where it is: %w: %s", c.Name, err, said.Bytes())
	}
	time.Sleep(time.Duration(float64(settle) / t.Pace))

	began := time.Now()
	diagnose := exec.CommandContext(ctx, t.Leakline, "diagnose", "--json", "--for", t.For.String(), "--every", t.Every.String(), strings.TrimSpace(url))
	raw, err := diagnose.Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		if exit != nil {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		return nil, fmt.Errorf("diagnosing %s: %w; it said %s", c.Name, err, said.Bytes())
	}
	var answer struct {
		Verdict    string
		Confidence float64
		Suspects   []struct{ Function string }
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return nil, fmt.Errorf("reading the diagnosis of %s: %w", c.Name, err)
	}
	r := &Result{Case: c, Word: answer.Verdict, Confidence: answer.Confidence, Raw: raw, Took: time.Since(began)}
	if len(answer.Suspects) > 0 {
		r.Function = answer.Suspects[0].Function
	}
	if found := exit != nil; found != fault(r.Word) {
		return nil, fmt.Errorf("%s: the verdict %s came with exit code 1: %v", c.Name, r.Word, found)
	}
	return r, nil
}
