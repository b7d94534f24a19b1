package e2e_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Many processes are watched by one observer, which then diagnoses itself and
// finds no fault. With LEAKLINE_SOAK=full, as make soak has it, there are a
// hundred for ten minutes: then it must be sound, and cost no more than
// docs/scale.md reckons with.
func TestManyAreWatchedByOne(t *testing.T) {
	t.Parallel() // it waits more than it works
	full := os.Getenv("LEAKLINE_SOAK") == "full"
	members, watch := 20, time.Second
	diagnose := []string{"--for", "20s", "--every", "2s"}
	if full {
		members, watch, diagnose = 100, 10*time.Minute, []string{"--for", "60s"}
	}
	hosts := make([]string, members)
	program := ""
	for i := range hosts {
		url := ""
		if program == "" {
			url, program = startService(t, "member", "quiet")
		} else {
			url = startProgram(t, program, "quiet")
		}
		hosts[i] = host(url)
	}
	file := filepath.Join(t.TempDir(), "fleet.json")
	raw, err := json.Marshal([]map[string]any{{"targets": hosts}})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	l := start(t, "attach", "--file-sd", file, "--debug-self")
	fleet := func() (running, looked int) {
		var all struct {
			Instances []struct {
				Status string
				LookMS *float64 `json:"look_ms"`
			}
		}
		l.api("GET", "fleet", nil, &all)
		for _, in := range all.Instances {
			if in.Status == "running" {
				running++
			}
			if in.LookMS != nil {
				looked++
			}
		}
		return running, looked
	}
	l.eventually(2*time.Minute, "every process to have been looked at", func() bool {
		running, looked := fleet()
		return running == members && looked == members
	})
	began, used := time.Now(), l.scraped("process_cpu_seconds_total")
	time.Sleep(watch)
	l.eventually(30*time.Second, "all to be watched still", func() bool { running, _ := fleet(); return running == members })
	share := (l.scraped("process_cpu_seconds_total") - used) / time.Since(began).Seconds() / float64(members)
	each := l.scraped("process_resident_memory_bytes") / float64(members)
	t.Logf("%d processes for %v: the observer took %.2f %% of a CPU and %.1f MB for each", members, watch, 100*share, each/1e6)
	if full && (share > 0.003 || each > 13e6) {
		t.Errorf("that is more than 0.3 %% and 13 MB: mend it, or docs/scale.md")
	}
	args := append([]string{"diagnose", "http://leakline:" + instructorToken + "@" + host(l.base) + "/self", "--json"}, diagnose...)
	said, err := exec.Command(binary, args...).Output()
	var verdict struct{ Verdict, Summary string }
	if json.Unmarshal(said, &verdict) != nil {
		t.Fatalf("the observer's verdict on itself: %v in %q", err, said)
	}
	sound := slices.Contains([]string{"healthy", "churn"}, verdict.Verdict)
	fault := slices.Contains([]string{"leak", "goroutine-leak", "backlog"}, verdict.Verdict)
	if full && !sound || fault {
		t.Errorf("the observer is %q: %s", verdict.Verdict, verdict.Summary)
	}
	t.Logf("leakline on leakline: %s: %s", verdict.Verdict, verdict.Summary)
}

// scraped is one of the observer's own figures.
func (l *labProcess) scraped(metric string) float64 {
	l.t.Helper()
	req, err := http.NewRequest(http.MethodGet, l.base+"/metrics", nil)
	if err != nil {
		l.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+viewerToken)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		l.t.Fatal(err)
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), metric+" "); ok {
			v, err := strconv.ParseFloat(value, 64)
			if err != nil {
				l.t.Fatal(err)
			}
			return v
		}
	}
	l.t.Fatalf("/metrics has no %s", metric)
	return 0
}
