package quiz

import (
	"fmt"
	"slices"

	"greenroom/bot/chat"
)

func boardTitle(p period) string {
	switch p {
	case periodDay:
		return "The board of the day"
	case periodMonth:
		return "The board of the month"
	case periodAll:
		return "The board of all time"
	default:
		return "The board of the week"
	}
}

func (p place) name() chat.Span {
	if p.nick != "" {
		return chat.Literal(p.nick)
	}
	return chat.Who(p.member)
}

func (l *look) sayBoard(per period, channel chat.Channel, places []place, me member) chat.Message {
	head := []chat.Span{chat.Strong(boardTitle(per))}
	if channel != "" {
		head = append(head, chat.Words(", in "), chat.In(channel))
	} else {
		head = append(head, chat.Words(", all channels"))
	}
	m := chat.Message{Blocks: []chat.Block{chat.Say(head...)}}
	mine, above := l.mine(places)
	for i, p := range places {
		if i >= boardSize && (mine == nil || p.member != mine.member) {
			continue
		}
		line := []chat.Span{chat.Words(fmt.Sprintf("%d. ", p.rank)), p.name(), chat.Words(": " + pointsWord(p.n))}
		if p.member == l.ev.Member {
			line = append(line, chat.Words(" (you"+hiddenWord(me)+")"))
		}
		m.Blocks = append(m.Blocks, chat.Say(line...))
	}
	if len(places) == 0 {
		m.Blocks = append(m.Blocks, chat.Text("Nobody is on this board yet. It starts with the first answer; everyone is asked before they appear."))
	}
	if mine != nil && above != nil {
		m.Blocks = append(m.Blocks, chat.Say(chat.Words(pointsWord(above.n-mine.n)+" behind "), above.name(), chat.Words(".")))
	}
	for _, other := range []period{periodDay, periodWeek, periodMonth, periodAll} {
		if other != per {
			m.Buttons = append(m.Buttons, chat.Button{Label: boardTitle(other)[len("The board of "):], Value: chat.Value{Look: true, Verb: "board", Post: channelWord(channel), Arg: string(other)}})
		}
	}
	for i := range m.Buttons {
		m.Buttons[i].Label = "Show " + m.Buttons[i].Label
	}
	m.Buttons = append(m.Buttons, chat.Button{Label: "Name or hide", Value: chat.Value{Look: true, Verb: "name-form"}})
	return m
}

func channelWord(c chat.Channel) string {
	if c == "" {
		return "everywhere"
	}
	return "#" + string(c)
}

func hiddenWord(m member) string {
	if m.Board == boardAsMe || m.Board == boardAsNick {
		return ""
	}
	return ", seen by you only"
}

func pointsWord(quarters int64) string {
	if quarters == 4 {
		return "1 point"
	}
	return points(quarters) + " points"
}

func sayBoardName(m member) chat.Block {
	change := chat.Words(" To change it: leaderboard, then Name or hide.")
	switch m.Board {
	case boardAsMe:
		return chat.Say(chat.Words("The board shows you by name."), change)
	case boardAsNick:
		return chat.Say(chat.Words("The board shows you as "), chat.Literal(quote(m.Nick)), chat.Words("."), change)
	default:
		return chat.Say(chat.Words("The board does not show you. Your points are kept, and you see your own place."), change)
	}
}

func sayNameForm(m member) *chat.Form {
	how := m.Board
	if how == boardNotAsked {
		how = boardAsMe
	}
	return &chat.Form{
		Title: "You on the board", Submit: "Save", Value: chat.Value{Verb: "name"},
		Fields: []chat.Field{
			{Name: "how", Label: "How should the board show you?", Kind: chat.OneField, Chosen: []string{string(how)}, Choices: []chat.Choice{
				{Label: "By my name", Value: string(boardAsMe)}, {Label: "Under a nickname", Value: string(boardAsNick)}, {Label: "Not at all", Value: string(boardHidden)},
			}},
			{Name: "nick", Label: "Nickname", Kind: chat.ShortField, Value: m.Nick, Optional: true, Max: maxNick, Hint: fmt.Sprintf("At most %d characters.", maxNick)},
		},
	}
}

func nickNeeded() string { return fmt.Sprintf("Write a nickname of at most %d characters.", maxNick) }
func chooseOne() string  { return "Choose one of these." }

