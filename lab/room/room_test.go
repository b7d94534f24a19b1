package room_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/leakline/leakline/lab/lesson"
	"github.com/leakline/leakline/lab/room"
)

// Two steps of the lessons: one asks for a choice, the other for a number and
// a choice.
var (
	pattern = room.Place{Lesson: "identify-the-leak", Step: "the-pattern"}
	again   = room.Place{Lesson: "identify-the-leak", Step: "made-again-and-again"}
)

func viewer(name string) room.Visitor { return room.Visitor{Session: name} }

var guide = room.Visitor{Session: "guide", Guide: true}

func name(s string) room.Change { return room.Change{Name: &s} }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func stepOf(t testing.TB, s room.Shown, p room.Place) room.Step {
	t.Helper()
	for _, step := range s.Steps {
		if step.Place == p {
			return step
		}
	}
	t.Fatalf("step %v is not shown", p)
	return room.Step{}
}

func TestAPredictionIsLockedOnceAndKept(t *testing.T) {
	r := room.New(room.Config{})
	must(t, r.Lock(viewer("a"), again, []string{"6000", "2"}))
	if err := r.Lock(viewer("a"), again, []string{"1", "1"}); !errors.Is(err, room.ErrLocked) {
		t.Errorf("a second prediction: %v, want ErrLocked", err)
	}
	want := []room.Answers{{Place: again, Answers: []string{"6000", "2"}}}
	if me := r.Look(viewer("a")).Me; me == nil || !reflect.DeepEqual(me.Answers, want) || *me.At != again {
		t.Errorf("own member %+v, want the first prediction, at its step", me)
	}
}

func TestWhatCannotBeAnAnswerIsRefused(t *testing.T) {
	r := room.New(room.Config{})
	for _, tt := range []struct {
		name    string
		place   room.Place
		answers []string
		want    error
		says    string
	}{
		{"too few", again, []string{"1"}, room.ErrInvalid, "1 answers to 2 questions"},
		{"a choice that there is not", pattern, []string{"3"}, room.ErrInvalid, "0 to 2"},
		{"a choice below the first", pattern, []string{"-1"}, room.ErrInvalid, "0 to 2"},
		{"half a choice", pattern, []string{"0.5"}, room.ErrInvalid, "0 to 2"},
		{"no choice", pattern, []string{""}, room.ErrInvalid, "0 to 2"},
		{"a number below 0", again, []string{"-1", "0"}, room.ErrInvalid, "number"},
		{"no number", again, []string{"NaN", "0"}, room.ErrInvalid, "number"},
		{"no end", again, []string{"Inf", "0"}, room.ErrInvalid, "number"},
		{"words", again, []string{"many", "0"}, room.ErrInvalid, `"many"`},
		{"another lesson", room.Place{Lesson: "none", Step: "none"}, nil, lesson.ErrUnknown, "none"},
		{"another step", room.Place{Lesson: again.Lesson, Step: "none"}, nil, lesson.ErrUnknown, "none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := r.Lock(viewer("a"), tt.place, tt.answers)
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%v, want %v that says %q", err, tt.want, tt.says)
			}
		})
	}
	if r.Usage().Members != 0 {
		t.Error("who was refused is a member")
	}
}

