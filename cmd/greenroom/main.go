// Command greenroom gets a team ready for technical interviews: it serves the bot, and it checks and shows question
// banks, schedules and grades on the command line. It holds flags, configuration and wiring, and no logic.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"
)

// commands is what the command line offers. serve is what a bare greenroom does.
type commands struct {
	Serve    serve           `cmd:"" help:"Run Greenroom with its playground in the browser (default)."`
	Bank     bank            `cmd:"" help:"Check and show question banks."`
	Schedule schedule        `cmd:"" help:"See which instants a schedule means."`
	Grade    grading         `cmd:"" help:"Grade answers, one JSON object a line."`
	Slack    slackCommands   `cmd:"" help:"Make the Slack app, and its keys."`
	Discord  discordCommands `cmd:"" help:"Make the link that adds the Discord app to a server."`
	Doctor   doctorCommands  `cmd:"" help:"Say what is wrong with a platform's setup, and what to do."`
	Health   health          `cmd:"" help:"Ask the Greenroom that runs on this machine whether all is well."`
	Render   render          `cmd:"" help:"Print the messages that questions become."`
	Load     load            `cmd:"" help:"Measure how much Greenroom carries on this machine."`
	Version  version         `cmd:"" help:"Show which Greenroom this is."`
}

// streams is the terminal, or what stands in its place.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// Exit codes.
const (
	exitFailed = 1 // it was asked rightly and did not work, or found errors
	exitUsage  = 2 // it was not asked rightly: nothing was done
)

func main() {
	os.Exit(run(os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// run is main without the process: it returns the exit code.
func run(args []string, std streams) int {
	exited := -1 // by --help
	parser := newParser(&commands{}, kong.Writers(std.out, std.err), kong.Exit(func(code int) { exited = code }),
		kong.Bind(std))
	command, err := parser.Parse(withDefault(args))
	if exited >= 0 {
		return exited
	}
	if err == nil {
		err = command.Run()
	}
	return report(std.err, err)
}

func newParser(c *commands, options ...kong.Option) *kong.Kong {
	return kong.Must(c, append(options,
		kong.Name("greenroom"),
		kong.Description("Greenroom gets a team ready for technical interviews."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
	)...)
}

// withDefault puts serve in front where no command is named. (kong's own default command takes a mistyped command for an
// argument of the default one and suggests nothing.)
func withDefault(args []string) []string {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") && args[0] != "-h" && args[0] != "--help" {
		return append([]string{"serve"}, args...)
	}
	return args
}

// report says in one line what went wrong and what to do, and returns the exit code.
func report(w io.Writer, err error) int {
	var found findings
	var usage *usageError
	var parse *kong.ParseError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &found): // they have been listed
		return exitFailed
	case errors.As(err, &usage):
		fmt.Fprintf(w, "greenroom: %s\n", printable(err.Error()))
		return exitUsage
	case errors.As(err, &parse):
		fmt.Fprintf(w, "greenroom: %s; %s\n", printable(err.Error()), helpFor(parse))
		return exitUsage
	}
	fmt.Fprintf(w, "greenroom: %s\n", printable(err.Error()))
	return exitFailed
}

// helpFor is the line that shows what can be written where parsing stopped.
func helpFor(e *kong.ParseError) string {
	words := []string{"greenroom"}
	if e.Context != nil {
		for _, path := range e.Context.Path {
			if path.Command != nil {
				words = append(words, path.Command.Name)
			}
		}
	}
	return "see " + strings.Join(append(words, "--help"), " ")
}

// usageError is a command that was not asked rightly; its text says what to write.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

func usagef(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }
