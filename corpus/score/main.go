// Command score examines every patient of the corpus in full and prints how
// many verdicts and suspects are right, as a table in Markdown.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/leakline/leakline/corpus"
)

func main() {
	var t corpus.Trial
	flag.StringVar(&t.Leakline, "leakline", "leakline", "the binary to try")
	flag.StringVar(&t.Patients, "patients", "patients", "the binary of patients")
	flag.DurationVar(&t.For, "for", 45*time.Second, "how long to watch each")
	flag.DurationVar(&t.Every, "every", 5*time.Second, "from look to look")
	flag.Float64Var(&t.Pace, "pace", 1, "how much faster the patients go")
	jobs := flag.Int("jobs", 2, "how many at a time")
	run := flag.String("run", "", "only cases that match")
	flag.Parse()
	ctx := context.Background()
	cases, err := corpus.List(ctx, t.Patients)
	if err != nil {
		log.Fatal(err)
	}
	only := regexp.MustCompile(*run)
	var chosen []corpus.Case
	for _, c := range cases {
		if only.MatchString(c.Name) {
			chosen = append(chosen, c)
		}
	}
	if !score(examine(ctx, t, chosen, *jobs)) {
		os.Exit(1)
	}
}

// examine tries all cases, a few at a time.
func examine(ctx context.Context, t corpus.Trial, cases []corpus.Case, jobs int) []*corpus.Result {
	results := make([]*corpus.Result, len(cases))
	free := make(chan struct{}, jobs)
	var all sync.WaitGroup
	for i, c := range cases {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			r, err := t.Examine(ctx, c)
			if err != nil {
				log.Print(err)
				r = &corpus.Result{Case: c, Word: "failed"}
			}
			results[i] = r
		})
	}
	all.Wait()
	return results
}

// score prints the table and reports whether all is right.
func score(results []*corpus.Result) bool {
	fmt.Println("| case | expected | verdict | first suspect | confidence |\n|---|---|---|---|---|")
	words, suspects, named, alarms := 0, 0, 0, 0
	for _, r := range results {
		mark := func(right bool) string {
			if right {
				return ""
			}
			return " ✗"
		}
		fmt.Printf("| %s | %s | %s%s | %s%s | %.2f |\n", r.Name, strings.Join(r.Words, ", "), r.Word, mark(r.WordRight()),
			r.Function, mark(r.SuspectRight()), r.Confidence)
		if r.WordRight() {
			words++
		}
		if len(r.Suspect) > 0 {
			named++
			if r.SuspectRight() {
				suspects++
			}
		}
		if r.FalseAlarm() {
			alarms++
		}
	}
	fmt.Printf("\n%d of %d verdicts right, %d of %d suspects right, %d false alarms\n", words, len(results), suspects, named, alarms)
	return words == len(results) && suspects == named
}
