package profiler_test

import (
	"testing"
	"time"

	"github.com/leakline/leakline/profiler"
)

func TestMarksAreNumberedAndFoundByTime(t *testing.T) {
	s := profiler.NewSeries()
	for i := range 5 {
		m := s.Mark(profiler.Mark{At: noon.Add(time.Duration(i) * time.Second), Kind: profiler.MarkGC, By: "instructor"})
		if m.ID != uint64(i+1) || m.By != "instructor" {
			t.Errorf("mark %d came back as %+v", i+1, m)
		}
	}
	tests := []struct {
		name  string
		from  time.Duration
		first uint64 // 0 when none is left
		count int
	}{
		{"from before the first", -time.Hour, 1, 5},
		{"from one of them on, itself included", 2 * time.Second, 3, 3},
		{"from between two", 2500 * time.Millisecond, 4, 2},
		{"from after the last", time.Hour, 0, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := s.Marks(noon.Add(tt.from))
			if len(got) != tt.count {
				t.Fatalf("%d marks, want %d", len(got), tt.count)
			}
			if tt.count > 0 && got[0].ID != tt.first {
				t.Errorf("the first is %d, want %d", got[0].ID, tt.first)
			}
		})
	}
}

func TestTheOldestMarksAreForgotten(t *testing.T) {
	s := profiler.NewSeries()
	const made = 2500
	for i := range made {
		s.Mark(profiler.Mark{At: noon.Add(time.Duration(i) * time.Second)})
	}
	got := s.Marks(time.Time{})
	if len(got) != 2000 || got[0].ID != made-2000+1 || got[len(got)-1].ID != made {
		t.Errorf("%d marks from %d to %d are kept, want the last 2000 of %d",
			len(got), got[0].ID, got[len(got)-1].ID, made)
	}
	got[0].Text = "written by a reader"
	if again := s.Marks(time.Time{}); again[0].Text != "" {
		t.Error("a reader's copy is the series' own")
	}
}

func TestASpanEndsWhereTheNextBegins(t *testing.T) {
	s := profiler.NewSeries()
	second := func(i int) time.Time { return noon.Add(time.Duration(i) * time.Second) }
	s.Begin(second(0), "set-per-request", 1)
	s.Begin(second(10), "list-scan", 1)
	s.Begin(second(20), "", 1)
	s.Begin(second(30), "list-scan", 2)
	want := []profiler.Span{
		{From: second(0), To: second(10), Strategy: "set-per-request", Generation: 1},
		{From: second(10), To: second(20), Strategy: "list-scan", Generation: 1},
		{From: second(30), Strategy: "list-scan", Generation: 2},
	}
	got := s.Spans(second(0))
	if len(got) != len(want) {
		t.Fatalf("%d spans, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("span %d is %+v, want %+v", i, got[i], want[i])
		}
	}
	if late := s.Spans(second(20)); len(late) != 1 || late[0] != want[2] {
		t.Errorf("from second 20 on there is %+v, want the last alone", late)
	}
}

func TestTheOldestSpansAreForgotten(t *testing.T) {
	s := profiler.NewSeries()
	for i := range 700 {
		s.Begin(noon.Add(time.Duration(i)*time.Second), "list-scan", uint32(i))
	}
	got := s.Spans(time.Time{})
	if len(got) != 500 || got[0].Generation != 200 || !got[499].To.IsZero() {
		t.Errorf("%d spans from generation %d on are kept, want the last 500, the newest open", len(got), got[0].Generation)
	}
}
