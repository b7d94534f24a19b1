package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// memberLife is how soon a member is silent that is not heard of.
	memberLife = 15 * time.Second

	// rememberFor is how long a silent member is still listed. One that is cut
	// off from Redis goes on deciding as it was last told to, and somebody has to
	// be told of it.
	rememberFor = 10 * time.Minute
)

// A Member is one checker as it has described itself.
type Member struct {
	ID         string    `json:"id"`
	URL        string    `json:"url"` // where others reach it
	Started    time.Time `json:"started"`
	Version    string    `json:"version"`
	Revision   string    `json:"revision"`
	GoVersion  string    `json:"go_version"`
	Strategy   string    `json:"strategy"`         // that decides now
	Generation uint64    `json:"generation"`       // of the order applied last; 0 before the first
	Failed     string    `json:"failed,omitempty"` // why the latest order was not applied
	Updater    bool      `json:"updater"`          // it is the one that publishes the risky users
	At         time.Time `json:"at"`               // when it said all this

	// Silent is for how long it has not been heard of, by Redis' clock; 0 while
	// it is. It is for readers: a member does not say it of itself.
	Silent time.Duration `json:"-"`
}

// Behind reports whether m has yet to apply the latest order, or may have: by
// which one a silent member decides is not known.
func (m Member) Behind(latest Order) bool { return m.Silent > 0 || m.Generation < latest.Generation }

// parseMember leaves out what no checker has written.
func parseMember(text string) (Member, bool) {
	var m Member
	if err := json.Unmarshal([]byte(text), &m); err != nil || m.ID == "" {
		return Member{}, false
	}
	return m, true
}

// enter writes m down, to be silent and then forgotten unless it is written
// again.
func (f *Fleet) enter(ctx context.Context, m Member) error {
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("describing member %s: %w", m.ID, err)
	}
	_, err = f.rdb.TxPipelined(ctx, func(tx redis.Pipeliner) error {
		tx.Set(ctx, f.keys.member+m.ID, text, memberLife)
		tx.Set(ctx, f.keys.last+m.ID, text, rememberFor)
		tx.ZAdd(ctx, f.keys.members, redis.Z{Score: float64(m.Started.UnixMilli()), Member: m.ID})
		tx.PExpire(ctx, f.keys.members, rememberFor) // a list of nobody goes with the last of them
		return nil
	})
	if err != nil {
		return fmt.Errorf("registering with fleet %s: %w", f.name, err)
	}
	return nil
}

// leave forgets the member now.
func (f *Fleet) leave(ctx context.Context, id string) error {
	_, err := f.rdb.TxPipelined(ctx, func(tx redis.Pipeliner) error {
		tx.Del(ctx, f.keys.member+id, f.keys.last+id)
		tx.ZRem(ctx, f.keys.members, id)
		return nil
	})
	if err != nil {
		return fmt.Errorf("leaving fleet %s: %w", f.name, err)
	}
	return nil
}
