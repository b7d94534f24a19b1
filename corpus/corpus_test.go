package corpus_test

import (
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/leakline/leakline/corpus"
)

// atOnce is how many patients run at a time: more would starve one another.
const atOnce = 8

// maxAgain is how many may be undecided at first: one or two are, by chance, and
// more than eight once in some thousands of runs.
const maxAgain = 8

// slow are those that a faster story makes no clearer, because their garbage
// grows as well: one in ten was missed in 10 s, and none of 24 in twice as long.
var slow = map[string]bool{"drip-under-garbage": true}

// Every patient is judged, its story told four and a half times as fast. One
// wrong verdict or suspect fails, once leakline says that it has seen enough.
func TestEveryPatient(t *testing.T) {
	dir := t.TempDir()
	trial := corpus.Trial{
		Leakline: build(t, "..", filepath.Join(dir, "leakline"), "./cmd/leakline"),
		Patients: build(t, ".", filepath.Join(dir, "patients"), "./patients"),
		For:      10 * time.Second, Every: time.Second, Pace: 4.5,
	}
	cases, err := corpus.List(t.Context(), trial.Patients)
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) < 24 {
		t.Fatalf("%d patients, want 24 or more", len(cases))
	}
	var again atomic.Int32
	t.Cleanup(func() {
		if n := again.Load(); n > maxAgain {
			t.Errorf("%d of %d patients had to be looked at for longer, want %d at most", n, len(cases), maxAgain)
		}
	})
	free := make(chan struct{}, atOnce)
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			free <- struct{}{}
			defer func() { <-free }()
			trial := trial
			if slow[c.Name] {
				trial.For *= 2
			}
			r, err := trial.Examine(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			if undecided(r) {
				again.Add(1)
				t.Logf("judged %s in %v: looked at again, for %v", r.Word, trial.For, 3*trial.For)
				trial.For *= 3
				if r, err = trial.Examine(t.Context(), c); err != nil {
					t.Fatal(err)
				}
			}
			if !r.WordRight() || !r.SuspectRight() {
				t.Errorf("%s: judged %s at %s, want %v at %v\n%s", c.Note, r.Word, r.Function, c.Words, c.Suspect, r.Raw)
			}
		})
	}
}

// undecided reports whether the verdict itself asks for a longer look.
func undecided(r *corpus.Result) bool {
	return !r.WordRight() && (r.Word == "growing" || r.Word == "insufficient")
}

func build(t *testing.T, dir, out, what string) string {
	t.Helper()
	cmd := exec.Command("go", "build", "-o", out, what)
	cmd.Dir = dir
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building %s: %v\n%s", what, err, text)
	}
	return out
}
