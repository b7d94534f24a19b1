package lab

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// OrdersKey names the environment variable with the socket at which the checker
// child takes orders about its end.
const OrdersKey = "LAB_TEST_ORDERS"

// takeOrders does what the first caller says. What goes wrong here the caller
// notices.
func takeOrders(socket string) {
	os.Remove(socket) // of the life before
	ln, err := net.Listen("unix", socket)
	if err != nil {
		fmt.Fprintln(os.Stderr, "taking orders:", err)
		return
	}
	defer ln.Close()
	caller, err := ln.Accept()
	if err != nil {
		return
	}
	defer caller.Close()
	order, _ := bufio.NewReader(caller).ReadString('\n')
	obey(strings.TrimSpace(order), caller)
}

// obey ends this process as it is told, or has it grow. It gives a sign of life
// before each step: the time, in ns.
func obey(order string, signs io.Writer) {
	sign := func() { binary.Write(signs, binary.BigEndian, time.Now().UnixNano()) }
	verb, rest, _ := strings.Cut(order, " ")
	n, _ := strconv.Atoi(rest)
	sign()
	switch verb {
	case "exit":
		syscall.Exit(n) // on os.Exit the race detector lingers for a second
	case "fail": // as main does
		fmt.Fprintln(os.Stderr, "leakline:", rest)
		syscall.Exit(2)
	case "kill":
		if self, err := os.FindProcess(os.Getpid()); err == nil {
			self.Kill()
		}
		linger(time.Minute) // it comes
	case "panic":
		panic(rest)
	case "wait":
		linger(time.Hour)
	case "grow": // by so many MiB, then stay
		for range n {
			eaten = append(eaten, touched(1<<20))
			sign()
			time.Sleep(2 * time.Millisecond)
		}
		linger(time.Hour)
	}
}

var eaten [][]byte

// touched is memory that is resident.
func touched(size int) []byte {
	piece := make([]byte, size)
	for i := range piece {
		piece[i] = 1
	}
	return piece
}
