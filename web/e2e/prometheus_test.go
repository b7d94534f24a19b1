package e2e_test

import (
	"bufio"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/leakline/leakline/internal/promtest"
	"github.com/leakline/leakline/internal/redistest"
)

const deploy = "../../docs/deploy/"

const checkerToken = "checker-token-of-the-tests"

// The configuration that we hand out works in a Prometheus as Debian ships it:
// both jobs are scraped, every rule evaluates, and every metric that a rule or a
// panel asks for is there.
func TestPrometheusScrapesAsDeployed(t *testing.T) {
	t.Parallel()
	shared := redistest.Start(t)
	users := filepath.Join(t.TempDir(), "risky-users.db")
	l := startLab(t, smallList, "--redis", "redis://"+shared.Addr, "--database", users, "--seed")
	checker := startChecker(t, "--redis", "redis://"+shared.Addr, "--database", users, "--strategy", "local-snapshot", "--redis-prefix", "alone:") // or the lab would publish for it
	prom := promtest.Start(t, substituted(t, l.base, checker))

	l.eventually(30*time.Second, "both jobs to be up", func() bool { return targetsUp(t, prom) })
	exprs := rulesHold(t, l, prom)
	for title, expr := range panelQueries(t) {
		exprs[title] = expr
	}
	var names []string
	if err := prom.Get("label/__name__/values", nil, &names); err != nil {
		t.Fatal(err)
	}
	for title, expr := range exprs {
		if err := prom.Get("query", url.Values{"query": {expr}}, nil); err != nil {
			t.Errorf("%s: %v", title, err)
		}
		for _, metric := range metricName.FindAllString(expr, -1) {
			if _, recorded := exprs[metric]; !recorded && !slices.Contains(names, metric) {
				t.Errorf("%s asks for %s, which nobody has", title, metric)
			}
		}
	}
	for _, page := range []struct{ url, token string }{{l.base, viewerToken}, {checker, checkerToken}} {
		lintMetrics(t, page.url+"/metrics", page.token)
	}
}

// metricName matches what is ours, the Go collector's or a recorded rule's.
var metricName = regexp.MustCompile(`\b(leakline[_:]|go_|process_)[a-z0-9_:]+`)

// startChecker runs leakline checker alone and returns its address once it has
// a copy to decide by.
func startChecker(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.Command(binary, append([]string{"checker", "--listen", "127.0.0.1:0"}, args...)...)
	cmd.Env = append(os.Environ(), "LEAKLINE_CHECKER_TOKEN="+checkerToken)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	})
	lines, said := bufio.NewScanner(stderr), ""
	for lines.Scan() {
		said += lines.Text() + "\n"
		if found := regexp.MustCompile(`addr=(\S+)`).FindStringSubmatch(lines.Text()); found != nil {
			go io.Copy(io.Discard, stderr)
			return "http://" + found[1]
		}
	}
	t.Fatalf("leakline checker does not say where it listens:\n%s", said)
	return ""
}

// substituted is prometheus.yml over these two, and looking every second.
func substituted(t *testing.T, observer, checker string) string {
	t.Helper()
	raw, err := os.ReadFile(deploy + "prometheus.yml")
	if err != nil {
		t.Fatal(err)
	}
	config, dir := string(raw), t.TempDir()
	rules, err := filepath.Abs(deploy + "alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, body string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, r := range []struct{ old, new string }{
		{"[alerts.yml]", "[" + rules + "]"}, {"127.0.0.1:7070", observer[len("http://"):]}, {"127.0.0.1:8080", checker[len("http://"):]},
		{"/etc/prometheus/leakline-viewer-token", write("viewer", viewerToken+"\n")},
		{"/etc/prometheus/leakline-checker-token", write("checker", checkerToken+"\n")},
		{"scrape_interval: 15s", "scrape_interval: 1s"}, {"evaluation_interval: 15s", "evaluation_interval: 1s"},
	} {
		if strings.Count(config, r.old) != 1 {
			t.Fatalf("prometheus.yml says %q %d times, want once", r.old, strings.Count(config, r.old))
		}
		config = strings.Replace(config, r.old, r.new, 1)
	}
	path := write("prometheus.yml", config)
	if out, err := exec.Command(promtest.Tool(t, "promtool"), "check", "config", path).CombinedOutput(); err != nil {
		t.Fatalf("promtool check config: %v\n%s", err, out)
	}
	return path
}

// targetsUp reports whether both jobs were scraped without an error, and fails
// the test when one was not.
func targetsUp(t *testing.T, prom *promtest.Server) bool {
	t.Helper()
	var answer struct {
		ActiveTargets []struct {
			Labels            map[string]string
			Health, LastError string
		}
	}
	if err := prom.Get("targets", nil, &answer); err != nil {
		t.Fatal(err)
	}
	up := map[string]bool{}
	for _, target := range answer.ActiveTargets {
		if target.LastError != "" && !strings.Contains(target.LastError, "deadline exceeded") { // it scrapes each second, and a busy machine is late
			t.Fatalf("scraping %s: %s", target.Labels["job"], target.LastError)
		}
		up[target.Labels["job"]] = target.Health == "up"
	}
	return len(up) == 2 && up["leakline"] && up["leakline-checker"]
}

// A rule is what Prometheus says of one.
type rule struct {
	Name, Type, Query, Health, LastError string
	Annotations, Labels                  map[string]string
}

// rulesHold waits until every rule has been evaluated, and returns their
// expressions by name.
func rulesHold(t *testing.T, l *labProcess, prom *promtest.Server) map[string]string {
	t.Helper()
	tests, err := os.ReadFile(deploy + "alerts_test.yml")
	if err != nil {
		t.Fatal(err)
	}
	exprs := map[string]string{}
	l.eventually(20*time.Second, "every rule to be evaluated", func() bool {
		var answer struct{ Groups []struct{ Rules []rule } }
		if err := prom.Get("rules", nil, &answer); err != nil {
			t.Fatal(err)
		}
		clear(exprs)
		for _, group := range answer.Groups {
			for _, r := range group.Rules {
				if r.LastError != "" {
					t.Fatalf("rule %s: %s", r.Name, r.LastError)
				}
				if r.Health != "ok" {
					return false
				}
				exprs[r.Name] = r.Query
				if r.Type == "alerting" {
					checkAlert(t, r, string(tests))
				}
			}
		}
		return len(exprs) > 0
	})
	return exprs
}

// checkAlert wants an alert to say what to do, and to be tried.
func checkAlert(t *testing.T, r rule, tests string) {
	t.Helper()
	for _, text := range []string{"summary", "description", "runbook"} {
		if strings.TrimSpace(r.Annotations[text]) == "" {
			t.Errorf("alert %s has no %s", r.Name, text)
		}
	}
	if severity := r.Labels["severity"]; severity != "page" && severity != "ticket" {
		t.Errorf("alert %s has the severity %q, want page or ticket", r.Name, severity)
	}
	if !strings.Contains(tests, r.Name) {
		t.Errorf("alert %s is not in alerts_test.yml", r.Name)
	}
}

// lintMetrics has promtool say whether names and help follow the practice.
func lintMetrics(t *testing.T, address, token string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lint := exec.Command(promtest.Tool(t, "promtool"), "check", "metrics")
	lint.Stdin = resp.Body
	if out, err := lint.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool check metrics on %s: %v\n%s", address, err, out)
	}
}
