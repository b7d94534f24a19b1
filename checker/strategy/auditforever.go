package strategy

import (
	"sync"

	"github.com/leakline/leakline/checker"
)

// auditEvery is how many payments go by for each one that is kept.
const auditEvery = 10

// auditLog is the leak: it outlives the strategy, nothing reads it and nothing
// takes anything out.
var auditLog struct {
	sync.Mutex
	seen    int
	entries []auditEntry
}

// An auditEntry was meant to say how a decision came about. It keeps the whole
// Set for that.
type auditEntry struct {
	payment checker.Payment
	set     map[string]struct{}
}

// newAuditForever decides as set-per-request does and keeps one request's Set
// in every so many, for ever.
func newAuditForever(p Parts) (checker.Strategy, error) {
	every := p.AuditEvery
	if every == nil {
		every = func() int { return auditEvery }
	}
	return &setPerRequest{cache: p.Cache, users: p.Users, setBuilt: p.SetBuilt, used: func(p checker.Payment, set map[string]struct{}) {
		auditLog.Lock()
		defer auditLog.Unlock()
		if auditLog.seen++; auditLog.seen%every() == 0 {
			auditLog.entries = append(auditLog.entries, auditEntry{p, set})
		}
	}}, nil
}
