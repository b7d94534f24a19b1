package lab

import "testing"

func TestEndsForWantOfMemoryAreToldApart(t *testing.T) {
	ended := func(how, says string) *patient {
		c := &child{crash: says}
		c.exit = exitError{how}
		return &patient{child: c, fence: &fence{}}
	}
	crossed := ended("signal: killed", "")
	crossed.fence.limit = 512 << 20
	crossed.fence.crossed.Store(true)
	for _, tt := range []struct {
		name      string
		p         *patient
		elsewhere bool
		want      ending
	}{
		{"a limit that we enforce", crossed, false, ending{"killed by the supervisor at its limit of 512\u00a0MiB", true, true, nil}},
		{"the kernel, for the sake of all", ended("signal: killed", ""), true, ending{"killed by the kernel: out of memory in the cgroup of leakline itself", true, true, nil}},
		{"somebody's kill", ended("signal: killed", ""), false, ending{why: "signal: killed"}},
		{"the runtime", ended("fatal error: runtime: out of memory", ""), false, ending{"Go's runtime got no more memory (fatal error: runtime: out of memory)", true, false, nil}},
		{"a panic", ended("exit 2: panic: too bad", ""), true, ending{why: "exit 2: panic: too bad"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := endingOf(tt.p, tt.elsewhere); got != tt.want {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}

type exitError struct{ how string }

func (e exitError) Error() string { return e.how }
