package quiz

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/when"
	"greenroom/content"
	"greenroom/store"
)

// Records:
//
//	workspace/schedule/ID   schedule: ID is s1, s2 …, never used again
//
// Timers:
//
//	workspace/slot/ID       the next slot of an active schedule
//
// Actions:
//
//	workspace/announce/ID   tells the channel of a new schedule; its delivery makes the schedule active

// grace is how long after its time a slot is still posted.
const grace = 4 * time.Hour

// scheduleState says whether a schedule has slots.
type scheduleState string

const (
	schedulePending scheduleState = "pending" // saved; active once its announcement stands in the channel
	scheduleActive  scheduleState = "active"
	schedulePaused  scheduleState = "paused"
)

// schedule is channel + local time + days + zone + which questions, with the habits of its posts.
type schedule struct {
	ID        string        `json:"id"`
	Channel   chat.Channel  `json:"channel"`
	When      string        `json:"when"`             // when.Spec, encoded
	Select    []string      `json:"select,omitempty"` // words of content.Index.Select; none means all questions
	Shuffle   bool          `json:"shuffle,omitempty"`
	FollowUps time.Duration `json:"follow_ups"`
	Result    time.Duration `json:"result"`
	Start     string        `json:"start,omitempty"` // first local date, 2006-01-02
	State     scheduleState `json:"state"`
	Keeper    chat.Member   `json:"keeper"`
	Line      string        `json:"line,omitempty"`      // the words that it was made of
	FirstNow  bool          `json:"first_now,omitempty"` // post one as soon as it is active
	Silent    int           `json:"silent,omitempty"`    // posts in a row that nobody answered
	Empty     bool          `json:"empty,omitempty"`     // nothing was selected at the last slot, and the keeper knows
	From      string        `json:"from,omitempty"`      // the proposal that it was saved from
	Trouble   *trouble      `json:"trouble,omitempty"`
	Moving    *moving       `json:"moving,omitempty"`
}

// line is a command that makes the schedule again, wherever it is typed.
func (c *schedule) line() string {
	words := slices.DeleteFunc(fields(c.Line), func(w string) bool { _, ok := channelOf(w); return ok })
	return cut("/greenroom schedule add "+join(words), 400) + " #" + string(c.Channel)
}

// spec is when the schedule's slots are. What was stored has been checked, so it can be read.
func (c *schedule) spec() (when.Spec, error) {
	spec, err := when.Decode(c.When)
	if err != nil {
		return spec, fmt.Errorf("schedule %s: %w", c.ID, err)
	}
	return spec, nil
}

// after is the instant after which slots count: now, or the eve of the start date.
func (c *schedule) after(now time.Time, zone string) time.Time {
	loc, err := when.Zone(zone)
	if c.Start == "" || err != nil {
		return now
	}
	start, err := time.ParseInLocation(time.DateOnly, c.Start, loc)
	if err != nil || start.Before(now) {
		return now
	}
	return start.Add(-time.Millisecond)
}

func scheduleFeature() feature {
	return feature{
		lines: map[string]command{"schedule": {
			usage: "schedule add 9:00 weekdays Europe/Berlin python", says: "a question on a schedule; also schedule list, preview, change, pause, resume, remove, run",
			choose: scheduleCommand,
		}},
		looks: map[string]func(*look) (chat.Reply, error){
			"schedules": func(l *look) (chat.Reply, error) { return l.scheduleList(nil) },
		},
		clicks: map[string]func(*step) (chat.Reply, error){
			"save":  (*step).saveDraft,
			"drop":  (*step).dropDraft,
			"pause": withSchedule(func(s *step, c *schedule) (chat.Reply, error) { return s.switchTo(c, schedulePaused) }),
			"run": withSchedule(func(s *step, c *schedule) (chat.Reply, error) {
				return s.postNow(c, "run-"+cmp.Or(s.ev.Value.Arg, short(s.ev.ID.Name)))
			}),
		},
		timers: map[string]func(*step, []string) error{"slot": (*step).slotDue},
		sent:   map[string]func(*step, []string) error{"announce": (*step).announced},
		failed: map[string]func(*step, []string) error{"announce": (*step).announceFailed},
	}
}

