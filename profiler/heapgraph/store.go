package heapgraph

const (
	pageBits = 15
	pageSize = 1 << pageBits
)

// A store is a list that grows without moving, so that growth never needs
// twice its size.
type store[T any] struct {
	pages [][]T
	n     int
}

func (s *store[T]) add(v T) {
	if s.n&(pageSize-1) == 0 {
		s.pages = append(s.pages, make([]T, 0, pageSize))
	}
	last := len(s.pages) - 1
	s.pages[last] = append(s.pages[last], v)
	s.n++
}

func (s *store[T]) at(i int) T { return s.pages[i>>pageBits][i&(pageSize-1)] }

// flat returns the list as one slice and lets go of each page once it is
// copied. The store is empty afterwards.
func (s *store[T]) flat() []T {
	all := make([]T, 0, s.n)
	for i, page := range s.pages {
		all = append(all, page...)
		s.pages[i] = nil
	}
	*s = store[T]{}
	return all
}
