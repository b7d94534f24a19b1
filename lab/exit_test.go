package lab

import "testing"

func TestEndsForWantOfMemoryAreToldApart(t *testing.T) {
	ended := func(how string) *patient {
		return &patient{child: &child{exit: exitError{how}}, fence: &fence{}}
	}
	crossed := ended("signal: killed")
	crossed.fence.limit = 512 << 20
	crossed.fence.crossed.Store(true)
	for _, tt := range []struct {
		name      string
		p         *patient
		elsewhere bool
		want      ending
	}{
		{"a limit that we enforce", crossed, false, ending{why: "killed by the supervisor at its limit of 512\u00a0MiB", outOfMemory: true, killed: true, atLimit: true}},
		{"the kernel, for the sake of all", ended("signal: killed"), true, ending{why: "killed by the kernel: out of memory in the cgroup of leakline itself", outOfMemory: true, killed: true}},
		{"somebody's kill", ended("signal: killed"), false, ending{why: "signal: killed"}},
		{"the runtime", ended("exit 2: fatal error: runtime: out of memory"), false, ending{why: "Go's runtime got no more memory (exit 2: fatal error: runtime: out of memory)", outOfMemory: true}},
		{"the runtime, of its own tables", ended("exit 2: fatal error: runtime: cannot allocate memory"), false, ending{why: "Go's runtime got no more memory (exit 2: fatal error: runtime: cannot allocate memory)", outOfMemory: true}},
		{"the runtime, of one piece", ended("exit 2: runtime: out of memory: cannot allocate 8-byte block (9 in use)"), false, ending{why: "Go's runtime got no more memory (exit 2: runtime: out of memory: cannot allocate 8-byte block (9 in use))", outOfMemory: true}},
		{"a panic", ended("exit 2: panic: too bad"), true, ending{why: "exit 2: panic: too bad"}},
		{"a panic that speaks of memory", ended("exit 2: panic: out of memory"), false, ending{why: "exit 2: panic: out of memory"}},
		{"an error that does", ended("exit 2: leakline: redis: fatal error: out of memory"), false, ending{why: "exit 2: leakline: redis: fatal error: out of memory"}},
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

func TestTheLineThatSaysWhy(t *testing.T) {
	for line, want := range map[string]bool{
		"panic: too bad":                            true,
		"fatal error: all goroutines are asleep":    true,
		"leakline: the disk is on fire":             true,
		"SIGSEGV: segmentation violation":           true,
		"SIGQUIT: quit":                             true,
		"runtime: out of memory: cannot allocate 8": true,
		"SIGSEGV":                        false,
		"SIGnal: none":                   false,
		"PC=0x47 m=0 sigcode=0":          false,
		"level=WARN msg=\"panic: none\"": false,
		"":                               false,
	} {
		if got := isCrash(line); got != want {
			t.Errorf("isCrash(%q) = %v, want %v", line, got, want)
		}
	}
}