// scheduleCommand picks by the word after schedule.
func scheduleCommand(words []string) command {
	verb := "list"
	if len(words) > 0 {
		verb = strings.ToLower(words[0])
	}
	rest := func(f func(*step, []string) (chat.Reply, error)) command {
		return command{step: func(s *step, words []string) (chat.Reply, error) { return f(s, words[1:]) }}
	}
	one := func(f func(*step, *schedule) (chat.Reply, error)) command {
		return rest(func(s *step, words []string) (chat.Reply, error) {
			c, instead, err := s.named(words)
			switch {
			case err != nil || c == nil:
				return chat.Reply{Message: instead}, err
			case !s.mayChange(c):
				return tell(managersOnly()), nil
			}
			return f(s, c)
		})
	}
	switch verb {
	case "list":
		return command{look: func(l *look, _ []string) (chat.Reply, error) { return l.scheduleList(nil) }}
	case "preview":
		return command{look: func(l *look, words []string) (chat.Reply, error) { return l.schedulePreview(words[1:]) }}
	case "add":
		return rest((*step).scheduleAdd)
	case "pause":
		return one(func(s *step, c *schedule) (chat.Reply, error) { return s.switchTo(c, schedulePaused) })
	case "resume":
		return one(func(s *step, c *schedule) (chat.Reply, error) { return s.switchTo(c, scheduleActive) })
	case "remove":
		return one((*step).removeSchedule)
	case "run":
		return one(func(s *step, c *schedule) (chat.Reply, error) { return s.postNow(c, "run-"+short(s.ev.ID.Name)) })
	case "change":
		return rest((*step).scheduleChange)
	default:
		return command{look: func(l *look, words []string) (chat.Reply, error) {
			return tell(unknownVerb("schedule "+words[0], nearest("schedule "+verb, scheduleVerbs()))), nil
		}}
	}
}

func scheduleVerbs() []string {
	return []string{"schedule add", "schedule list", "schedule preview", "schedule change", "schedule pause", "schedule resume", "schedule remove", "schedule run"}
}

func (l *look) scheduleRef(id string) store.Ref { return l.ref("schedule", id) }

func (l *look) schedule(id string) (*schedule, error) { return load[schedule](l.v, l.scheduleRef(id)) }

func (s *step) saveSchedule(c *schedule) { save(s.d, s.scheduleRef(c.ID), c) }

// schedules are all of the workspace, in the order in which they were made; of one channel where it is named.
func (l *look) schedules(channel chat.Channel) ([]*schedule, error) {
	var all []*schedule
	err := each(l.v, store.Prefix(string(l.ev.Workspace), "schedule"), func(_ store.Ref, c *schedule) error {
		if channel == "" || c.Channel == channel {
			all = append(all, c)
		}
		return nil
	})
	slices.SortFunc(all, func(a, b *schedule) int { return number(a.ID) - number(b.ID) })
	return all, err
}

// number is the n of an id such as s12.
func number(id string) int {
	n, err := strconv.Atoi(id[min(1, len(id)):])
	if err != nil {
		return 0
	}
	return n
}

func (l *look) scheduleList([]string) (chat.Reply, error) {
	all, err := l.schedules("")
	if err != nil {
		return chat.Reply{}, err
	}
	if len(all) == 0 && !l.manages() {
		return tell(l.sayNotSetUp()), nil
	}
	return tell(l.sayScheduleList(all)), nil
}

// mayChange tells whether the event's member may change a schedule: managers may. In a direct message not every platform
// tells who manages, and the keeper is asked there what to do, so there the keeper may too.
func (l *look) mayChange(c *schedule) bool {
	return l.manages() || l.ev.Channel == "" && l.ev.Member == c.Keeper
}

// withSchedule wraps a handler of a click or a form that changes the schedule which its value names.
func withSchedule(f func(*step, *schedule) (chat.Reply, error)) func(*step) (chat.Reply, error) {
	return func(s *step) (chat.Reply, error) {
		c, err := s.schedule(s.ev.Value.Post)
		switch {
		case err != nil:
			return chat.Reply{}, err
		case c == nil:
			return turn(noLongerOpen()), nil
		case !s.mayChange(c):
			return tell(managersOnly()), nil
		}
		return f(s, c)
	}
}

