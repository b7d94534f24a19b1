package service_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"github.com/leakline/leakline/checker/service"
	"github.com/leakline/leakline/internal/pgtest"
)

// beChecker makes the test binary a checker of this configuration, as JSON, that
// listens on the address in it.
const beChecker = "LEAKLINE_TEST_BE_CHECKER"

// A childConfig is what such a process is told.
type childConfig struct {
	Listen string
	service.Config
}

func TestMain(m *testing.M) {
	if told := os.Getenv(beChecker); told != "" {
		if err := serveAs(told); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	pgtest.Main(m)
}

func serveAs(told string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var cfg childConfig
	if err := json.Unmarshal([]byte(told), &cfg); err != nil {
		return err
	}
	s, err := service.New(cfg.Config)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return err
	}
	return s.Serve(ctx, ln)
}
