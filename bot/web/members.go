package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"greenroom/bot/chat"
	"greenroom/store"
)

// host is the member that the first browser becomes: the one who is told of trouble.
const host chat.Member = "m1"

// member is a person of the playground.
type member struct {
	ID     chat.Member `json:"id"`
	Name   string      `json:"name"`
	Sample bool        `json:"sample,omitempty"` // played by samples.go
}

// Label is the name as it is shown.
func (m member) Label() string {
	if m.Sample {
		return m.Name + " (sample)"
	}
	return m.Name
}

// profile is one browser: it may act as the members that it made.
type profile struct {
	Members []chat.Member `json:"members"`
	Acting  chat.Member   `json:"acting"`
}

// Limits of what a visitor can make.
const (
	maxMembers = 200
	maxName    = 32 // characters
)

// names are given to new members until they choose their own.
var names = []string{"Robin", "Kim", "Noa", "Jo", "Lee", "Max", "Toni", "Sasha", "Kai", "Charlie"}

// prepare writes what every playground begins with: the host, the samples and the record of the start.
func (h *history) prepare(ctx context.Context) error {
	return h.update(ctx, func(c *change) error {
		first := []member{{ID: host, Name: names[0]}}
		for _, s := range sampleMembers {
			first = append(first, member{ID: s.id, Name: s.name, Sample: true})
		}
		for _, m := range first {
			if _, err := person(c.d, m.ID); !errors.Is(err, errNoMember) {
				if err != nil {
					return err
				}
				continue
			}
			if err := put(c.d, memberRef(m.ID), m); err != nil {
				return err
			}
		}
		var s start
		if found, err := get(c.d, store.Key("start"), &s); err != nil || found {
			return err
		}
		return put(c.d, store.Key("start"), start{At: h.now()})
	})
}

var errNoMember = errors.New("there is no such member")

func person(v store.View, id chat.Member) (member, error) {
	var m member
	found, err := get(v, memberRef(id), &m)
	if err == nil && !found {
		err = errNoMember
	}
	return m, err
}

// people reads all members, in the order in which they came.
func (h *history) people(ctx context.Context) ([]member, error) {
	return everybody(store.NewReader(ctx, h.db))
}

func everybody(v store.View) ([]member, error) {
	records, err := v.List(store.Prefix("member"), "", maxMembers+len(sampleMembers))
	if err != nil {
		return nil, fmt.Errorf("read the members: %w", err)
	}
	people := make([]member, 0, len(records))
	for _, r := range records {
		m, err := person(v, chat.Member(r.Ref.Parts()[1]))
		if err != nil {
			return nil, err
		}
		people = append(people, m)
	}
	slices.SortStableFunc(people, func(a, b member) int {
		if order := sampleIndex(a.ID) - sampleIndex(b.ID); order != 0 {
			return order
		}
		return len(a.ID) - len(b.ID) // m2 before m10
	})
	return people, nil
}

// browser reads the profile of a browser by its cookie.
func (h *history) browser(ctx context.Context, cookie string) (pr profile, found bool, err error) {
	if cookie == "" {
		return profile{}, false, nil
	}
	found, err = get(store.NewReader(ctx, h.db), profileRef(cookie), &pr)
	return pr, found, err
}

// welcome makes a profile with a member of its own: the host for the very first browser.
func (h *history) welcome(ctx context.Context) (cookie string, pr profile, err error) {
	cookie = rand.Text()
	err = h.update(ctx, func(c *change) error {
		profiles, err := c.d.List(store.Prefix("profile"), "", 1)
		if err != nil {
			return err
		}
		pr = profile{Members: []chat.Member{host}, Acting: host}
		if len(profiles) > 0 {
			m, err := c.newMember("")
			if err != nil {
				return err
			}
			pr = profile{Members: []chat.Member{m.ID}, Acting: m.ID}
		}
		return put(c.d, profileRef(cookie), pr)
	})
	return cookie, pr, err
}

