package content

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// Load reads banks from files and folders of fsys, in the order of paths; a folder gives every *.md file below it, in
// the order of their names, each a bank, and hidden folders are left out. A file that is reached twice is read once. The
// problems are those of Parse and Check, and what in a folder could not be read. An error says which of paths could not
// be read; then there are no banks.
func Load(fsys fs.FS, paths ...string) ([]*Bank, []Problem, error) {
	l := loader{fsys: fsys, seen: map[string]bool{}}
	for _, p := range paths {
		if err := l.load(p); err != nil {
			return nil, nil, fmt.Errorf("reading questions from %s: %w", p, err)
		}
	}
	return l.banks, append(l.problems, Check(l.banks)...), nil
}

type loader struct {
	fsys     fs.FS
	seen     map[string]bool // files, by their cleaned names
	banks    []*Bank
	problems []Problem
}

// load reads the file or the folder p.
func (l *loader) load(p string) error {
	files := 0
	err := fs.WalkDir(l.fsys, p, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil && name == p:
			return err
		case err != nil:
			l.unread(name, err)
			return fs.SkipDir
		case entry.IsDir() && name != p && strings.HasPrefix(entry.Name(), "."):
			return fs.SkipDir
		case entry.IsDir() || name != p && !strings.EqualFold(path.Ext(name), ".md"):
			return nil
		}
		files++
		if name == p {
			return l.read(name, true)
		}
		if info, err := fs.Stat(l.fsys, name); err != nil {
			l.unread(name, err)
		} else if info.IsDir() { // a link to a folder may lead round in a circle
			l.unread(name, errors.New("it leads to a folder"))
		} else if !info.Mode().IsRegular() { // reading a pipe would wait for ever
			l.unread(name, errors.New("it is not a file"))
		} else if err := l.read(name, false); err != nil {
			l.unread(name, err)
		}
		return nil
	})
	if err == nil && files == 0 {
		l.fail(p, "this folder has no question files; put files ending in .md there")
	}
	return err
}

// read reads one file, which the caller named or which a folder holds.
func (l *loader) read(name string, named bool) error {
	if l.seen[path.Clean(name)] {
		return nil
	}
	l.seen[path.Clean(name)] = true
	file, err := l.fsys.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	src, err := io.ReadAll(io.LimitReader(file, maxBank+1)) // the one byte more tells that it is too long
	if err != nil {
		return err
	}
	p := parse(name, src)
	if p.none && !named { // a folder may hold a README
		for i := range p.problems {
			p.problems[i].Error = false
		}
	}
	l.banks, l.problems = append(l.banks, p.bank), append(l.problems, p.problems...)
	return nil
}

// unread says that something in a folder could not be read.
func (l *loader) unread(name string, err error) {
	var at *fs.PathError
	if errors.As(err, &at) { // the problem names the path itself
		err = at.Err
	}
	l.fail(name, "this is not read: "+err.Error()+"; mend it or take it out of the folder")
}

func (l *loader) fail(name, text string) {
	l.problems = append(l.problems, Problem{File: name, Line: 1, Col: 1, Error: true, Text: text})
}
