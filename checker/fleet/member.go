package fleet

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// memberLife is how long a member is remembered that is not heard of.
	memberLife = 15 * time.Second

	// maxMembers bounds what a reader takes in.
	maxMembers = 10_000
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
}

// Behind reports whether m has yet to apply the latest order.
func (m Member) Behind(latest Order) bool { return m.Generation < latest.Generation }

// Members returns the checkers that were heard of lately, in the order in which
// they started.
func (f *Fleet) Members(ctx context.Context) ([]Member, error) {
	ids, err := f.rdb.ZRange(ctx, f.keys.members, 0, maxMembers-1).Result()
	if err != nil {
		return nil, fmt.Errorf("listing the members of fleet %s: %w", f.name, err)
	}
	all := make([]Member, 0, len(ids))
	const piece = 200
	for some := range slices.Chunk(ids, piece) {
		found, err := f.read(ctx, some)
		if err != nil {
			return nil, fmt.Errorf("reading the members of fleet %s: %w", f.name, err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// read returns those of these members that are still remembered, and takes the
// others off the list. One that comes back this instant is missing from it
// until it is heard of again.
func (f *Fleet) read(ctx context.Context, ids []string) ([]Member, error) {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = f.keys.member + id
	}
	values, err := f.rdb.MGet(ctx, names...).Result()
	if err != nil {
		return nil, err
	}
	var found []Member
	var gone []any
	for i, v := range values {
		text, ok := v.(string)
		if !ok {
			gone = append(gone, ids[i])
			continue
		}
		if m, ok := parseMember(text); ok && m.ID == ids[i] {
			found = append(found, m)
		}
	}
	if len(gone) > 0 {
		if err := f.rdb.ZRem(ctx, f.keys.members, gone...).Err(); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// parseMember leaves out what no checker has written.
func parseMember(text string) (Member, bool) {
	var m Member
	if err := json.Unmarshal([]byte(text), &m); err != nil || m.ID == "" {
		return Member{}, false
	}
	return m, true
}

// enter writes m down, to be forgotten unless it is written again.
func (f *Fleet) enter(ctx context.Context, m Member) error {
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("describing member %s: %w", m.ID, err)
	}
	_, err = f.rdb.TxPipelined(ctx, func(tx redis.Pipeliner) error {
		tx.Set(ctx, f.keys.member+m.ID, text, memberLife)
		tx.ZAdd(ctx, f.keys.members, redis.Z{Score: float64(m.Started.UnixMilli()), Member: m.ID})
		tx.PExpire(ctx, f.keys.members, memberLife) // a list of nobody goes with the last of them
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
		tx.Del(ctx, f.keys.member+id)
		tx.ZRem(ctx, f.keys.members, id)
		return nil
	})
	if err != nil {
		return fmt.Errorf("leaving fleet %s: %w", f.name, err)
	}
	return nil
}
