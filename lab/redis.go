package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// RedisConfig is what the Redis child is told.
type RedisConfig struct {
	Port     int    // 0 for any free one
	Password string // asked of every client
	Server   string // path of redis-server; empty for the built-in miniredis
}

// redisHello is what the Redis child answers.
type redisHello struct {
	Addr string `json:"addr"`
	Name string `json:"name"` // what runs, such as "redis-server 7.0.15"
}

// RunRedis is the Redis child: a private redis-server, or miniredis in this
// process. Either is out of the patient's heap and ends with our parent.
func RunRedis(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	var cfg RedisConfig
	ctx, err := InChild(ctx, stdin, &cfg)
	if err != nil {
		return err
	}
	if cfg.Server == "" {
		return runMiniredis(ctx, cfg, stdout)
	}
	return runRedisServer(ctx, cfg, stdout)
}

func runMiniredis(ctx context.Context, cfg RedisConfig, stdout io.Writer) error {
	m := miniredis.NewMiniRedis()
	m.RequireAuth(cfg.Password)
	m.ClockTTL(true) // else a TTL would never run out
	if err := m.StartAddr(net.JoinHostPort("127.0.0.1", fmt.Sprint(cfg.Port))); err != nil {
		return fmt.Errorf("starting miniredis: %w", err)
	}
	defer m.Close()
	if err := sayHello(stdout, redisHello{m.Addr(), "miniredis (built in)"}); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func runRedisServer(ctx context.Context, cfg RedisConfig, stdout io.Writer) error {
	port, err := freePort(cfg.Port)
	if err != nil {
		return err
	}
	cmd := exec.Command(cfg.Server, "-") // its configuration, password included, through stdin
	cmd.Stdin = strings.NewReader(fmt.Sprintf(
		"bind 127.0.0.1\nport %d\nrequirepass %s\nsave \"\"\nappendonly no\ndir %s\ndaemonize no\n",
		port, cfg.Password, os.TempDir()))
	cmd.Stderr = os.Stderr // it logs to stdout; what it cannot log is for our parent
	cmd.SysProcAttr = dieWithParent()
	exited := make(chan error, 1)
	if err := startLocked(cmd, exited); err != nil {
		return fmt.Errorf("starting redis-server: %w", err)
	}
	defer func() {
		cmd.Process.Kill() // nothing in it outlives us on purpose
		<-exited
	}()
	addr := net.JoinHostPort("127.0.0.1", fmt.Sprint(port))
	version, err := awaitRedis(ctx, addr, cfg.Password, exited)
	if err != nil {
		return fmt.Errorf("starting redis-server: %w", err)
	}
	if err := sayHello(stdout, redisHello{addr, "redis-server " + version}); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-exited:
		exited <- err
		return fmt.Errorf("redis-server ended: %w", err)
	}
}

// awaitRedis waits until the server answers and returns its version.
func awaitRedis(ctx context.Context, addr, password string, exited chan error) (string, error) {
	client := redis.NewClient(&redis.Options{
		Addr: addr, Password: password, MaxRetries: -1, DialerRetries: 1,
		ReadTimeout:              500 * time.Millisecond, // whoever took its port may keep silent
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		info, err := client.Info(ctx, "server").Result()
		if err == nil {
			return infoField(info, "redis_version"), nil
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("it does not answer: %w", err)
		case err := <-exited:
			exited <- err
			return "", errors.New("it ended at once")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func infoField(info, name string) string {
	for line := range strings.Lines(info) {
		if v, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(v)
		}
	}
	return "of unknown version"
}

// freePort returns want, or a port that was free a moment ago.
func freePort(want int) (int, error) {
	if want != 0 {
		return want, nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("looking for a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// startRedis starts the Redis child: redis-server from PATH where there is
// one, and miniredis where there is none or it does not start.
func startRedis(ctx context.Context, executable string, port int, password string, log *slog.Logger) (*child, error) {
	spec := childSpec{name: "Redis child", path: executable, args: []string{"child", "redis"}, log: log}
	if server, err := exec.LookPath("redis-server"); err == nil {
		spec.config = RedisConfig{Port: port, Password: password, Server: server}
		c, err := startChild(ctx, spec)
		if err == nil {
			return c, nil
		}
		log.Warn("redis-server does not start, miniredis takes its place", "error", err)
	}
	spec.config = RedisConfig{Port: port, Password: password}
	return startChild(ctx, spec)
}