// named finds the schedule that words name: its id, else the only one of the channel, else the only one of all. What it
// says instead of a schedule is a message.
func (l *look) named(words []string) (*schedule, *chat.Message, error) {
	if len(words) > 0 {
		c, err := l.schedule(strings.ToLower(cut(words[0], 20))) // an id is much shorter
		if err == nil && c == nil {
			m, err := l.scheduleList(nil)
			if err != nil {
				return nil, nil, err
			}
			m.Message.Blocks = append([]chat.Block{noSchedule(words[0])}, m.Message.Blocks...)
			return nil, m.Message, nil
		}
		return c, nil, err
	}
	for _, channel := range []chat.Channel{l.ev.Channel, ""} {
		all, err := l.schedules(channel)
		if err != nil {
			return nil, nil, err
		}
		if len(all) == 1 {
			return all[0], nil, nil
		}
	}
	m, err := l.scheduleList(nil)
	return nil, m.Message, err
}

// schedulePreview shows the next question and dates of a schedule, or those of a line that schedule add would take.
func (l *look) schedulePreview(words []string) (chat.Reply, error) {
	if len(words) > 0 && words[0] == "add" {
		words = words[1:]
	}
	if len(words) > 1 {
		c, problem := l.readSchedule(words)
		if problem != nil {
			return tell(*problem), nil
		}
		return l.preview(c, nil)
	}
	c, instead, err := l.named(words)
	if err != nil || c == nil {
		return chat.Reply{Message: instead}, err
	}
	return l.preview(c, nil)
}

// preview shows what a schedule will do: the first question, the next five dates.
func (l *look) preview(c *schedule, buttons []chat.Button) (chat.Reply, error) {
	q, err := l.choose(c)
	if err != nil {
		return chat.Reply{}, err
	}
	spec, err := c.spec()
	if err != nil {
		return chat.Reply{}, err
	}
	return tell(l.sayPreview(c, spec, q, spec.Upcoming(c.after(l.ev.At, spec.Zone()), 5), buttons)), nil
}

// scheduleAdd reads a schedule and shows it; nothing is saved before [Save it].
func (s *step) scheduleAdd(words []string) (chat.Reply, error) {
	if !s.manages() {
		return tell(managersOnly()), nil
	}
	c, problem := s.readSchedule(words)
	if problem != nil {
		return tell(*problem), nil
	}
	return s.propose(c)
}

// draft is a schedule that was shown to a member and waits for [Save it].
type draft struct {
	Name     string   `json:"name"` // which proposal the button belongs to
	Schedule schedule `json:"schedule"`
}

// propose shows a schedule before it is saved.
func (s *step) propose(c *schedule) (chat.Reply, error) {
	m, err := s.member(s.ev.Member)
	if err != nil {
		return chat.Reply{}, err
	}
	m.Draft = &draft{Name: short(s.ev.ID.Name), Schedule: *c}
	save(s.d, s.memberRef(s.ev.Member), m)
	return s.preview(c, []chat.Button{
		{Label: "Save it", Value: chat.Value{Verb: "save", Post: m.Draft.Name}, Main: true},
		{Label: "Save it and post the first one now", Value: chat.Value{Verb: "save", Post: m.Draft.Name, Arg: "now"}},
		{Label: "Drop it", Value: chat.Value{Verb: "drop", Post: m.Draft.Name}},
	})
}

// takeDraft is the proposal that a click is about; nil when it is gone.
func (s *step) takeDraft() (*schedule, error) {
	m, err := s.member(s.ev.Member)
	if err != nil || m.Draft == nil || m.Draft.Name != s.ev.Value.Post {
		return nil, err
	}
	c := m.Draft.Schedule
	m.Draft = nil
	save(s.d, s.memberRef(s.ev.Member), m)
	return &c, nil
}

// maySave tells whether the event's member may save the proposal that a click is about: who may change the schedule.
func (l *look) maySave() (bool, error) {
	m, err := l.member(l.ev.Member)
	if err != nil || m.Draft == nil || m.Draft.Name != l.ev.Value.Post {
		return l.manages(), err
	}
	return l.mayChange(&m.Draft.Schedule), nil
}