func TestDistributionCountsTheClassAndNotItsGuide(t *testing.T) {
	r := room.New(room.Config{})
	for i, number := range []string{"10", "2000", "30", "40"} {
		must(t, r.Lock(viewer(fmt.Sprint(i)), again, []string{number, fmt.Sprint(i % 2)}))
	}
	must(t, r.Lock(guide, again, []string{"999999", "2"}))
	got, err := r.Distribution(again)
	want := []room.Tally{
		{Choices: []int{}, Numbers: &room.Numbers{Count: 4, Min: 10, Median: 35, Max: 2000}},
		{Choices: []int{2, 2, 0}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("distribution %+v, %v, want %+v", got, err, want)
	}
}

// What is said after the reveal is no prediction: it is kept, and not counted.
func TestWhatIsSaidAfterTheRevealIsNotCounted(t *testing.T) {
	r := room.New(room.Config{})
	must(t, r.Lock(viewer("a"), pattern, []string{"0"}))
	must(t, r.Reveal(pattern))
	must(t, r.Lock(viewer("b"), pattern, []string{"1"}))
	must(t, r.Join(room.Visitor{Session: "b", Guide: true}, name("Bob"))) // and back, which counts anew
	must(t, r.Join(viewer("b"), name("Bob")))
	s := r.Look(viewer("b"))
	if step := stepOf(t, s.Shown, pattern); step.Answered != 1 || !reflect.DeepEqual(step.Questions, []room.Tally{{Choices: []int{1, 0, 0}}}) {
		t.Errorf("the room sees %+v, want what was said before the reveal", step)
	}
	if want := []room.Answers{{Place: pattern, Answers: []string{"1"}, Late: true}}; !reflect.DeepEqual(s.Me.Answers, want) {
		t.Errorf("own answers %+v, want %+v", s.Me.Answers, want)
	}
	if a := r.Look(viewer("a")).Me.Answers[0]; a.Late {
		t.Error("what was said before the reveal is called late")
	}
}

// What others predicted, and who they are, is the guide's until it is revealed.
func TestAViewerSeesNobodyAndNothingUnrevealed(t *testing.T) {
	r := room.New(room.Config{})
	must(t, r.Join(viewer("a"), name("Ada")))
	must(t, r.Lock(viewer("a"), pattern, []string{"1"}))
	b := r.Look(viewer("b"))
	if step := stepOf(t, b.Shown, pattern); step.Questions != nil || step.Answered != 1 || step.Revealed || b.People != nil || b.Me != nil {
		t.Errorf("a viewer sees %+v", b)
	}
	g := r.Look(guide)
	if step := stepOf(t, g.Shown, pattern); step.Questions == nil || len(g.People) != 1 || g.People[0].Name != "Ada" {
		t.Errorf("the guide sees %+v, want the distribution and Ada", g)
	}
	must(t, r.Reveal(pattern))
	if step := stepOf(t, r.Look(viewer("b")).Shown, pattern); !step.Revealed || !reflect.DeepEqual(step.Questions, []room.Tally{{Choices: []int{0, 1, 0}}}) {
		t.Errorf("after the reveal a viewer sees %+v", step)
	}
}

func TestNamesAreTrimmedBoundedAndNumbered(t *testing.T) {
	r := room.New(room.Config{})
	for i, typed := range []string{" Ada ", "Ada", "<b>Eve</b>", "José 👩‍🔬", strings.Repeat("é", 40)} {
		must(t, r.Join(viewer(fmt.Sprint(i)), name(typed)))
	}
	defer r.Arrive(viewer("quiet"))()
	var got []string
	for _, p := range r.Look(guide).People {
		got = append(got, p.Name)
	}
	want := []string{"Ada", "Ada (2)", "<b>Eve</b>", "José 👩‍🔬", strings.Repeat("é", 40), "Someone"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("people %q, want %q", got, want)
	}
	for _, typed := range []string{"", "  ", strings.Repeat("é", 41), "a\nb", "a\x00", "a\u202eb", "\u200d", "a\xff"} {
		if err := r.Join(viewer("x"), name(typed)); !errors.Is(err, room.ErrInvalid) {
			t.Errorf("name %q: %v, want ErrInvalid", typed, err)
		}
	}
}

func TestAFullRoomRefusesAndForgetsWhoDidNothing(t *testing.T) {
	r := room.New(room.Config{MaxMembers: 2})
	must(t, r.Join(viewer("named"), name("Ada")))
	must(t, r.Join(viewer("idle"), room.Change{At: &pattern}))
	must(t, r.Join(viewer("third"), name("Bob"))) // in the place of who only looked
	if err := r.Join(viewer("fourth"), name("Cyd")); !errors.Is(err, room.ErrFull) {
		t.Errorf("a fourth: %v, want ErrFull", err)
	}
	r.Arrive(viewer("fifth"))() // is not counted, and does no harm
	if got := r.Usage(); got.Members != 2 || got.MaxMembers != 2 {
		t.Errorf("usage %+v, want 2 of 2", got)
	}
}

func TestWhoHasGoneIsCountedIfItDidSomething(t *testing.T) {
	r := room.New(room.Config{})
	leaveA, leaveTab := r.Arrive(viewer("a")), r.Arrive(viewer("a"))
	leaveB := r.Arrive(viewer("b"))
	defer r.Arrive(guide)()
	must(t, r.Lock(viewer("a"), pattern, []string{"0"}))
	if s := r.Look(viewer("a")); s.Here != 2 || s.Members != 2 {
		t.Errorf("%d here of %d, want 2 of 2: tabs and guides do not count", s.Here, s.Members)
	}
	leaveTab()
	if step := stepOf(t, r.Look(guide).Shown, pattern); step.Here != 1 {
		t.Errorf("%d at the step with one of two tabs open, want 1", step.Here)
	}
	leaveA()
	leaveB()
	s := r.Look(guide)
	if step := stepOf(t, s.Shown, pattern); s.Here != 0 || s.Members != 1 || step.Answered != 1 || step.Here != 0 {
		t.Errorf("%d here of %d, %+v: want the answer of one who has gone", s.Here, s.Members, step)
	}
}

func TestWhatIsSoOpensForWhoHasPredicted(t *testing.T) {
	r := room.New(room.Config{MaxMembers: 2})
	must(t, r.Lock(viewer("a"), pattern, []string{"0"}))
	for _, tt := range []struct {
		name string
		v    room.Visitor
		p    room.Place
		want bool
	}{
		{"who has predicted", viewer("a"), pattern, true},
		{"another step", viewer("a"), again, false},
		{"who has not", viewer("b"), pattern, false},
		{"a guide who has not", guide, pattern, false},
		{"nobody in particular", viewer(""), pattern, false},
	} {
		if got := r.Open(tt.v, tt.p); got != tt.want {
			t.Errorf("%s: open %v, want %v", tt.name, got, tt.want)
		}
	}
	must(t, r.Join(viewer("b"), name("Bob")))
	if r.Open(viewer("b"), pattern) || !r.Open(viewer("c"), pattern) || r.Open(viewer(""), pattern) {
		t.Error("in a full room, want it open for who finds no place, and for nobody else")
	}
	must(t, r.Reveal(pattern))
	if !r.Open(viewer("b"), pattern) || !r.Open(viewer(""), pattern) || r.Open(viewer("b"), again) {
		t.Error("after the reveal of a step, want it open for all, and no other step")
	}
}

// Later figures may be of something else that runs by then.
func TestFiguresStayAsTheyWereWhenTheCheckHeld(t *testing.T) {
	r := room.New(room.Config{})
	if figures, ok := r.Measured(again); ok {
		t.Errorf("figures %v before the check has held", figures)
	}
	for _, sets := range []string{"6 000", "12"} {
		r.Held(again, time.Now(), map[string]string{"sets_per_minute": sets})
	}
	if figures, ok := r.Measured(again); !ok || figures["sets_per_minute"] != "6 000" {
		t.Errorf("figures %v, %v, want those of the first time", figures, ok)
	}
	r.Reset()
	if figures, ok := r.Measured(again); ok {
		t.Errorf("figures %v of the room before", figures)
	}
}

func TestResetForgetsAllAndIsAnotherRoom(t *testing.T) {
	r := room.New(room.Config{})
	leave := r.Arrive(viewer("a"))
	must(t, r.Join(viewer("a"), name("Ada")))
	must(t, r.Join(viewer("gone"), name("Bob")))
	must(t, r.Lock(viewer("a"), pattern, []string{"0"}))
	must(t, r.Reveal(pattern))
	r.Held(pattern, time.Now(), nil)
	before := r.Look(viewer("a"))
	r.Reset()
	after := r.Look(viewer("a"))
	if after.ID == before.ID || after.Rev <= before.Rev || after.Here != 1 || after.Members != 1 {
		t.Errorf("after %+v: want another room with who is here", after.Shown)
	}
	if step := stepOf(t, after.Shown, pattern); step.Revealed || step.HeldAt != nil || step.Answered != 0 {
		t.Errorf("step %+v, want nothing of the room before", step)
	}
	if after.Me == nil || after.Me.Name != "" || len(after.Me.Answers) != 0 {
		t.Errorf("own member %+v, want no name and no answers", after.Me)
	}
	must(t, r.Lock(viewer("a"), pattern, []string{"1"}))
	leave()
}

// Two thousand people do everything at once, and none of it is lost.
func TestTwoThousandAtOnce(t *testing.T) {
	const crowd = 2000
	r := room.New(room.Config{})
	var all sync.WaitGroup
	for i := range crowd {
		all.Go(func() {
			me := viewer(fmt.Sprint(i))
			leave := r.Arrive(me)
			defer leave()
			for _, err := range []error{
				r.Join(me, name(fmt.Sprintf("Person %d", i))), r.Join(me, room.Change{At: &pattern}),
				r.Lock(me, pattern, []string{fmt.Sprint(i % 3)}),
			} {
				if err != nil {
					t.Error(err)
				}
			}
			if i%100 == 0 {
				if got := r.Look(me).Me; got == nil || len(got.Answers) != 1 {
					t.Errorf("own member %+v, want one answer", got)
				}
			}
		})
	}
	all.Wait()
	got, err := r.Distribution(pattern)
	if want := []room.Tally{{Choices: []int{667, 667, 666}}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("distribution %v, %v, want %v", got, err, want)
	}
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"Ada", " \t", "a\u202eb", "👩‍🔬", "\xff", "<script>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		r := room.New(room.Config{})
		if r.Join(viewer("a"), name(typed)) != nil {
			return
		}
		kept := r.Look(viewer("a")).Me.Name
		if n := utf8.RuneCountInString(kept); n < 1 || n > 40 || kept != strings.TrimSpace(kept) || strings.ContainsAny(kept, "\n\r\x00\u202e") {
			t.Errorf("%q is kept as %q", typed, kept)
		}
	})
}

