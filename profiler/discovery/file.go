package discovery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
)

const (
	maxFile    = 4 << 20 // bytes
	maxInFiles = 10_000  // services
)

// A File is a source of JSON files in the format of Prometheus' file_sd: a list
// of groups, each with targets ("host:port") and labels. Its value is a path
// or a pattern as filepath.Match has it. Of the labels that begin with __ only
// __scheme__ means something here; the others are left out.
type File string

// Name implements Source.
func (f File) Name() string { return "file " + string(f) }

// Look implements Source.
func (f File) Look(context.Context) ([]Service, error) {
	paths, err := filepath.Glob(string(f))
	if err != nil {
		return nil, fmt.Errorf("pattern %q: %w", string(f), err)
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("no file is called %s", string(f))
	}
	var all []Service
	for _, path := range paths {
		services, err := readFile(path)
		if err != nil {
			return nil, err
		}
		if all = append(all, services...); len(all) > maxInFiles {
			return nil, fmt.Errorf("%s name more than %d services", string(f), maxInFiles)
		}
	}
	return all, nil
}

func readFile(path string) ([]Service, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("reading services: %w", err)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("reading services: %s has %d bytes: want %d at most", path, info.Size(), maxFile)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading services: %w", err)
	}
	services, err := ParseFile(raw)
	if err != nil {
		return nil, fmt.Errorf("reading services from %s: %w", path, err)
	}
	return services, nil
}

// ParseFile reads one file of File's format.
func ParseFile(raw []byte) ([]Service, error) {
	var groups []struct {
		Targets []string          `json:"targets"`
		Labels  map[string]string `json:"labels"`
	}
	if err := json.Unmarshal(raw, &groups); err != nil {
		return nil, fmt.Errorf(`want [{"targets": ["host:port"], "labels": {"name": "value"}}]: %w`, err)
	}
	var all []Service
	for i, g := range groups {
		scheme, labels := "http", make(map[string]string)
		for name, value := range g.Labels {
			switch {
			case name == "__scheme__":
				scheme = value
			case !strings.HasPrefix(name, "__"):
				labels[name] = value
			}
		}
		if scheme != "http" && scheme != "https" {
			return nil, fmt.Errorf("group %d: __scheme__ is %q: want http or https", i+1, scheme)
		}
		if len(labels) == 0 {
			labels = nil
		}
		for _, target := range g.Targets {
			if err := checkTarget(target); err != nil {
				return nil, fmt.Errorf("group %d: target %q: %w", i+1, target, err)
			}
			all = append(all, Service{URL: scheme + "://" + target, Labels: labels, Named: true})
		}
	}
	return all, nil
}

var errNoHostPort = errors.New("want host:port, without scheme, path or password")

func checkTarget(target string) error {
	host, port, err := net.SplitHostPort(target)
	if err != nil || host == "" || port == "" || strings.ContainsAny(target, "/@?#\\ \t\r\n\"<>") {
		return errNoHostPort
	}
	return nil
}
