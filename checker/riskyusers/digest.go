package riskyusers

import "hash/maphash"

// digest is the sum of the users' hashes: it does not depend on their order, and
// users can be added and taken away. Its seed is this process's own, so nobody
// can choose ids that add up to the same.
func (u *Updater) digest(ids []any) (sum uint64) {
	for _, id := range ids {
		sum += maphash.String(u.seed, id.(string))
	}
	return sum
}

// keep finds the buckets that hold the same users as when we published them
// last, in this turn: a version must not have the fence of an earlier one.
func (u *Updater) keep(d *drafts, fence uint64) {
	if u.known == nil {
		return
	}
	for i, version := range u.known.versions {
		if fenceOf(version) == fence && u.known.digests[i] == d.digests[i] && u.known.users[i] == d.size[i]-1 {
			d.kept[i] = version
		}
	}
}
