package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/leakline/leakline/profiler/target"
	"github.com/leakline/leakline/profiler/units"
	"github.com/leakline/leakline/profiler/verdict"
)

// diagnoseFlags are the flags of leakline diagnose.
type diagnoseFlags struct {
	window, every time.Duration
	noGC, asJSON  bool
	holders       bool
	userCode      string
	authFile      string
}

func newDiagnoseCommand() *cobra.Command {
	var f diagnoseFlags
	c := &cobra.Command{
		Use: "diagnose URL", Short: "watch any Go service for a while and say what is wrong with its memory",
		Long: "Watches a service that serves net/http/pprof, and nothing else, and says in one sentence whether it leaks,\n" +
			"where, and how sure that is. A collection is forced at each look, unless --no-gc. Exit code 1 means a fault.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return runDiagnose(c, args[0], f) },
	}
	c.Flags().DurationVar(&f.window, "for", 45*time.Second, "how long to watch")
	c.Flags().DurationVar(&f.every, "every", 5*time.Second, "time from look to look, on average; a service that is slow to answer is asked less often")
	c.Flags().BoolVar(&f.noGC, "no-gc", false, "force no collection: the floor is an estimate then")
	c.Flags().BoolVar(&f.holders, "holders", false, "ask leakline's agent there who holds a leak: the service stands still for some 4 ms for each MB alive")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
	c.Flags().StringVar(&f.userCode, "user-code", "", "regular expression of functions and files that are yours")
	c.Flags().StringVar(&f.authFile, "auth-file", "", "file with the service's bearer token, or with user:password")
	return c
}

// A diagnosis is a verdict and of whom.
type diagnosis struct {
	Target string `json:"target"`
	verdict.Verdict
}

func runDiagnose(c *cobra.Command, where string, f diagnoseFlags) error {
	if f.every < 100*time.Millisecond || f.window < 3*f.every {
		return fmt.Errorf("--for %v --every %v: want at least 100ms from look to look, and three times as long in all", f.window, f.every)
	}
	userCode, err := userCodeOf(f.userCode)
	if err != nil {
		return err
	}
	auth, err := authFrom(f.authFile)
	if err != nil {
		return err
	}
	s, err := target.NewStranger(target.StrangerConfig{URL: where, Auth: auth})
	if err != nil {
		return err
	}
	defer s.Close()
	history, cost, err := watch(c.Context(), s, f, userCode, progress{c.ErrOrStderr(), f.window})
	if err != nil {
		return err
	}
	d := diagnosis{s.URL(), history.Judge()}
	d.Evidence = append(d.Evidence, "Being looked at kept the service busy for at most "+units.Percent(cost)+" of the time, forced collections included.")
	if cost > busyShare {
		d.Warnings = append(d.Warnings, "Looking cost the service more than 1 % of one CPU: a longer --every costs less.")
	}
	if f.holders && d.Word == verdict.Leak {
		capture, err := s.Agent(0).HeapGraph(c.Context(), false)
		if err != nil {
			d.Warnings = append(d.Warnings, "Who holds it was not found: "+err.Error()+".")
		} else {
			d.Verdict = target.NameHolders(d.Verdict, capture.Graph.Analyze())
		}
	}
	if err := printDiagnosis(c.OutOrStdout(), d, f.asJSON); err != nil {
		return err
	}
	if d.Word.Fault() {
		return &faultFound{}
	}
	return nil
}

// Looking should take no more than busyShare of one CPU of the service's, but
// there are to be so many looks that a trend can be told from chance.
const (
	busyShare  = 0.01
	manyEnough = 10
)

// watch looks at s as often as asked, or as seldom as keeps the cost small.
// The first look is forgotten: being looked at allocates, once. cost is the share
// of the time in which the service had a look to answer.
func watch(ctx context.Context, s *target.Stranger, f diagnoseFlags, userCode *regexp.Regexp, p progress) (h *verdict.History, cost float64, err error) {
	o := target.LookOptions{GC: !f.noGC, UserCode: userCode}
	if _, err := s.Look(ctx, o); err != nil {
		return nil, 0, err
	}
	history := &verdict.History{UserCode: userCode}
	var rhythm verdict.Rhythm
	began, busy := time.Now(), time.Duration(0)
	for {
		l, err := s.Look(ctx, o)
		if err != nil {
			return nil, 0, err
		}
		if err := history.Add(l.Look); err != nil {
			return nil, 0, err
		}
		busy += l.Took
		p.show(time.Since(began), l.Look)
		seldom := min(time.Duration(float64(l.Took)/busyShare), f.window/(manyEnough-1))
		every := max(f.every, seldom)
		pause := max(rhythm.Next(every)-l.Took, every/5)
		rest := f.window - time.Since(began) // the last look is at its end, or nearly
		if rest < every/10 {
			return history, busy.Seconds() / time.Since(began).Seconds(), nil
		}
		select {
		case <-ctx.Done():
			return nil, 0, fmt.Errorf("watching %s: %w", s.URL(), ctx.Err())
		case <-time.After(min(pause, rest)):
		}
	}
}

func userCodeOf(expression string) (*regexp.Regexp, error) {
	if expression == "" {
		return nil, nil
	}
	re, err := regexp.Compile(expression)
	if err != nil {
		return nil, fmt.Errorf("--user-code: %w", err)
	}
	return re, nil
}

// authFrom reads what a service asks for from a file, else from the
// environment: arguments can be read by others.
func authFrom(file string) (target.Auth, error) {
	secret := os.Getenv(twin("target-auth"))
	if file != "" {
		raw, err := os.ReadFile(file)
		if err != nil {
			return target.Auth{}, fmt.Errorf("--auth-file: %w", err)
		}
		secret = string(raw)
	}
	secret = strings.TrimSpace(secret)
	if user, password, ok := strings.Cut(secret, ":"); ok {
		return target.Auth{User: user, Password: password}, nil
	}
	return target.Auth{Bearer: secret}, nil
}

func printDiagnosis(w io.Writer, d diagnosis, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(d)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s\n\n%s, watched for %.0f s; %s, confidence %.2f\n", d.Summary, d.Target, d.WindowS, d.Word, d.Confidence)
	for _, line := range d.Evidence {
		fmt.Fprintf(&text, "  %s\n", line)
	}
	for _, line := range d.Warnings {
		fmt.Fprintf(&text, "  note: %s\n", line)
	}
	if len(d.Suspects) > 0 {
		fmt.Fprintf(&text, "\n%s\n", strings.Join(d.Suspects[0].Stack, "\n  ← "))
	}
	_, err := io.WriteString(w, text.String())
	return err
}
