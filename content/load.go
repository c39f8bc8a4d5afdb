package content

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
)

// Load reads banks from files and folders of fsys, in the order of paths; a folder gives every *.md file below it, in
// the order of their names, each a bank, and hidden folders are left out. The problems are those of Parse and Check. An
// error says which path could not be read; then there are no banks.
func Load(fsys fs.FS, paths ...string) ([]*Bank, []Problem, error) {
	var banks []*Bank
	var problems []Problem
	read := func(name string, named bool) error {
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		p := parse(name, src)
		if p.none && !named { // a folder may hold a README
			for i := range p.problems {
				p.problems[i].Error = false
			}
		}
		banks, problems = append(banks, p.bank), append(problems, p.problems...)
		return nil
	}
	for _, p := range paths {
		n := len(banks)
		err := fs.WalkDir(fsys, p, func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && name != p && strings.HasPrefix(entry.Name(), "."):
				return fs.SkipDir
			case entry.IsDir() || name != p && !strings.EqualFold(path.Ext(name), ".md"):
				return nil
			}
			return read(name, name == p)
		})
		if err != nil {
			return nil, nil, fmt.Errorf("reading questions from %s: %w", p, err)
		}
		if len(banks) == n {
			problems = append(problems, Problem{
				File: p, Line: 1, Col: 1, Error: true,
				Text: "this folder has no question files; put files ending in .md there",
			})
		}
	}
	return banks, append(problems, Check(banks)...), nil
}