func FuzzAnswers(f *testing.F) {
	for _, s := range []string{"0", "1e3", "-0", "0x1p-2", "1_000", "Inf", "", "2.0"} {
		f.Add(s, "2")
	}
	f.Fuzz(func(t *testing.T, number, choice string) {
		r := room.New(room.Config{})
		if r.Lock(viewer("a"), again, []string{number, choice}) != nil {
			return
		}
		tallies, err := r.Distribution(again)
		if err != nil || tallies[0].Numbers.Min < 0 || tallies[1].Choices[0]+tallies[1].Choices[1]+tallies[1].Choices[2] != 1 {
			t.Errorf("%q and %q are counted as %+v, %v", number, choice, tallies, err)
		}
		// What is given back can be read again, and is the same.
		back := r.Look(viewer("a")).Me.Answers[0].Answers
		if err := r.Lock(viewer("b"), again, back); err != nil || !reflect.DeepEqual(r.Look(viewer("b")).Me.Answers[0].Answers, back) {
			t.Errorf("%q and %q come back as %q: %v", number, choice, back, err)
		}
	})
}

// Who signs in as the instructor after predicting is counted no more, and the
// other way round.
func TestASessionThatChangesItsRoleIsCountedAnew(t *testing.T) {
	r := room.New(room.Config{})
	must(t, r.Lock(viewer("a"), pattern, []string{"0"}))
	must(t, r.Reveal(pattern))
	for _, tt := range []struct {
		guide bool
		want  int
	}{{false, 1}, {true, 0}, {false, 1}} {
		must(t, r.Join(room.Visitor{Session: "a", Guide: tt.guide}, name("Ada")))
		s := r.Look(viewer("b"))
		if step := stepOf(t, s.Shown, pattern); step.Answered != tt.want || step.Questions[0].Choices[0] != tt.want || s.Members != tt.want {
			t.Errorf("guide %v: %+v of %d, want %d", tt.guide, step, s.Members, tt.want)
		}
	}
}