func (s *step) dropDraft() (chat.Reply, error) {
	saved, err := s.savedFrom(s.ev.Value.Post)
	if err != nil {
		return chat.Reply{}, err
	}
	if saved != nil {
		return turn(s.sayScheduleSaved(saved)), nil
	}
	if _, err := s.takeDraft(); err != nil {
		return chat.Reply{}, err
	}
	return turn(draftDropped()), nil
}

func (s *step) saveDraft() (chat.Reply, error) {
	if may, err := s.maySave(); err != nil || !may {
		return tell(managersOnly()), err
	}
	c, err := s.takeDraft()
	if err != nil {
		return chat.Reply{}, err
	}
	if c == nil { // perhaps a second click
		saved, err := s.savedFrom(s.ev.Value.Post)
		if err != nil || saved == nil {
			return turn(noLongerOpen()), err
		}
		return turn(s.sayScheduleSaved(saved)), nil
	}
	c.From, c.FirstNow = s.ev.Value.Post, s.ev.Value.Arg == "now"
	if err := s.addSchedule(c); err != nil {
		return chat.Reply{}, err
	}
	return turn(s.sayScheduleSaved(c)), nil
}

// savedFrom is the schedule that was saved from a proposal; nil where none was.
func (l *look) savedFrom(draft string) (*schedule, error) {
	all, err := l.schedules("")
	for _, c := range all {
		if draft != "" && c.From == draft {
			return c, err
		}
	}
	return nil, err
}

// addSchedule stores a schedule as pending, together with its announcement in the channel.
func (s *step) addSchedule(c *schedule) error {
	spec, err := c.spec()
	if err != nil {
		return err
	}
	s.ws.Schedules++
	if s.ws.Zone == "" {
		s.ws.Zone = spec.Zone()
	}
	s.saveWorkspace()
	c.ID, c.State, c.Keeper = "s"+strconv.Itoa(s.ws.Schedules), schedulePending, s.ev.Member
	s.saveSchedule(c)
	return s.send(chat.Action{
		Key: chat.Key(s.ref("announce", c.ID)), Do: chat.Post, Channel: c.Channel, Tell: true,
		Message: s.sayAnnouncement(c, spec), Until: s.ev.At.Add(grace),
	})
}

// announced makes a schedule active: its channel can be written to.
func (s *step) announced(ids []string) error {
	c, err := s.schedule(ids[0])
	if err != nil || c == nil {
		return err
	}
	if len(ids) > 1 {
		return s.moved(c, ids[1])
	}
	if c.State != schedulePending {
		return nil
	}
	c.State = scheduleActive
	if err := s.arm(c, s.ev.At); err != nil {
		return err
	}
	if c.FirstNow {
		c.FirstNow = false
		if err := s.decide(c, "first", s.ev.At, false); err != nil {
			return err
		}
	}
	s.saveSchedule(c)
	return nil
}

// announceFailed removes a schedule whose channel cannot be written to, and tells the person what to do.
func (s *step) announceFailed(ids []string) error {
	c, err := s.schedule(ids[0])
	if err != nil || c == nil {
		return err
	}
	if len(ids) > 1 {
		return s.notMoved(c, ids[1])
	}
	if c.State != schedulePending {
		return nil
	}
	s.d.Delete(s.scheduleRef(c.ID))
	again, err := s.proposeAgain(c)
	if err != nil {
		return err
	}
	return s.notify(c.Keeper, chat.Key(s.ref("notice", "announce", c.ID)), s.sayAnnounceFailed(c, s.ev.Reason, again))
}

// proposeAgain makes a proposal of a schedule that could not be announced, so that its keeper can save it once the channel can be
// written to. A newer proposal of theirs stays instead; then it is none.
func (s *step) proposeAgain(c *schedule) (draftName string, err error) {
	m, err := s.member(c.Keeper)
	if err != nil || m.Draft != nil {
		return "", err
	}
	m.Draft = &draft{Name: digest("again", c.ID), Schedule: *c}
	save(s.d, s.memberRef(c.Keeper), m)
	return m.Draft.Name, nil
}

// arm sets the timer of the schedule's next slot after an instant. One that has none is left without.
func (s *step) arm(c *schedule, after time.Time) error {
	spec, err := c.spec()
	if err != nil {
		return err
	}
	next, ok := spec.Next(c.after(after, spec.Zone()))
	if !ok {
		next.At = time.Time{}
	}
	s.wake(next.At, chat.ChannelRoom(c.Channel), c.Channel, "slot", c.ID)
	return nil
}

