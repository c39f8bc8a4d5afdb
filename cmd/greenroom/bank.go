package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"greenroom/content"
)

type bank struct {
	Check bankCheck `cmd:"" help:"Say what is wrong in question banks, and where."`
	Show  bankShow  `cmd:"" help:"Show the questions of banks as Greenroom reads them."`
}

type bankCheck struct {
	// Strict makes warnings count as errors. Optional.
	Strict bool     `help:"Exit with 1 on warnings too."`
	Paths  []string `arg:"" name:"path" help:"Bank files, and folders with all *.md below them."`
}

// findings ends a check that found something; the list of it is the output.
type findings struct{}

func (findings) Error() string { return "the banks have errors" }

// Run lists every problem as file:line:col: message, and the sums in the last line.
func (c bankCheck) Run(std streams) error {
	banks, problems, err := loadBanks(c.Paths)
	if err != nil {
		return err
	}
	failed := false
	for _, p := range problems {
		if _, err := fmt.Fprintln(std.out, problemLine(p)); err != nil {
			return err
		}
		failed = failed || p.Error || c.Strict
	}
	if _, err := fmt.Fprintln(std.out, sums(banks, problems)); err != nil {
		return err
	}
	if failed {
		return findings{}
	}
	return nil
}

// problemLine is a problem as compilers write theirs, so that editors can jump to it.
func problemLine(p content.Problem) string {
	kind := "warning"
	if p.Error {
		kind = "error"
	}
	return fmt.Sprintf("%s:%d:%d: %s: %s", printable(p.File), p.Line, p.Col, kind, printable(p.Text))
}

func sums(banks []*content.Bank, problems []content.Problem) string {
	questions, followUps, errs := 0, 0, 0
	for _, b := range banks {
		questions += len(b.Questions)
		for _, q := range b.Questions {
			followUps += len(q.FollowUps)
		}
	}
	for _, p := range problems {
		if p.Error {
			errs++
		}
	}
	return fmt.Sprintf("%d questions, %d follow-ups, %d errors, %d warnings", questions, followUps, errs, len(problems)-errs)
}

type bankShow struct {
	// JSON writes everything that is known of each question, for programs. Optional.
	JSON  bool     `name:"json" help:"Write a JSON array."`
	Paths []string `arg:"" name:"path" help:"Bank files, and folders with all *.md below them."`
}

// Run shows every question that plays. What leaves a question out is told on the error stream.
func (c bankShow) Run(std streams) error {
	banks, problems, err := loadBanks(c.Paths)
	if err != nil {
		return err
	}
	questions := []*content.Question{} // an empty bank is [], not null
	for _, b := range banks {
		for i := range b.Questions {
			questions = append(questions, &b.Questions[i])
		}
	}
	show := showText
	if c.JSON {
		show = showJSON
	}
	if err := show(std.out, questions); err != nil {
		return err
	}
	for _, p := range problems {
		if p.Error {
			fmt.Fprintln(std.err, problemLine(p))
		}
	}
	return nil
}

func showJSON(w io.Writer, questions []*content.Question) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(questions)
}

func showText(w io.Writer, questions []*content.Question) error {
	var b strings.Builder
	for _, q := range questions {
		fmt.Fprintf(&b, "%s (%s:%d)\n  %s\n", q.ID, printable(q.Source.File), q.Source.Line, content.Plain(q.Main))
		facts := []string{q.Topic}
		if q.Difficulty != "" {
			facts = append(facts, q.Difficulty)
		}
		facts = append(facts, q.Tags...)
		fmt.Fprintf(&b, "  %s\n", strings.Join(facts, ", "))
		showPoints(&b, "  ", q.KeyPoints)
		for i, f := range q.FollowUps {
			fmt.Fprintf(&b, "  %d. %s\n", i+1, content.Plain(f.Question))
			showPoints(&b, "     ", f.KeyPoints)
		}
		b.WriteString("\n")
	}
	lines := strings.Split(b.String(), "\n")
	for i, line := range lines {
		lines[i] = printable(line)
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n"))
	return err
}

func showPoints(b *strings.Builder, indent string, points []content.KeyPoint) {
	for _, p := range points {
		fmt.Fprintf(b, "%s- %s\n", indent, p.Name)
	}
}

// loadBanks reads the banks at paths of the machine.
func loadBanks(paths []string) ([]*content.Bank, []content.Problem, error) {
	for _, path := range paths {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, nil, fmt.Errorf("there is no file or folder %s; check the path", path)
		}
	}
	banks, problems, err := content.Load(machine{}, paths...)
	if err != nil {
		return nil, nil, fmt.Errorf("read question banks: %w", err)
	}
	return banks, problems, nil
}

// machine is the machine's own files under the names that a command line gives them, ../banks and absolute ones too, so
// that a problem names its file as the person did.
type machine struct{}

func (machine) Open(name string) (fs.File, error) { return os.Open(name) }

// Stat looks at a file without opening it: opening a pipe waits for its writer.
func (machine) Stat(name string) (fs.FileInfo, error) { return os.Stat(name) }