// sayProgress is the member's own page.
func (l *look) sayProgress(pg page) chat.Message {
	m := chat.Message{Blocks: []chat.Block{chat.Say(chat.Strong("Your page."), chat.Words(" Only you see this."))}}
	week := fmt.Sprintf("This week: %d of %s.", pg.answered, count(pg.posts, "question", "questions"))
	if pg.posts == 0 {
		week = "This week: no question yet in the channels where you have answered."
	} else if pg.answered*100 >= pg.posts*60 {
		week = week[:len(week)-1] + ", done."
	}
	if pg.streak > 1 {
		week += fmt.Sprintf(" Week %d in a row.", pg.streak)
	}
	m.Blocks = append(m.Blocks, chat.Text(week))
	if len(pg.strong) > 0 {
		m.Blocks = append(m.Blocks, chat.Say(topicLine("Strong: ", pg.strong)...))
	}
	if len(pg.next) > 0 {
		m.Blocks = append(m.Blocks, chat.Say(topicLine("Next: ", pg.next)...))
	}
	if len(pg.strong)+len(pg.next) == 0 {
		m.Blocks = append(m.Blocks, chat.Text("Your topics show here after a few answers."))
	}
	m.Blocks = append(m.Blocks, chat.Say(l.boardLine(pg)...))
	m.Buttons = []chat.Button{
		{Label: "A question now", Value: chat.Value{Verb: "another"}, Main: true},
		{Label: "Name or hide", Value: chat.Value{Look: true, Verb: "name-form"}},
		{Label: "My data", Value: chat.Value{Look: true, Verb: "data"}},
	}
	return m
}

// sayHome is the member's own page with what waits for them and what comes; managers find the schedules there.
func (l *look) sayHome(pg page, open []*post, next []nextPost) chat.Message {
	m := l.sayProgress(pg)
	var buttons []chat.Button
	for i, p := range open {
		label := fmt.Sprintf("Answer question %d", p.Number)
		if slices.ContainsFunc(buttons, func(b chat.Button) bool { return b.Label == label }) { // of another channel
			label += fmt.Sprintf(" (%d)", i+1)
		}
		m.Blocks = append(m.Blocks, chat.Say(chat.Strong(p.title()), chat.Words(" in "), chat.In(p.Channel),
			chat.Words(" waits for your answer: full points until "), chat.When(p.ResultAt, chat.DayTime, l.zoneName()), chat.Words(".")))
		buttons = append(buttons, chat.Button{Label: label, Main: len(buttons) == 0,
			Value: chat.Value{Look: true, Verb: "answer", Post: p.ID}})
	}
	var dates [][]chat.Span
	for _, n := range next {
		dates = append(dates, []chat.Span{chat.When(n.at, chat.DayTime, n.zone), chat.Words(", in "), chat.In(n.schedule.Channel),
			chat.Words(", about "), chat.Literal(n.schedule.about())})
	}
	if len(dates) > 0 {
		m.Blocks = append(m.Blocks, chat.Text("The next questions:"), chat.List(dates...))
	}
	if len(buttons) > 0 {
		m.Buttons[0].Main = false
	}
	m.Buttons = append(buttons, m.Buttons...)
	m.Buttons = append(m.Buttons, chat.Button{Label: "The board", Value: chat.Value{Look: true, Verb: "board", Arg: string(periodWeek)}})
	if l.manages() {
		m.Buttons = append(m.Buttons,
			chat.Button{Label: "Schedules", Value: chat.Value{Look: true, Verb: "schedules"}},
			chat.Button{Label: "Set up a channel", Value: chat.Value{Look: true, Verb: "setup-form", Post: string(l.ev.Channel)}})
	}
	m.Buttons = distinct(m.Buttons)
	return m
}

func topicLine(head string, topics []topicScore) []chat.Span {
	line := []chat.Span{chat.Words(head)}
	for i, t := range topics {
		if i > 0 {
			line = append(line, chat.Words(", "))
		}
		line = append(line, chat.Literal(t.topic), chat.Words(fmt.Sprintf(" (%d of %d)", t.found, t.all)))
	}
	return append(line, chat.Words("."))
}

func (l *look) boardLine(pg page) []chat.Span {
	mine, above := l.mine(pg.board)
	if mine == nil {
		return []chat.Span{chat.Words("Board: you have no points this week yet.")}
	}
	line := []chat.Span{chat.Words(fmt.Sprintf("Board: %s of %d this week, %s", ordinal(mine.rank), len(pg.board), pointsWord(mine.n)))}
	if mine.nick != "" {
		line = append(line, chat.Words(", as "), chat.Literal(quote(mine.nick)))
	}
	if above != nil {
		line = append(line, chat.Words(", "+pointsWord(above.n-mine.n)+" behind "), above.name())
	}
	return append(line, chat.Words(hiddenWord(pg.me)+"."))
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprint(n) + suffix
}

