package fleet

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// maxMembers bounds what a reader takes in.
const maxMembers = 10_000

// Members returns the checkers of the fleet, in the order in which they started.
// Those that ended without a word are among them for a while, see Member.Silent,
// unless another has taken their place.
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
	return withoutReplaced(all), nil
}

// read returns those of these members that are still remembered, and takes the
// others off the list. One that comes back this instant is missing from it
// until it is heard of again.
func (f *Fleet) read(ctx context.Context, ids []string) ([]Member, error) {
	names := make([]string, 0, 2*len(ids))
	for _, id := range ids {
		names = append(names, f.keys.member+id, f.keys.last+id)
	}
	left := make([]*redis.DurationCmd, len(ids))
	var values *redis.SliceCmd
	_, err := f.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		values = pipe.MGet(ctx, names...)
		for i, id := range ids {
			left[i] = pipe.PTTL(ctx, f.keys.last+id)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var found []Member
	var gone []any
	for i, id := range ids {
		text, heard := values.Val()[2*i].(string)
		if !heard {
			var remembered bool
			if text, remembered = values.Val()[2*i+1].(string); !remembered {
				gone = append(gone, id)
				continue
			}
		}
		m, ok := parseMember(text)
		if !ok || m.ID != id {
			continue
		}
		if !heard {
			m.Silent = max(memberLife, rememberFor-left[i].Val())
		}
		found = append(found, m)
	}
	if len(gone) > 0 {
		if err := f.rdb.ZRem(ctx, f.keys.members, gone...).Err(); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// withoutReplaced leaves out silent members whose successor is heard of: a
// checker that is killed and started again has another id, and the life before
// is no checker that anybody has to look for.
func withoutReplaced(all []Member) []Member {
	begun := make(map[string]time.Time) // of the latest that is heard of at each place
	for _, m := range all {
		if at := m.place(); m.Silent == 0 && m.Started.After(begun[at]) {
			begun[at] = m.Started
		}
	}
	return slices.DeleteFunc(all, func(m Member) bool { return m.Silent > 0 && begun[m.place()].After(m.At) })
}

// place is where a checker is started again: on the host by which its id begins,
// at its URL.
func (m Member) place() string {
	host := m.ID
	if i := strings.LastIndexByte(host, '-'); i > 0 {
		host = host[:i]
	}
	return host + " " + m.URL
}