var errFull = fmt.Errorf("this playground has %d members, which is as many as it takes", maxMembers)

// newMember writes a member; without a name it is given one that nobody has.
func (c *change) newMember(name string) (member, error) {
	people, err := everybody(c.d)
	if err != nil {
		return member{}, err
	}
	n := len(people) - len(sampleMembers) + 1
	if n > maxMembers {
		return member{}, errFull
	}
	if name == "" {
		name = names[(n-1)%len(names)]
		for i := n; taken(people, name, ""); i++ {
			name = fmt.Sprintf("%s %d", names[(n-1)%len(names)], i)
		}
	} else if taken(people, name, "") {
		return member{}, nameTaken(name)
	}
	c.people = true
	m := member{ID: chat.Member(fmt.Sprintf("m%d", n)), Name: name}
	return m, put(c.d, memberRef(m.ID), m)
}

// addMember makes one more member for a browser, who acts as them from now on.
func (h *history) addMember(ctx context.Context, cookie, name string) error {
	return h.changeProfile(ctx, cookie, func(c *change, pr *profile) error {
		m, err := c.newMember(name)
		if err != nil {
			return err
		}
		pr.Members, pr.Acting = append(pr.Members, m.ID), m.ID
		return nil
	})
}

// actAs lets a browser act as another of its members.
func (h *history) actAs(ctx context.Context, cookie string, who chat.Member) error {
	return h.changeProfile(ctx, cookie, func(_ *change, pr *profile) error {
		if !slices.Contains(pr.Members, who) {
			return errNoMember
		}
		pr.Acting = who
		return nil
	})
}

// rename gives one of a browser's members another name.
func (h *history) rename(ctx context.Context, cookie string, who chat.Member, name string) error {
	return h.changeProfile(ctx, cookie, func(c *change, pr *profile) error {
		if !slices.Contains(pr.Members, who) {
			return errNoMember
		}
		m, err := person(c.d, who)
		if err != nil {
			return err
		}
		people, err := everybody(c.d)
		if err != nil {
			return err
		}
		if taken(people, name, who) {
			return nameTaken(name)
		}
		m.Name, c.people = name, true
		return put(c.d, memberRef(m.ID), m)
	})
}

func (h *history) changeProfile(ctx context.Context, cookie string, fn func(*change, *profile) error) error {
	return h.update(ctx, func(c *change) error {
		var pr profile
		found, err := get(c.d, profileRef(cookie), &pr)
		if err != nil {
			return err
		}
		if !found {
			return errNoMember
		}
		if err := fn(c, &pr); err != nil {
			return err
		}
		return put(c.d, profileRef(cookie), pr)
	})
}

// taken tells whether anybody else, or the bot, goes by a name: nobody can pass for another.
func taken(people []member, name string, but chat.Member) bool {
	return strings.EqualFold(name, "Greenroom") || slices.ContainsFunc(people, func(m member) bool {
		return m.ID != but && (strings.EqualFold(m.Name, name) || strings.EqualFold(m.Label(), name))
	})
}

func nameTaken(name string) error {
	return &notTaken{fmt.Errorf("somebody is called %s already: write another name", name)}
}

// cleanName makes one line of visible characters out of what somebody typed as a name.
func cleanName(s string) (string, error) {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsGraphic(r)
	}), " ")
	switch n := utf8.RuneCountInString(s); {
	case n == 0:
		return "", errors.New("write a name first")
	case n > maxName:
		return "", fmt.Errorf("a name has at most %d characters; this one has %d", maxName, n)
	}
	return s, nil
}

func memberRef(id chat.Member) store.Ref { return store.Key("member", string(id)) }

// profileRef names a profile by the hash of its cookie: a copy of the store lets nobody act as another.
func profileRef(cookie string) store.Ref {
	sum := sha256.Sum256([]byte(cookie))
	return store.Key("profile", hex.EncodeToString(sum[:]))
}
