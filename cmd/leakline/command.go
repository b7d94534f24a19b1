package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// faultFound ends a command with exit code 1; everything has been said.
type faultFound struct{}

func (*faultFound) Error() string { return "a fault was found" }

// quiet drops what go-redis would print by itself: whoever asked is told by an
// error.
type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

// newCommand returns the command line. Without a command it is the lab.
func newCommand() *cobra.Command {
	redis.SetLogger(quiet{})
	root := newLabCommand()
	root.Use = "leakline"
	root.Short = "show a Go service's memory live, name the line that leaks, prove the fix"
	root.SilenceUsage, root.SilenceErrors = true, true
	root.AddCommand(newLabCommand(), newAttachCommand(), newDiffCommand(), newDiagnoseCommand(), newHoldersCommand(), newCheckerCommand(), newFleetCommand(), newPublishCommand(), newChildCommand(), newVersionCommand())
	complete(root)
	root.PersistentPreRunE = func(c *cobra.Command, _ []string) error { return fromEnvironment(c.Flags()) }
	return root
}

// envPrefix and a flag's name in capitals make its environment twin.
const envPrefix = "LEAKLINE_"

func twin(flag string) string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// fromEnvironment sets the flags that were not given: flag > environment >
// default.
func fromEnvironment(flags *pflag.FlagSet) (err error) {
	flags.VisitAll(func(f *pflag.Flag) {
		value, ok := os.LookupEnv(twin(f.Name))
		if f.Changed || !ok || err != nil || f.Name == "help" {
			return
		}
		if e := flags.Set(f.Name, value); e != nil {
			err = fmt.Errorf("%s: %w", twin(f.Name), e)
		}
	})
	return err
}
