package service

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"github.com/leakline/leakline/checker/fleet"
	"github.com/leakline/leakline/checker/redisurl"
)

// beginWithin bounds how long a start waits for the fleet's latest order. A
// Redis that is away must not keep payments waiting: SQL can be asked.
const beginWithin = 2 * time.Second

// joinFleet wires the follower, if there is a fleet to follow.
func (s *Service) joinFleet(checks *redis.UniversalOptions) error {
	if s.cfg.Fleet == "" {
		return nil
	}
	f, err := fleet.New(s.control, s.cfg.KeyPrefix, s.cfg.Fleet)
	if err != nil {
		return err
	}
	reader := publisherOptions(checks)
	reader.PoolSize, reader.MaxActiveConns = 1, 0 // a Cluster is asked at several nodes
	s.follower = f.NewFollower(fleet.FollowerConfig{
		Self: s.cfg.Self, Reader: redisurl.NewClient(reader), Use: s.checker.Use, Current: s.checker.Current,
		Updater: func() bool { return s.updater.Status().Ours }, Log: s.cfg.Log,
	})
	return nil
}

// newMemberID tells people which host it is, and is never the same twice.
func newMemberID() string {
	host, err := os.Hostname()
	if err != nil {
		host = "checker"
	}
	return fmt.Sprintf("%.48s-%s", strings.ToLower(host), strings.ToLower(rand.Text()[:6]))
}

// beginWithFleet applies the latest order before the first payment is taken in.
func (s *Service) beginWithFleet(ctx context.Context) {
	if s.follower == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, beginWithin)
	defer cancel()
	if err := s.follower.Begin(ctx); err != nil {
		s.cfg.Log.LogAttrs(ctx, slog.LevelWarn, "begun without the fleet's latest order", slog.Any("error", err))
	}
}

// onTurn hears that it has become our turn to publish, or no longer is.
func (s *Service) onTurn(ours bool) {
	if s.follower != nil {
		s.cfg.Log.LogAttrs(context.Background(), slog.LevelInfo, "risky users' updater", slog.Bool("ours", ours))
		s.follower.Changed()
	}
}

// fleetState is a Standing on the wire.
func fleetState(s fleet.Standing) map[string]any {
	state := map[string]any{
		"name": s.Fleet, "generation": s.Applied.Generation, "latest": s.Latest.Generation, "behind": s.Behind(),
		"contact_at": nil,
	}
	if !s.Contact.IsZero() {
		state["contact_at"] = s.Contact
	}
	if s.Failed != "" {
		state["failed"] = s.Failed
	}
	if s.Err != nil {
		state["error"] = s.Err.Error()
	}
	return state
}

// collectFleet sends what concerns more than this checker.
func (s *Service) collectFleet(send func(kind prometheus.ValueType, name string, v float64, labels ...string)) {
	publishes := 0.0
	if s.updater.Status().Ours {
		publishes = 1
	}
	send(prometheus.GaugeValue, "publishes", publishes)
	if s.follower == nil {
		return
	}
	at := s.follower.Standing()
	send(prometheus.GaugeValue, "fleet_info", 1, at.Fleet)
	send(prometheus.GaugeValue, "fleet_generation", float64(at.Applied.Generation))
	if at.Contact.IsZero() {
		return
	}
	send(prometheus.GaugeValue, "fleet_latest_generation", float64(at.Latest.Generation))
	send(prometheus.GaugeValue, "fleet_behind", float64(at.Behind()))
	send(prometheus.GaugeValue, "fleet_contact_timestamp_seconds", float64(at.Contact.UnixMilli())/1000)
	if at.Applied.Generation > 0 {
		send(prometheus.GaugeValue, "fleet_lag_seconds", at.Lag.Seconds())
	}
}
