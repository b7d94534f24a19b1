package riskyusers_test

import (
	"testing"

	"github.com/leakline/leakline/checker/riskyusers"
)

func TestUserIDsSortAsTheirNumbers(t *testing.T) {
	for i, want := range map[int]string{0: "u0000000", 42: "u0000042", riskyusers.MaxUsers - 1: "u9999999"} {
		if got := riskyusers.UserID(i); got != want {
			t.Errorf("UserID(%d) = %q, want %q", i, got, want)
		}
	}
	for _, i := range []int{9, 99, 999_999} {
		if riskyusers.UserID(i) >= riskyusers.UserID(i+1) {
			t.Errorf("%q does not sort before %q", riskyusers.UserID(i), riskyusers.UserID(i+1))
		}
	}
	if !riskyusers.Risky(9, 10) || riskyusers.Risky(10, 10) {
		t.Error("of ten risky users the last is number 9")
	}
}