func (s *step) disarm(c *schedule) {
	s.wake(time.Time{}, chat.ChannelRoom(c.Channel), c.Channel, "slot", c.ID)
}

// slotDue decides the newest slot that has come, if it is within its grace; of older ones the keeper is told at once.
func (s *step) slotDue(ids []string) error {
	c, err := s.schedule(ids[0])
	if err != nil || c == nil || c.State != scheduleActive || !s.ws.Asleep.IsZero() {
		return err
	}
	spec, err := c.spec()
	if err != nil {
		return err
	}
	newest, missed := spec.Last(s.ev.At, s.ev.Due.Add(-time.Millisecond))
	if err := s.arm(c, s.ev.At); err != nil {
		return err
	}
	behind := s.ev.At.Sub(newest.At)
	if newest.At.IsZero() || behind >= grace {
		if !newest.At.IsZero() {
			missed = append(missed, newest)
		}
	} else if err := s.decide(c, newest.Nominal, newest.At, behind > 5*time.Minute); err != nil {
		return err
	}
	s.saveSchedule(c)
	if len(missed) == 0 {
		return nil
	}
	slices.SortFunc(missed, func(a, b when.Slot) int { return a.At.Compare(b.At) })
	return s.notify(c.Keeper, chat.Key(s.ref("notice", "missed", c.ID, newest.Nominal)), s.sayMissed(c, missed))
}

// switchTo pauses or resumes. Pausing ends a trouble: nothing is tried any more.
func (s *step) switchTo(c *schedule, to scheduleState) (chat.Reply, error) {
	if c.State == schedulePending {
		return turn(s.sayScheduleSaved(c)), nil
	}
	c.State, c.Keeper, c.Silent = to, s.ev.Member, 0
	if to == schedulePaused {
		s.disarm(c)
		s.calm(c)
	} else if err := s.arm(c, s.ev.At); err != nil {
		return chat.Reply{}, err
	}
	s.saveSchedule(c)
	spec, err := c.spec()
	if err != nil {
		return chat.Reply{}, err
	}
	return turn(s.sayScheduleSwitched(c, spec)), nil
}

func (s *step) removeSchedule(c *schedule) (chat.Reply, error) {
	s.disarm(c)
	s.calm(c)
	s.d.Delete(s.scheduleRef(c.ID))
	return tell(s.sayScheduleRemoved(c)), nil
}

// postNow posts the next question besides the schedule's own slots. The slot's name says what asked for it: asked for
// twice, it is posted once.
func (s *step) postNow(c *schedule, slot string) (chat.Reply, error) {
	if c.State == schedulePending {
		return tell(s.sayScheduleSaved(c)), nil
	}
	q, err := s.choose(c)
	if err != nil {
		return chat.Reply{}, err
	}
	if q == nil {
		return tell(s.sayNothingToAsk(c)), nil
	}
	if err := s.decide(c, slot, s.ev.At, false); err != nil {
		return chat.Reply{}, err
	}
	s.saveSchedule(c)
	return tell(s.sayRunning(c)), nil
}

// choose picks the question that a schedule asks next: the one asked least often in its channel among those selected,
// then the first in file order or in a seeded shuffle. Nil when the selection is empty.
func (l *look) choose(c *schedule) (*content.Question, error) {
	questions, err := l.banks.Select(c.Select)
	var unknown *content.UnknownWord
	if errors.As(err, &unknown) {
		return nil, nil // a bank was taken away: nothing is selected
	}
	if err != nil {
		return nil, err
	}
	asked, err := l.channel(c.Channel)
	if err != nil {
		return nil, err
	}
	var best *content.Question
	for _, q := range questions {
		if best == nil || l.before(c, asked, q, best) {
			best = q
		}
	}
	return best, nil
}

func (l *look) before(c *schedule, asked *channel, a, b *content.Question) bool {
	if asked.Asked[a.ID] != asked.Asked[b.ID] {
		return asked.Asked[a.ID] < asked.Asked[b.ID]
	}
	if !c.Shuffle {
		return false // file order
	}
	round := strconv.Itoa(asked.Asked[a.ID])
	return digest(c.ID, round, a.ID) < digest(c.ID, round, b.ID)
}
