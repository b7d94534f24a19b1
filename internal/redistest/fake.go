package redistest

import (
	"bufio"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"
)

// A Reply is what a fake Redis answers to one command; its name is in capital
// letters. To end the connection afterwards, hangUp is true.
type Reply func(command []string) (raw string, hangUp bool)

// Fake listens like a Redis of version 5, which knows no HELLO, and answers as
// it is told. It ends with its test, its connections too.
func Fake(tb testing.TB, reply Reply) (addr string) {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			tb.Cleanup(func() { conn.Close() })
			go serveFake(conn, reply)
		}
	}()
	return ln.Addr().String()
}

func serveFake(conn net.Conn, reply Reply) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for {
		command, err := readCommand(in)
		if err != nil {
			return
		}
		raw, hangUp := "-ERR unknown command\r\n", false
		if command[0] != "HELLO" {
			raw, hangUp = reply(command)
		}
		if _, err := io.WriteString(conn, raw); err != nil || hangUp {
			return
		}
	}
}

// readCommand reads one array of bulk strings, as clients send.
func readCommand(in *bufio.Reader) ([]string, error) {
	n, err := readLength(in)
	if err != nil {
		return nil, err
	}
	command := make([]string, n)
	for i := range command {
		size, err := readLength(in)
		if err != nil {
			return nil, err
		}
		word := make([]byte, size+2)
		if _, err := io.ReadFull(in, word); err != nil {
			return nil, err
		}
		command[i] = string(word[:size])
	}
	command[0] = strings.ToUpper(command[0])
	return command, nil
}

func readLength(in *bufio.Reader) (int, error) {
	line, err := in.ReadString('\n')
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(line[1:]))
}
