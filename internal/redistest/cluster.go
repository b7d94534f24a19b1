package redistest

import (
	"context"
	"math/rand/v2"
	"net"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// NodeTimeout is how long a node of a Cluster is silent before the others hold
// it for dead.
const NodeTimeout = 2 * time.Second

// A Cluster is six redis-servers of their own: three masters, each with a
// replica. They end with their test.
type Cluster struct {
	Addrs []string
	nodes map[string]*Server // by address
}

// StartCluster fails the test when there is no redis-server or redis-cli on the
// PATH.
func StartCluster(tb testing.TB) *Cluster {
	tb.Helper()
	server, err := exec.LookPath("redis-server")
	if err != nil {
		tb.Fatal("this test needs redis-server on the PATH: install Redis 6.2 or newer")
	}
	cli, err := exec.LookPath("redis-cli")
	if err != nil {
		tb.Fatal("this test needs redis-cli on the PATH: install the tools of Redis")
	}
	c := &Cluster{nodes: make(map[string]*Server)}
	for range 6 {
		s := startNode(tb, server)
		c.Addrs, c.nodes[s.Addr] = append(c.Addrs, s.Addr), s
	}
	args := append([]string{"--cluster", "create"}, c.Addrs...)
	said, err := exec.Command(cli, append(args, "--cluster-replicas", "1", "--cluster-yes")...).CombinedOutput()
	if err != nil {
		tb.Fatalf("redis-cli --cluster create: %v\n%s", err, said)
	}
	c.await(tb)
	return c
}

func startNode(tb testing.TB, path string) *Server {
	tb.Helper()
	var said string
	var err error
	for range 5 { // another process may take the ports first
		s := &Server{Addr: clusterAddr(tb), tb: tb}
		said, err = s.start(path, "--cluster-enabled", "yes",
			"--cluster-node-timeout", strconv.FormatInt(NodeTimeout.Milliseconds(), 10))
		if err == nil {
			tb.Cleanup(s.Stop)
			return s
		}
	}
	tb.Fatalf("a node did not start: %v\n%s", err, said)
	return nil
}

// clusterAddr returns a loopback address that is free together with the port
// 10 000 above it, where nodes talk to each other.
func clusterAddr(tb testing.TB) string {
	tb.Helper()
	for range 1000 {
		port := 20_000 + rand.IntN(35_000)
		if isFree(loopback(port)) && isFree(loopback(port+10_000)) {
			return loopback(port)
		}
	}
	tb.Fatal("no two free ports that are 10 000 apart")
	return ""
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func isFree(addr string) bool {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return false
	}
	ln.Close()
	return true
}

// await returns once every node knows of all slots and of every replica.
func (c *Cluster) await(tb testing.TB) {
	tb.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for _, addr := range c.Addrs {
		for !c.whole(tb.Context(), addr) {
			if time.Now().After(deadline) {
				tb.Fatalf("the cluster is not whole at %s", addr)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
}

func (c *Cluster) whole(ctx context.Context, addr string) bool {
	node := redis.NewClient(&redis.Options{Addr: addr})
	defer node.Close()
	slots, err := node.ClusterSlots(ctx).Result()
	covered := 0
	for _, s := range slots {
		if len(s.Nodes) == 2 {
			covered += s.End - s.Start + 1
		}
	}
	return err == nil && covered == 16384
}

// KillMasterOf kills, with SIGKILL, the master that holds the key.
func (c *Cluster) KillMasterOf(tb testing.TB, key string) {
	tb.Helper()
	node := redis.NewClient(&redis.Options{Addr: c.Addrs[0]})
	defer node.Close()
	slot, err := node.ClusterKeySlot(tb.Context(), key).Result()
	if err != nil {
		tb.Fatal(err)
	}
	ranges, err := node.ClusterSlots(tb.Context()).Result()
	if err != nil {
		tb.Fatal(err)
	}
	for _, r := range ranges {
		if int(slot) >= r.Start && int(slot) <= r.End {
			c.nodes[r.Nodes[0].Addr].Stop()
			return
		}
	}
	tb.Fatalf("nobody holds slot %d", slot)
}
