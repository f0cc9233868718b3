// Command waymark serves the results framework for child online protection, takes evidence in and
// works the figures out.
package main

import (
	"os"

	"waymark/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
