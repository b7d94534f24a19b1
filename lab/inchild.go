package lab

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// errParentGone reports that the process which started us has ended.
var errParentGone = errors.New("the parent process has ended")

// InChild is the child's side of the agreement: it reads the configuration
// from the first line of stdin into config, and returns a context that ends
// when stdin closes, because then the parent is gone.
func InChild(ctx context.Context, stdin io.Reader, config any) (context.Context, error) {
	in := bufio.NewReaderSize(stdin, 64<<10)
	line, err := in.ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("reading the configuration from stdin: %w", err)
	}
	if err := json.Unmarshal(line, config); err != nil {
		return nil, fmt.Errorf("reading the configuration from stdin: %w", err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		io.Copy(io.Discard, in)
		cancel(errParentGone)
	}()
	return ctx, nil
}

// sayHello is the one line a child writes to stdout.
func sayHello(stdout io.Writer, hello any) error {
	return json.NewEncoder(stdout).Encode(hello)
}
