package profiler

// A SizeClass is what is in use on the heap in objects of about one size.
type SizeClass struct {
	UpTo    *int64 `json:"up_to"` // bytes of the largest object in it; null for those larger than any class
	Objects int64  `json:"objects"`
	Bytes   int64  `json:"bytes"`
}
