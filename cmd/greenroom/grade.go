package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"greenroom/bot/grade"
)

type grading struct {
	// JSONL is the file with one task a line; - is the standard input. Required.
	JSONL string `name:"jsonl" required:"" placeholder:"FILE" help:"Lines {question, ref[], answer}; - is standard input."`
}

// task is one line of the input. Other fields are ignored.
type task struct {
	Question string   `json:"question"`
	Ref      []string `json:"ref"`
	Answer   string   `json:"answer"`
}

// Run writes one grade for each task, in order, as soon as it has it.
func (c grading) Run(std streams) error {
	in := std.in
	if c.JSONL != "-" {
		file, err := os.Open(c.JSONL)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("there is no file %s; check the path, or write - for standard input", c.JSONL)
		} else if err != nil {
			return fmt.Errorf("read tasks: %w", err)
		}
		defer file.Close()
		in = file
	}
	lines, out := bufio.NewReader(in), bufio.NewWriter(std.out)
	if err := gradeLines(lines, out); err != nil {
		out.Flush() // where this fails too, the line's fault is the one to mend
		return fmt.Errorf("%s: %w", c.JSONL, err)
	}
	return out.Flush()
}

// gradeLines grades line after line. It flushes whenever it has to wait for more input, so that a program can hand in a
// task and read its grade.
func gradeLines(in *bufio.Reader, out *bufio.Writer) error {
	write := json.NewEncoder(out)
	write.SetEscapeHTML(false)
	var last task // answers to one question mostly stand together, and its rubric serves them all
	var rubric *grade.Rubric
	for number := 1; ; number++ {
		line, readErr := in.ReadBytes('\n')
		if readErr != nil && readErr != io.EOF {
			return fmt.Errorf("line %d: %w", number, readErr)
		}
		if len(bytes.TrimSpace(line)) > 0 {
			var t task
			if err := json.Unmarshal(line, &t); err != nil {
				return fmt.Errorf("line %d is not a task: %w; write {\"question\": \"…\", \"ref\": [\"…\"], \"answer\": \"…\"}", number, err)
			}
			if rubric == nil || t.Question != last.Question || !slices.Equal(t.Ref, last.Ref) {
				rubric, last = grade.Prepare(grade.Task{Question: t.Question, Refs: t.Ref}), t
			}
			if err := write.Encode(complete(rubric.Grade(t.Answer))); err != nil {
				return err
			}
		}
		if readErr == io.EOF {
			return nil
		}
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
}

// complete makes the lists of a grade [] where they are empty, for programs that do not expect null.
func complete(g grade.Grade) grade.Grade {
	if g.Points == nil {
		g.Points = []grade.Point{}
	}
	for i := range g.Points {
		if g.Points[i].Because == nil {
			g.Points[i].Because = []string{}
		}
	}
	if g.Flags == nil {
		g.Flags = []grade.Flag{}
	}
	return g
}
