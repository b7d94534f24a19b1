package strategy

import (
	"testing"

	"github.com/leakline/leakline/checker"
)

func TestAuditKeepsOneSetInSoMany(t *testing.T) {
	built, err := newAuditForever(Parts{SetBuilt: func() {}, AuditEvery: func() int { return 3 }})
	if err != nil {
		t.Fatal(err)
	}
	s := built.(*setPerRequest)
	before := len(auditLog.entries)
	for range 30 {
		if !s.look(checker.Payment{UserID: "a"}, map[string]struct{}{"a": {}}) {
			t.Fatal("a is risky and was not found")
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if kept := len(auditLog.entries) - before; kept != 10 {
		t.Errorf("%d of 30 Sets are kept, want 10, even after the strategy's end", kept)
	}
}