func (l *look) saySettings(m member) chat.Message {
	lines := [][]chat.Span{
		{chat.Words("On the board: "), l.boardWord(m)},
		{chat.Words("Days begin and end in the zone "), chat.Code(l.zoneName())},
	}
	if len(l.ws.Managers) > 0 {
		line := []chat.Span{chat.Words("Managers here, besides the platform's own: ")}
		for i, id := range l.ws.Managers {
			if i > 0 {
				line = append(line, chat.Words(", "))
			}
			line = append(line, chat.Who(id))
		}
		lines = append(lines, line)
	}
	msg := chat.Message{Blocks: []chat.Block{chat.Say(chat.Strong("Settings."), chat.Words(" Only you see this.")), chat.List(lines...)}}
	if l.manages() {
		msg.Blocks = append(msg.Blocks, chat.Say(chat.Words("As a manager: "), chat.Code("settings zone Europe/Berlin"), chat.Words(", "), chat.Code("settings managers @name")))
	}
	msg.Buttons = []chat.Button{
		{Label: "Name or hide", Value: chat.Value{Look: true, Verb: "name-form"}},
		{Label: "My data", Value: chat.Value{Look: true, Verb: "data"}},
	}
	return msg
}

func (l *look) boardWord(m member) chat.Span {
	switch m.Board {
	case boardAsMe:
		return chat.Words("by your name")
	case boardAsNick:
		return chat.Literal(quote(m.Nick))
	case boardHidden:
		return chat.Words("not at all")
	}
	if m.Asked != "" {
		return chat.Words("not yet")
	}
	return chat.Words("not yet; you are asked at your first answer")
}

func (l *look) sayZone() chat.Message {
	return chat.Message{Blocks: []chat.Block{chat.Say(chat.Words("Days and weeks of this place now begin in "), chat.Code(l.zoneName()), chat.Words(". Schedules keep their own zones."))}}
}

func managersByName(word string) chat.Message {
	return chat.Message{Blocks: []chat.Block{chat.Say(chat.Words("I need members that you mention, such as "), chat.Code("settings managers @mira @sam"), chat.Words("; I cannot use "), chat.Literal(quote(word)), chat.Words("."))}}
}

func (l *look) sayManagers() chat.Message {
	if len(l.ws.Managers) == 0 {
		return plainly("Nobody is named: the platform's own managers change schedules and settings.")
	}
	line := []chat.Span{chat.Words("From now on these may change schedules and settings too: ")}
	for i, id := range l.ws.Managers {
		if i > 0 {
			line = append(line, chat.Words(", "))
		}
		line = append(line, chat.Who(id))
	}
	return chat.Message{Blocks: []chat.Block{chat.Say(append(line, chat.Words("."))...)}}
}

func (l *look) sayData(k *kept) chat.Message {
	texts, quarters := 0, int64(0)
	for _, a := range k.Attempts {
		for _, at := range a.Parts {
			if at.Text != "" {
				texts++
			}
			quarters += at.Points
		}
	}
	return chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Strong("What I keep about you."), chat.Words(" Only you see this.")),
			chat.List(
				[]chat.Span{chat.Words(fmt.Sprintf("What you did with %s, worth %s", count(len(k.Attempts), "question", "questions"), pointsWord(quarters)))},
				[]chat.Span{chat.Words("The text of " + count(texts, "answer", "answers") + ": texts are erased after 30 days")},
				[]chat.Span{chat.Words("Your settings, and in which weeks you answered")}),
		},
		Buttons: []chat.Button{
			{Label: "Export it", Value: chat.Value{Look: true, Verb: "export"}},
			{Label: "Erase it", Value: chat.Value{Look: true, Verb: "erase-ask"}},
		},
	}
}

func sayExport(json string) chat.Message {
	return chat.Message{Blocks: []chat.Block{
		chat.Say(chat.Strong("Everything I keep about you."), chat.Words(" Only you see this.")), {Kind: chat.CodeBlock, Text: json, Lang: "json"},
	}}
}

func eraseAsk() chat.Message {
	return chat.Message{
		Blocks:  []chat.Block{chat.Text("This erases your answers, points, streaks and settings, and takes what you shared out of results. Schedules that you keep stay. It cannot be undone.")},
		Buttons: []chat.Button{{Label: "Erase everything about me", Value: chat.Value{Verb: "erase"}}},
	}
}

func erased() chat.Message {
	return plainly("Erased. You are welcome to begin anew.")
}
