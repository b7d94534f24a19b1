package diff

import (
	"fmt"
	"runtime"
	"testing"
)

// service is a profile like that of a large service: many stacks, few sites.
func service(t testing.TB, stacks int, grown float64) []byte {
	var allocations []allocation
	for i := range stacks {
		stack := fmt.Sprintf("reflect.mapassign r.go:1 < encoding/json.f%d j.go:%d", i%97, i%31)
		for depth := range 16 {
			stack += fmt.Sprintf(" < shop/p%d.F%d /app/p%d.go:%d", depth, (i>>depth)%211, depth, (i>>depth)%5)
		}
		n := float64(1 + i%7)
		allocations = append(allocations, allocation{stack, int64(16 << (i % 8)), n * grown, n})
	}
	return encode(t, heapOf(t, 512<<10, noon, allocations...))
}

func BenchmarkDecodeAndCompare(b *testing.B) {
	runtime.MemProfileRate = 512 << 10 // that of the tests would be measured instead
	for _, stacks := range []int{1000, 16_000} {
		b.Run(fmt.Sprintf("stacks=%d", stacks), func(b *testing.B) {
			base, head := service(b, stacks, 2), service(b, stacks, 3)
			b.ReportAllocs()
			for b.Loop() {
				x, err := decode(base)
				if err != nil {
					b.Fatal(err)
				}
				y, err := decode(head)
				if err != nil {
					b.Fatal(err)
				}
				if r := compare(b, x, y, Options{Sample: AllocSpace}); len(r.Sites) == 0 {
					b.Fatal("no site")
				}
			}
		})
	}
}
