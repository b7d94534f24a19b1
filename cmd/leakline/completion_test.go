package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/leakline/leakline/checker/strategy"
)

// said runs leakline and returns what it prints.
func said(t *testing.T, args ...string) string {
	t.Helper()
	c, out := newCommand(), new(bytes.Buffer)
	c.SetArgs(args)
	c.SetOut(out)
	if err := c.ExecuteContext(t.Context()); err != nil {
		t.Fatalf("leakline %v: %v", args, err)
	}
	return out.String()
}

func TestCompletions(t *testing.T) {
	const (
		noFiles = ":4\n"
		files   = ":0\n"
		folders = ":16\n"
	)
	tests := []struct {
		name string
		args []string
		want []string
		how  string // what the shell does beside
	}{
		{"commands", []string{""}, []string{"attach\t", "diff\t", "lab\t", "completion\t"}, noFiles},
		{"strategies", []string{"lab", "--strategy", ""}, []string{"set-per-request\tFetches", "warm-cache\t"}, noFiles},
		{"strategies of the default command", []string{"--strategy", ""}, []string{"set-per-request\t"}, noFiles},
		{"strategies by their beginning", []string{"checker", "--strategy", "local"}, []string{"local-snapshot\t"}, noFiles},
		{"strategies for a fleet", []string{"fleet", "switch", "set"}, []string{"set-per-request\t"}, noFiles},
		{"a fleet's name, which no file is", []string{"fleet", "status", "--fleet", ""}, nil, noFiles},
		{"kinds of updater", []string{"checker", "--updater", ""}, []string{"atomic\n", "naive\n", "stopped\n"}, noFiles},
		{"what to rank by", []string{"diff", "--sample", "alloc"}, []string{"alloc_space\n", "alloc_objects\n"}, noFiles},
		{"profiles", []string{"diff", ""}, nil, files},
		{"a token's file", []string{"lab", "--viewer-token-file", ""}, nil, files},
		{"a folder", []string{"lab", "--data-dir", ""}, nil, folders},
		{"a number, which no file is", []string{"lab", "--rps", ""}, nil, noFiles},
		{"an address, which no file is", []string{"attach", ""}, nil, noFiles},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := said(t, append([]string{"__complete"}, tt.args...)...)
			for _, want := range tt.want {
				if !strings.Contains("\n"+got, "\n"+want) {
					t.Errorf("%q is not offered:\n%s", want, got)
				}
			}
			if len(tt.want) == 0 && !strings.HasPrefix(got, ":") {
				t.Errorf("something is offered:\n%s", got)
			}
			if !strings.HasSuffix(got, tt.how) {
				t.Errorf("the shell is told %q, want %q", got[strings.LastIndexByte(got, ':'):], tt.how)
			}
		})
	}
	if got, want := strings.Count(said(t, "__complete", "lab", "--strategy", ""), "\t"), len(strategy.Catalog()); got != want {
		t.Errorf("%d strategies are offered, want %d", got, want)
	}
}

func TestEveryShellHasAScript(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if script := said(t, "completion", shell); !strings.Contains(script, "__complete") {
			t.Errorf("the script for %s does not ask leakline:\n%s", shell, script)
		}
	}
}
