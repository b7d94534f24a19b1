# leakline. `make` alone lists what there is.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# Go 1.26 has the goroutine leak profile behind an experiment; without it that
# one profile is missing and everything else works.
export GOEXPERIMENT := goroutineleakprofile
export CGO_ENABLED ?= 0

# What these do to real processes and servers has deadlines of its own, which
# busy neighbours break: one after the other.
ALONE := ./checker/service ./lab

# These compute and meet no deadline: they give way to those of ALONE.
UNHURRIED := ./cmd/dist ./profiler/heapgraph ./profiler/diff ./profiler/verdict ./profiler/archive ./profiler/units \
	./templates ./docs ./lab/lesson ./lab/room ./web/chart ./web/guard ./web/pprofui ./checker/redisurl

# These take longest and begin first, so that none is left over at the end.
LONG := ./web ./checker/riskyusers

# Runs a command when nothing else wants the processor, as far as the system can.
IDLE := $(shell command -v chrt >/dev/null && echo chrt -i 0 || echo nice -n 19)

BIN := bin/leakline
ARGS ?=
SEED ?=

.PHONY: help dist run build test ahead alone unit e2e screenshots js check generate cross bench corpus patients fuzz clean tools faults soak vuln

help: ## list the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## build and open the lab on its embedded defaults (ARGS="--rps 200")
	@test -x $(BIN) || echo "Compiling takes about a minute the first time."
	@$(MAKE) --no-print-directory build
	@exec $(BIN) lab $(ARGS)

build: ## build bin/leakline
	@go build -trimpath -o $(BIN) ./cmd/leakline

dist: ## release archives for Linux, macOS and Windows into dist/, the same bytes for the same commit
	@go run ./cmd/dist dist

test: tools ## set up what is missing and run every check
	@$(MAKE) --no-print-directory -j2 alone ahead
	@$(MAKE) --no-print-directory unit e2e patients

tools: ## install what the tests need (Debian, as root) or say what is missing
	@./.ci/tools

# The tests of alone wait more than they work: what has all the time in the world
# is done meanwhile, and gives way to them.
ahead: ## what only compiles or computes
	@$(IDLE) $(MAKE) --no-print-directory check js cross
	CGO_ENABLED=1 $(IDLE) go test -race -shuffle=on -timeout 20m $(UNHURRIED)
	@CGO_ENABLED=1 $(IDLE) go list -race -test -export ./... >/dev/null
	@cd corpus && $(IDLE) go list -test -export . >/dev/null

alone: ## the tests with deadlines of their own, one package after the other
	CGO_ENABLED=1 go test -race -shuffle=on -timeout 10m -p 1 $(ALONE)

unit: ## the other Go tests with race detector and shuffle, real servers included
	CGO_ENABLED=1 go test -race -shuffle=on -timeout 10m $(LONG) $$(go list ./... | grep -v -e /web/e2e $(patsubst ./%,-e /leakline/%$$,$(ALONE) $(UNHURRIED) $(LONG)))

e2e: ## the product in a real Chromium
	CGO_ENABLED=1 go test -race -shuffle=on -count=1 -timeout 20m ./web/e2e

screenshots: ## picture every page into screenshots/, and the README's
	@mkdir -p screenshots && LEAKLINE_SCREENSHOTS=$(CURDIR)/screenshots go test -count=1 -run TestPagesFitTheirWindow ./web/e2e
	@cp screenshots/live-1440x900-light.png docs/live.png

js: ## types of the ES modules, as their JSDoc states them, and their unit tests
	@tsc -p static/jsconfig.json
	@cd static && node --test test/*.test.js

check: generate ## formatting, vet, generated files, go.mod, modules as they were published
	@go mod verify >/dev/null
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo "gofmt the files above"; exit 1; }
	@go vet ./...
	@go mod tidy -diff
	@cd bench && go vet ./... && go mod tidy -diff
	@cd corpus && go vet ./... && go mod tidy -diff
	@git diff --exit-code -- '*_templ.go' || { echo "templates are newer than their generated files: commit the result of make generate"; exit 1; }

generate: ## regenerate *_templ.go
	@go tool templ generate -log-level error

cross: ## build and vet for linux, darwin and windows
	@for os in linux darwin windows; do echo "vet $$os"; GOOS=$$os CGO_ENABLED=0 go vet ./... && GOOS=$$os CGO_ENABLED=0 go build -trimpath -o /dev/null ./cmd/leakline; done

patients: ## judge 43 small services, their stories told 4.5 times as fast (about 90 s)
	@cd corpus && go test -count=1 -parallel 8 -timeout 15m .

corpus: build ## judge them in full and print the score (about 12 min)
	@cd corpus && go build -o ../bin/patients ./patients && go run ./score -leakline ../$(BIN) -patients ../bin/patients -jobs 3

faults: ## end the patient and the observer in every way, in full (about 6 min; SEED=… repeats one)
	@LEAKLINE_DRILL=full LEAKLINE_DRILL_SEED=$(SEED) go test -count=1 -p 1 -v -timeout 60m -run Drill ./lab ./web/e2e

soak: ## watch a hundred processes for ten minutes, then diagnose the observer itself (about 12 min)
	@LEAKLINE_SOAK=full go test -count=1 -v -timeout 30m -run TestManyAreWatchedByOne ./web/e2e

bench: ## measure beside peers, in a module of its own; prints a table (about 8 min)
	@ulimit -n 20000 2>/dev/null; cd bench && go run .
	@ulimit -n 20000 2>/dev/null; go test -run '^$$' -bench ThreeHundred -benchtime 3x ./web

vuln: ## ask the Go vulnerability database about what we call (needs the network)
	@go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./...

fuzz: ## fuzz every parser of outside input for 20 s each
	@for t in $$(grep -rlE '^func Fuzz' --include='*_test.go' .); do for f in $$(grep -oE 'func (Fuzz[A-Za-z]+)' $$t | cut -d' ' -f2); do echo "$$t $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime 20s ./$$(dirname $$t); done; done

clean: ## remove what was built
	@rm -rf bin dist
