package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// What the files of docs/deploy start exists, flag by flag.
func TestDeployedCommandsExist(t *testing.T) {
	for name, start := range map[string]*regexp.Regexp{
		"leakline.service":         regexp.MustCompile(`(?m)^ExecStart=/usr/local/bin/leakline ((?:.*\\\n)*.*)$`),
		"leakline-checker.service": regexp.MustCompile(`(?m)^ExecStart=/usr/local/bin/leakline ((?:.*\\\n)*.*)$`),
		"Dockerfile":               regexp.MustCompile(`(?m)^CMD \[(.*)\]$`),
	} {
		raw, err := os.ReadFile("../../docs/deploy/" + name)
		if err != nil {
			t.Fatal(err)
		}
		found := start.FindStringSubmatch(string(raw))
		if found == nil {
			t.Errorf("%s starts nothing", name)
			continue
		}
		words := strings.Fields(strings.NewReplacer(`"`, " ", ",", " ", `\`, " ").Replace(found[1]))
		c, _, err := newCommand().Find(words[:1])
		if err != nil || c.Name() != words[0] {
			t.Errorf("%s starts %q, which is no command: %v", name, words[0], err)
			continue
		}
		for _, word := range words[1:] {
			if flag, ok := strings.CutPrefix(word, "--"); ok && c.Flags().Lookup(flag) == nil {
				t.Errorf("%s gives %s to leakline %s, which does not know it", name, word, words[0])
			}
		}
	}
}
