package main

import (
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

func TestVersion(t *testing.T) {
	platform := runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH + "\n"
	tests := []struct {
		name string
		info debug.BuildInfo
		want string
	}{
		{"a build of a checkout", debug.BuildInfo{
			Main:     debug.Module{Version: "v1.2.0"},
			Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123abcd"}, {Key: "vcs.time", Value: "2026-11-27T12:00:00Z"}, {Key: "vcs.modified", Value: "false"}},
		}, "leakline v1.2.0\nrevision 0123abcd, of 2026-11-27T12:00:00Z\n" + platform},
		{"a build of a checkout that was changed", debug.BuildInfo{
			Main:     debug.Module{Version: "v1.2.1-0.20261127120000-0123abcd+dirty"},
			Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: "0123abcd"}, {Key: "vcs.modified", Value: "true"}},
		}, "leakline v1.2.1-0.20261127120000-0123abcd+dirty\nrevision 0123abcd, modified\n" + platform},
		{"go install of a version", debug.BuildInfo{Main: debug.Module{Version: "v1.2.0"}}, "leakline v1.2.0\nrevision not noted\n" + platform},
		{"nothing noted", debug.BuildInfo{}, "leakline (devel)\nrevision not noted\n" + platform},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var said strings.Builder
			if err := printVersion(&said, &tt.info); err != nil || said.String() != tt.want {
				t.Errorf("%q, %v; want %q", said.String(), err, tt.want)
			}
		})
	}
	if got := said(t, "version"); !strings.HasPrefix(got, "leakline ") {
		t.Errorf("leakline version says %q", got)
	}
}
