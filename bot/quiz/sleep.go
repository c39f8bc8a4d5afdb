package quiz

import (
	"strconv"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// Timers:
//
//	workspace/erase   a workspace that removed the bot 30 days ago is erased

// asleepFor is how long the data of a workspace that removed the bot is kept.
const asleepFor = 30 * day

// eraseAtOnce is how many records one unit erases.
const eraseAtOnce = 200

func sleepFeature() feature {
	return feature{
		events: map[chat.Kind]func(*step) (chat.Reply, error){chat.Gone: (*step).fallAsleep, chat.Back: (*step).wakeUp},
		timers: map[string]func(*step, []string) error{"erase": (*step).eraseWorkspace},
	}
}

func (s *step) fallAsleep() (chat.Reply, error) {
	if !s.ws.Asleep.IsZero() {
		return chat.Reply{}, nil
	}
	s.ws.Asleep = s.ev.At
	s.saveWorkspace()
	s.wake(s.ev.At.Add(asleepFor), s.ev.Room, "", "erase")
	return chat.Reply{}, nil
}

// wakeUp goes on where a new install finds old data: schedules have slots again from now on.
func (s *step) wakeUp() (chat.Reply, error) {
	if s.ws.Asleep.IsZero() {
		return chat.Reply{}, nil
	}
	if !s.ev.At.Before(s.ws.Asleep.Add(asleepFor)) { // nobody was running when it was to be erased
		return chat.Reply{}, s.eraseWorkspace(nil)
	}
	s.ws.Asleep = time.Time{}
	s.saveWorkspace()
	s.wake(time.Time{}, s.ev.Room, "", "erase")
	all, err := s.schedules("")
	if err != nil {
		return chat.Reply{}, err
	}
	for _, c := range all {
		if c.State == scheduleActive {
			if err := s.arm(c, s.ev.At); err != nil {
				return chat.Reply{}, err
			}
		}
	}
	return chat.Reply{}, nil
}

// eraseWorkspace erases some records, and comes back until none is left. The workspace's own record goes last, so that
// whoever comes meanwhile finds it asleep.
func (s *step) eraseWorkspace([]string) error {
	if s.ws.Asleep.IsZero() {
		return nil
	}
	records, err := s.v.List(store.Prefix(string(s.ev.Workspace)), "", eraseAtOnce)
	if err != nil {
		return err
	}
	left := 0
	for _, r := range records {
		if r.Ref == workspaceRef(s.ev.Workspace) {
			continue
		}
		left++
		if err := s.eraseRecord(r); err != nil {
			return err
		}
	}
	if left > 0 {
		s.wake(s.ev.At.Add(time.Second), s.ev.Room, "", "erase")
		return nil
	}
	// What went out is known by the numbers of schedules for longer than it is kept here: none is used again.
	s.ws = workspace{Schedules: s.ws.Schedules}
	s.saveWorkspace()
	return nil
}

// eraseRecord removes a record with the timers and points that hang on it.
func (s *step) eraseRecord(r store.Record) error {
	s.d.Delete(r.Ref)
	parts := r.Ref.Parts()
	none := time.Time{}
	switch kind, id := parts[1], parts[len(parts)-1]; kind {
	case "schedule":
		s.wake(none, "", "", "slot", id)
		s.wake(none, "", "", "trouble", id)
	case "member":
		s.wake(none, "", "", "pending", id)
	case "post":
		for _, timer := range []string{"result", "close", "sweep"} {
			s.wake(none, "", "", timer, id)
		}
		for n := 1; n <= threadFollowUps; n++ {
			s.wake(none, "", "", "follow", id, strconv.Itoa(n))
		}
	case "attempt":
		a, err := decode[attempt](r.Ref, r.Bytes)
		if err != nil {
			return err
		}
		p, err := s.post(a.Post)
		if err != nil || p == nil {
			return err
		}
		for _, n := range a.numbers() {
			at := a.Parts[n]
			s.d.Points(store.Points{
				Workspace: string(s.ev.Workspace), Channel: string(p.Channel), Member: string(a.Member),
				Date: at.Date, N: -at.Points,
			})
		}
	}
	return nil
}
