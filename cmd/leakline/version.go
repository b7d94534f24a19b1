package main

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "print version, revision and Go", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return printVersion(c.OutOrStdout(), buildInfo()) },
	}
}

// buildInfo is what Go has noted of this binary, or nothing.
func buildInfo() *debug.BuildInfo {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info
	}
	return new(debug.BuildInfo)
}

// built says what this binary was made of: a build of a checkout knows its
// revision, and one by go install its version.
func built() (version, revision string) {
	info := buildInfo()
	return cmp.Or(info.Main.Version, "(devel)"), settings(info)["vcs.revision"]
}

func settings(info *debug.BuildInfo) map[string]string {
	set := make(map[string]string)
	for _, s := range info.Settings {
		set[s.Key] = s.Value
	}
	return set
}

func printVersion(w io.Writer, info *debug.BuildInfo) error {
	set := settings(info)
	revision := cmp.Or(set["vcs.revision"], "not noted")
	if set["vcs.modified"] == "true" {
		revision += ", modified"
	}
	if at := set["vcs.time"]; at != "" {
		revision += ", of " + at
	}
	_, err := fmt.Fprintf(w, "leakline %s\nrevision %s\n%s %s/%s\n",
		cmp.Or(info.Main.Version, "(devel)"), revision, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
