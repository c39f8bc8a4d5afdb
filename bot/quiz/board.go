package quiz

import (
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/store"
)

// boardName says how a member appears on boards: they are asked at the first answer.
type boardName string

const (
	boardNotAsked boardName = ""
	boardAsMe     boardName = "me"
	boardAsNick   boardName = "nick"
	boardHidden   boardName = "hidden"
)

func boardFeature() feature {
	return feature{
		lines: map[string]command{"leaderboard": {
			usage: "leaderboard", says: "the board of the week; also leaderboard day, month, all, and everywhere for all channels",
			look: (*look).leaderboard,
		}},
		looks: map[string]func(*look) (chat.Reply, error){
			"board":     func(l *look) (chat.Reply, error) { return l.leaderboard([]string{l.ev.Value.Arg, l.ev.Value.Post}) },
			"name-form": func(l *look) (chat.Reply, error) { return l.nameForm() },
		},
		clicks: map[string]func(*step) (chat.Reply, error){"appear": (*step).appear},
		forms:  map[string]func(*step) (chat.Reply, error){"name": (*step).nameChosen},
	}
}

// period is a range of dates of a board.
type period string

const (
	periodDay   period = "day"
	periodWeek  period = "week"
	periodMonth period = "month"
	periodAll   period = "all"
)

// dates are the first and last date of a period around an instant.
func (p period) dates(now time.Time) (from, to string) {
	switch p {
	case periodAll:
		return "", ""
	case periodDay:
		return now.Format(time.DateOnly), now.Format(time.DateOnly)
	case periodMonth:
		first := time.Date(now.Year(), now.Month(), 1, 12, 0, 0, 0, now.Location())
		return first.Format(time.DateOnly), first.AddDate(0, 1, -1).Format(time.DateOnly)
	default:
		monday := time.Date(now.Year(), now.Month(), now.Day()-(int(now.Weekday())+6)%7, 12, 0, 0, 0, now.Location())
		return monday.Format(time.DateOnly), monday.AddDate(0, 0, 6).Format(time.DateOnly)
	}
}

// place is one line of a board.
type place struct {
	rank   int
	member chat.Member
	nick   string // shown instead of the name where it is set
	n      int64
}

// boardSize is how many places a board shows.
const boardSize = 10

func (l *look) leaderboard(words []string) (chat.Reply, error) {
	per, channel := periodWeek, l.ev.Channel
	for _, w := range words {
		switch strings.ToLower(w) {
		case "day", "today":
			per = periodDay
		case "week":
			per = periodWeek
		case "month":
			per = periodMonth
		case "all", "all-time", "ever":
			per = periodAll
		case "everywhere", "workspace":
			channel = ""
		case "":
		default:
			if c, ok := channelOf(w); ok {
				channel = c
				continue
			}
			return tell(unknownVerb("leaderboard "+w, nearest("leaderboard "+w,
				[]string{"leaderboard day", "leaderboard week", "leaderboard month", "leaderboard all", "leaderboard everywhere"}))), nil
		}
	}
	places, err := l.board(per, channel)
	if err != nil {
		return chat.Reply{}, err
	}
	me, err := l.member(l.ev.Member)
	if err != nil {
		return chat.Reply{}, err
	}
	return tell(l.sayBoard(per, channel, places, me)), nil
}

// board lists the members of a board who appear on it, and the one who looks; ties share a rank.
func (l *look) board(per period, channel chat.Channel) ([]place, error) {
	from, to := per.dates(l.ev.At.In(l.zone()))
	scores, err := l.v.Top(store.Board{Workspace: string(l.ev.Workspace), Channel: string(channel), From: from, To: to}, 1000)
	if err != nil {
		return nil, err
	}
	var places []place
	for _, sc := range scores {
		if sc.N <= 0 {
			continue
		}
		m, err := l.member(chat.Member(sc.Member))
		if err != nil {
			return nil, err
		}
		shown := m.Board == boardAsMe || m.Board == boardAsNick
		if !shown && sc.Member != string(l.ev.Member) {
			continue
		}
		p := place{rank: len(places) + 1, member: chat.Member(sc.Member), n: sc.N}
		if m.Board == boardAsNick {
			p.nick = m.Nick
		}
		if k := len(places); k > 0 && places[k-1].n == p.n {
			p.rank = places[k-1].rank
		}
		places = append(places, p)
	}
	return places, nil
}

// mine finds the place of the event's member; nil where they have none.
func (l *look) mine(places []place) (me, above *place) {
	for i := range places {
		if places[i].member == l.ev.Member {
			if i > 0 {
				above = &places[i-1]
			}
			return &places[i], above
		}
	}
	return nil, nil
}

// appear answers the question of the first answer: as whom, if at all.
func (s *step) appear() (chat.Reply, error) {
	how := boardName(s.ev.Value.Arg)
	if how != boardAsMe && how != boardHidden {
		return turn(noLongerOpen()), nil
	}
	reply, err := s.setBoardName(how, "")
	if err != nil || s.ev.Value.Post == "" {
		return reply, err
	}
	return withSubject(func(s *step, t *subject) (chat.Reply, error) { // asked below the feedback: it stays
		r, err := s.feedback(t, true)
		if r.Message != nil {
			r.Message.After = append(r.Message.After, reply.Message.Blocks...)
		}
		return r, err
	})(s)
}

// askForBoard asks a member, once, whether boards may show them: below the feedback of their first answer in a channel.
func (s *step) askForBoard(p *post) error {
	m, err := s.member(s.ev.Member)
	if err != nil || p.Channel == "" || m.Asked != "" {
		return err
	}
	m.Asked = p.ID
	save(s.d, s.memberRef(s.ev.Member), m)
	return nil
}

// asked tells whether the question stands below the feedback of a post.
func (m member) asked(p *post) bool { return m.Board == boardNotAsked && m.Asked == p.ID }

func (s *step) setBoardName(how boardName, nick string) (chat.Reply, error) {
	m, err := s.member(s.ev.Member)
	if err != nil {
		return chat.Reply{}, err
	}
	m.Board, m.Nick = how, nick
	save(s.d, s.memberRef(s.ev.Member), m)
	return tell(chat.Message{Blocks: []chat.Block{sayBoardName(m)}}), nil
}

func (l *look) nameForm() (chat.Reply, error) {
	m, err := l.member(l.ev.Member)
	if err != nil {
		return chat.Reply{}, err
	}
	return chat.Reply{Form: sayNameForm(m)}, nil
}

// maxNick is how long a nickname may be, in characters.
const maxNick = 24

func (s *step) nameChosen() (chat.Reply, error) {
	how, nick := boardName(s.ev.Field("how")), join(fields(s.ev.Field("nick")))
	again := chat.Value{Look: true, Verb: "name-form"}
	switch {
	case how == boardAsNick && (nick == "" || len([]rune(nick)) > maxNick):
		return refuse(map[string]string{"nick": nickNeeded()}, "Name or hide", again), nil
	case how == boardAsNick:
		return s.setBoardName(how, nick)
	case how == boardAsMe || how == boardHidden:
		return s.setBoardName(how, "")
	}
	return refuse(map[string]string{"how": chooseOne()}, "Name or hide", again), nil
}
