package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/leakline/leakline/checker/riskyusers"
	"github.com/leakline/leakline/checker/strategy"
	"github.com/leakline/leakline/profiler/diff"
)

// flagValues are the words that a flag takes, by its name.
var flagValues = map[string][]cobra.Completion{
	"strategy": strategies(),
	"updater":  {string(riskyusers.Atomic), string(riskyusers.Naive), string(riskyusers.Stopped)},
	"sample":   {diff.InuseSpace, diff.InuseObjects, diff.AllocSpace, diff.AllocObjects},
}

// flagFiles are the flags that name a file, which shells complete by themselves.
var flagFiles = map[string]bool{
	"auth-file": true, "file-sd": true, "instructor-token-file": true, "viewer-token-file": true, "database": true, "binary": true, "save": true,
}

func strategies() []cobra.Completion {
	var words []cobra.Completion
	for _, s := range strategy.Catalog() {
		words = append(words, cobra.CompletionWithDesc(s.Name, s.Summary))
	}
	return words
}

// complete says what a shell may offer after each flag of c and of the commands
// below it. Nothing is offered where any number or address would do.
func complete(c *cobra.Command) {
	c.LocalFlags().VisitAll(func(f *pflag.Flag) {
		switch {
		case f.Name == "data-dir":
			c.MarkFlagDirname(f.Name)
		case flagFiles[f.Name]:
		default: // flags without words get none
			c.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(flagValues[f.Name], cobra.ShellCompDirectiveNoFileComp))
		}
	})
	switch c.Name() {
	case "diff", "holders": // files, or URLs
	case "switch":
		c.ValidArgsFunction = cobra.FixedCompletions(flagValues["strategy"], cobra.ShellCompDirectiveNoFileComp)
	default:
		c.ValidArgsFunction = cobra.NoFileCompletions
	}
	for _, below := range c.Commands() {
		complete(below)
	}
}
