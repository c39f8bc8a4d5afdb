package quiz

import (
	"slices"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/when"
	"greenroom/store"
)

// Records:
//
//	workspace            workspace: one a tenant
//	workspace/member/M   member: what is kept about a person, apart from answers

// workspace is what is known of a tenant.
type workspace struct {
	Zone      string        `json:"zone"` // IANA; its first schedule's until changed
	Locale    string        `json:"locale,omitempty"`
	Managers  []chat.Member `json:"managers,omitempty"` // members and roles, named by a manager besides the platform's own
	Asleep    time.Time     `json:"asleep,omitzero"`    // removed since then
	Schedules int           `json:"schedules"`          // how many were ever made: numbers their ids
	Open      []openPost    `json:"open,omitempty"`     // posts that take full points, oldest first
	Notices   []notice      `json:"notices,omitempty"`  // what no keeper could be told by direct message
}

// openPost names a post that is open.
type openPost struct {
	Post    string       `json:"post"`
	Channel chat.Channel `json:"channel"`
	Number  int          `json:"number"`
}

func workspaceRef(w chat.Workspace) store.Ref { return store.Key(string(w), "workspace") }

// workspace reads the event's workspace; the zero workspace where nothing is kept of it. What it holds is shared by all
// events: whoever changes a list makes a new one, which append does because none has room left.
func (l *look) workspace() (workspace, error) {
	ref := workspaceRef(l.ev.Workspace)
	b, err := l.v.Get(ref)
	if err != nil || b == nil {
		return workspace{}, err
	}
	return l.tenants.get(string(ref), b, func() (workspace, error) {
		w, err := decode[workspace](ref, b)
		if err != nil {
			return workspace{}, err
		}
		w.Managers, w.Open, w.Notices = slices.Clip(w.Managers), slices.Clip(w.Open), slices.Clip(w.Notices)
		return *w, nil
	})
}

func (s *step) saveWorkspace() { save(s.d, workspaceRef(s.ev.Workspace), s.ws) }

// zone is where the workspace's days begin.
func (l *look) zone() *time.Location {
	if l.ws.Zone != "" {
		if loc, err := when.Zone(l.ws.Zone); err == nil {
			return loc
		}
	}
	return time.UTC
}

func (l *look) zoneName() string { return l.zone().String() }

// date is the local date of an instant, as boards write it.
func (l *look) date(t time.Time) string { return t.In(l.zone()).Format(time.DateOnly) }

// manages tells whether the event's member may change schedules and settings.
func (l *look) manages() bool {
	return l.ev.Manager || slices.Contains(l.ws.Managers, l.ev.Member) ||
		slices.ContainsFunc(l.ev.Roles, func(role chat.Member) bool { return slices.Contains(l.ws.Managers, role) })
}

// member is what is kept about a person, apart from answers.
type member struct {
	Zone    string    `json:"zone,omitempty"`
	Locale  string    `json:"locale,omitempty"`
	Board   boardName `json:"board,omitempty"`
	Nick    string    `json:"nick,omitempty"`
	Asked   string    `json:"asked,omitempty"`   // the post at which they were asked whether boards may show them
	Closed  bool      `json:"closed,omitempty"`  // a direct message was refused, which they do not know yet
	Pending *pending  `json:"pending,omitempty"` // what was typed and may be an answer
	Draft   *draft    `json:"draft,omitempty"`   // a schedule that was shown and not saved yet
}

func (l *look) memberRef(m chat.Member) store.Ref { return l.ref("member", string(m)) }

// member reads what is kept about a person; an unknown person is the zero member. What Pending and Draft point at is shared
// by all events: whoever changes it makes a new one.
func (l *look) member(m chat.Member) (member, error) {
	ref := l.memberRef(m)
	b, err := l.v.Get(ref)
	if err != nil || b == nil {
		return member{}, err
	}
	return l.people.get(string(ref), b, func() (member, error) {
		p, err := decode[member](ref, b)
		if err != nil {
			return member{}, err
		}
		return *p, nil
	})
}

// meet keeps what the platform tells of the member, where it is news.
func (s *step) meet() error {
	m, err := s.member(s.ev.Member)
	if err != nil {
		return err
	}
	changed := false
	if s.ev.Zone != "" && s.ev.Zone != m.Zone {
		m.Zone, changed = s.ev.Zone, true
	}
	if s.ev.Locale != "" && s.ev.Locale != m.Locale {
		m.Locale, changed = s.ev.Locale, true
	}
	if changed {
		save(s.d, s.memberRef(s.ev.Member), m)
	}
	return nil
}
