package quiz

import (
	"fmt"
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/when"
	"greenroom/content"
)

// says writes a schedule in a line: when, where, about what.
func (l *look) says(c *schedule) []chat.Span {
	spec, err := c.spec()
	if err != nil {
		return []chat.Span{chat.Words("unreadable")}
	}
	return []chat.Span{chat.Words(spec.String() + ", in "), chat.In(c.Channel), chat.Words(", about "), chat.Literal(c.about()), chat.Words(".")}
}

// about names what a schedule asks about.
func (c *schedule) about() string {
	if len(c.Select) == 0 {
		return "all topics"
	}
	return cut(list(c.Select), 200)
}

func noSchedule(id string) chat.Block {
	return chat.Say(chat.Words("There is no schedule "), chat.Literal(quote(cut(id, 20))), chat.Words("."))
}

func (l *look) sayScheduleList(all []*schedule) chat.Message {
	if len(all) == 0 {
		return chat.Message{
			Blocks:  []chat.Block{chat.Say(chat.Words("There is no schedule yet. Make one with "), chat.Code(l.scheduleExample()), chat.Words("."))},
			Buttons: []chat.Button{{Label: "Set it up", Value: chat.Value{Look: true, Verb: "setup-form", Post: string(l.ev.Channel)}, Main: true}},
		}
	}
	var lines [][]chat.Span
	for _, c := range all {
		line := append([]chat.Span{chat.Code(c.ID), chat.Words(": ")}, l.says(c)...)
		switch {
		case c.Trouble != nil:
			line = append(line, chat.Words(" In trouble: "+reasonWords(c.Trouble.Reason)+"."))
		case c.State == schedulePending:
			line = append(line, chat.Words(" Being announced."))
		case c.State == schedulePaused:
			line = append(line, chat.Words(" Paused."))
		default:
			if spec, err := c.spec(); err == nil {
				if next, ok := spec.Next(c.after(l.ev.At, spec.Zone())); ok {
					line = append(line, chat.Words(" Next: "), chat.When(next.At, chat.DayTime, spec.Zone()), chat.Words("."))
				}
			}
		}
		lines = append(lines, line)
	}
	return chat.Message{Blocks: []chat.Block{
		chat.Say(chat.Strong("Schedules")), chat.List(lines...),
		chat.Say(chat.Words("For one of them: "), chat.Code("schedule preview "+all[0].ID), chat.Words(", change, pause, resume, remove or run.")),
	}}
}

func (l *look) scheduleExample() string {
	example := "/greenroom schedule add 9:00 weekdays " + l.usualZone()
	if topic := topicExample(l.banks); topic != "" {
		example += " " + strings.ToLower(topic)
	}
	if l.ev.Channel == "" {
		example += " #interview-prep" // elsewhere than in a channel it must be named
	}
	return example
}

// sayPreview shows what a schedule will do before it is saved.
func (l *look) sayPreview(c *schedule, spec when.Spec, q *content.Question, next []when.Slot, buttons []chat.Button) chat.Message {
	m := chat.Message{Blocks: []chat.Block{chat.Say(append([]chat.Span{chat.Strong("A question: ")}, l.says(c)...)...)}, Buttons: buttons}
	if q == nil {
		m.Blocks = append(m.Blocks, chat.Text("Nothing is selected by these topics, so nothing would be asked."))
	} else {
		m.Blocks = append(m.Blocks, chat.Text("The next question:"), chat.Heading(q.Main))
	}
	var dates [][]chat.Span
	for _, s := range next {
		dates = append(dates, []chat.Span{chat.When(s.At, chat.DayTime, spec.Zone())})
	}
	m.Blocks = append(m.Blocks, chat.Text("The next dates:"), chat.List(dates...),
		chat.Text(fmt.Sprintf("The result comes %s after each question, follow-ups in the thread every %s. One channel message for each question; nobody is pinged.",
			span(c.Result), span(c.FollowUps))))
	if c.ID == "" && len(buttons) == 0 {
		m.After = []chat.Block{chat.Text("This is only a look: schedule add with the same words saves it.")}
	}
	return m
}

// span writes a duration: 24 hours, 90 minutes.
func span(d time.Duration) string {
	switch {
	case d%day == 0 && d > day:
		return count(int(d/day), "day", "days")
	case d%time.Hour == 0:
		return count(int(d/time.Hour), "hour", "hours")
	case d%time.Minute == 0:
		return count(int(d/time.Minute), "minute", "minutes")
	default:
		return count(int(d/time.Second), "second", "seconds")
	}
}

func draftDropped() chat.Message { return plainly("Dropped. Nothing was saved.") }

func (l *look) sayScheduleSaved(c *schedule) chat.Message {
	saved := chat.Say(append([]chat.Span{chat.Strong("Saved"), chat.Words(" as "), chat.Code(c.ID), chat.Words(": ")}, l.says(c)...)...)
	if c.State != schedulePending { // asked for again
		return chat.Message{Blocks: []chat.Block{saved}}
	}
	return chat.Message{Blocks: []chat.Block{
		saved,
		chat.Say(chat.Words("I am announcing it in "), chat.In(c.Channel), chat.Words("; once that is posted, the schedule is on. If I can't post it, I'll tell you what to do.")),
	}}
}

// sayAnnouncement tells a channel of its schedule.
func (l *look) sayAnnouncement(c *schedule, spec when.Spec) chat.Message {
	m := chat.Message{Blocks: []chat.Block{
		chat.Say(append([]chat.Span{chat.Strong("From now on an interview question here: ")}, announced(c, spec)...)...),
		chat.Text("Two sentences are enough, and only you see your answer and what it covered. After " + span(c.Result) + " the result comes in the thread. Nobody is pinged."),
	}}
	if next, ok := spec.Next(c.after(l.ev.At, spec.Zone())); ok && !c.FirstNow {
		m.Blocks = append(m.Blocks, chat.Say(chat.Words("The first one: "), chat.When(next.At, chat.DayTime, spec.Zone()), chat.Words(".")))
	}
	return m
}

// announced writes when a schedule asks, and about what, for the channel that it is in.
func announced(c *schedule, spec when.Spec) []chat.Span {
	times := strings.TrimSuffix(spec.String(), ", "+spec.Zone()) + " (" + spec.Zone() + "), "
	return []chat.Span{chat.Words(times), chat.Literal(c.about()), chat.Words(".")}
}

// sayAnnounceFailed tells a keeper why a schedule was not saved; draft names the proposal that saves it after all, if there is one.
func (l *look) sayAnnounceFailed(c *schedule, reason chat.Reason, draft string) chat.Message {
	then := []chat.Span{chat.Words("; then this line sets it up again: "), chat.Code(c.line())}
	if draft != "" {
		then = append([]chat.Span{chat.Words(", then press Save it again. The same in a line: ")}, chat.Code(c.line()))
	}
	m := chat.Message{Blocks: []chat.Block{
		chat.Say(chat.Strong("The schedule is not saved. "), chat.Words("I could not write in "), chat.In(c.Channel), chat.Words(": "+reasonWords(reason)+".")),
		chat.Say(append(append([]chat.Span{chat.Words("To fix it: ")}, reasonFix(reason, c.Channel)...), then...)...),
	}}
	if draft != "" {
		save := chat.Value{Verb: "save", Post: draft}
		if c.FirstNow {
			save.Arg = "now"
		}
		m.Buttons = []chat.Button{{Label: "Save it again", Value: save, Main: true}, {Label: "Drop it", Value: chat.Value{Verb: "drop", Post: draft}}}
	}
	return m
}

// reasonWords say why something could not be sent.
func reasonWords(r chat.Reason) string {
	switch r {
	case chat.ReasonGone:
		return "I am not in that channel, or it is gone"
	case chat.ReasonForbidden:
		return "I am not allowed to write there"
	case chat.ReasonArchived:
		return "it is archived or locked"
	case chat.ReasonTooLong:
		return "the message is too long for it"
	case chat.ReasonDMClosed:
		return "direct messages are closed"
	case chat.ReasonParentGone:
		return "the message it belongs to is gone"
	case chat.ReasonRevoked:
		return "I was removed from this place"
	case chat.ReasonExpired:
		return "it could not be reached in time"
	case chat.ReasonDoubt:
		return "nobody can tell whether it arrived"
	default:
		return "something broke on my side"
	}
}

// reasonFix says what a person can do about it.
func reasonFix(r chat.Reason, c chat.Channel) []chat.Span {
	switch r {
	case chat.ReasonGone, chat.ReasonRevoked:
		return []chat.Span{chat.Invite(c)}
	case chat.ReasonForbidden:
		return []chat.Span{chat.Words("allow me to write in "), chat.In(c)}
	case chat.ReasonArchived:
		return []chat.Span{chat.Words("open "), chat.In(c), chat.Words(" again")}
	case chat.ReasonTooLong:
		return []chat.Span{chat.Words("shorten the question in its bank")}
	case chat.ReasonPoison:
		return []chat.Span{chat.Words("ask who runs me to look into my log")}
	default:
		return []chat.Span{chat.Words("wait a little")}
	}
}

func (l *look) sayMissed(c *schedule, missed []when.Slot) chat.Message {
	var dates [][]chat.Span
	for _, s := range missed[:min(10, len(missed))] {
		dates = append(dates, []chat.Span{chat.When(s.At, chat.DayTime, l.zoneName())})
	}
	m := chat.Message{Blocks: []chat.Block{
		chat.Say(chat.Strong(sentence(count(len(missed), "question was", "questions were")+" not posted")), chat.Words(" I was not running at these times for "), chat.In(c.Channel), chat.Words(":")),
		chat.List(dates...),
		chat.Text("Old ones do not pile up: the schedule goes on with the next date, and no streak is hurt."),
	}}
	if len(missed) > 10 {
		m.Blocks = append(m.Blocks, chat.Text(fmt.Sprintf("And %d more.", len(missed)-10)))
	}
	m.Buttons = []chat.Button{{Label: "Post one now", Value: chat.Value{Verb: "run", Post: c.ID, Arg: digest(missed[len(missed)-1].Nominal)}}}
	return m
}

func (l *look) sayScheduleSwitched(c *schedule, spec when.Spec) chat.Message {
	if c.State == schedulePaused {
		return chat.Message{Blocks: []chat.Block{chat.Say(append([]chat.Span{chat.Strong("Paused: ")}, l.says(c)...)...), chat.Say(chat.Words("It goes on with "), chat.Code("schedule resume "+c.ID), chat.Words("."))}}
	}
	m := chat.Message{Blocks: []chat.Block{chat.Say(append([]chat.Span{chat.Strong("On again: ")}, l.says(c)...)...)}}
	if next, ok := spec.Next(c.after(l.ev.At, spec.Zone())); ok {
		m.Blocks = append(m.Blocks, chat.Say(chat.Words("Next: "), chat.When(next.At, chat.DayTime, spec.Zone()), chat.Words(".")))
	}
	return m
}

func (l *look) sayScheduleRemoved(c *schedule) chat.Message {
	return chat.Message{Blocks: []chat.Block{
		chat.Say(append([]chat.Span{chat.Strong("Removed: ")}, l.says(c)...)...),
		chat.Text("Questions that are open stay open until their result. Points and streaks are kept."),
	}}
}

func (l *look) sayRunning(c *schedule) chat.Message {
	return chat.Message{Blocks: []chat.Block{chat.Say(chat.Words("The next question is on its way to "), chat.In(c.Channel), chat.Words("."))}}
}

// sayUnreadable says what of a line was understood, what not, and shows one that works.
func (l *look) sayUnreadable(r *scheduleLine) chat.Message {
	var got []string
	if r.clock != "" {
		got = append(got, fmt.Sprintf("%02d:%02d", r.hour, r.minute))
	}
	if len(r.days) > 0 {
		var days []string
		for _, d := range r.days {
			days = append(days, d.String()[:3])
		}
		got = append(got, strings.Join(days, " "))
	}
	if r.zone != "" {
		got = append(got, r.zone)
	}
	got = append(got, r.Select...)
	var m chat.Message
	if len(got) > 0 {
		m.Blocks = append(m.Blocks, chat.Say(chat.Words("I understood: "), chat.Literal(cut(strings.Join(got, ", "), 200)), chat.Words(".")))
	}
	for i, w := range r.unknown {
		line := []chat.Span{chat.Words("I did not understand "), chat.Literal(quote(w)), chat.Words(".")}
		if len(r.near[i]) > 0 {
			line = append(line, chat.Words(" Did you mean "), chat.Literal(either(r.near[i])), chat.Words("?"))
		}
		m.Blocks = append(m.Blocks, chat.Say(line...))
	}
	if r.hint != "" {
		m.Blocks = append(m.Blocks, chat.Text(sentence(r.hint)))
	}
	m.Blocks = append(m.Blocks, chat.Say(chat.Words("A line that works: "), chat.Code(l.scheduleExample())))
	return m
}

func (l *look) sayNothingToAsk(c *schedule) chat.Message {
	return chat.Message{Blocks: []chat.Block{
		chat.Say(chat.Strong("There is no question for "), chat.In(c.Channel), chat.Strong(".")),
		chat.Say(chat.Words("The topics of "), chat.Code(c.ID), chat.Words(" ("), chat.Literal(list(c.Select)), chat.Words(") select nothing any more; a bank may have been taken away. Remove the schedule and add one with other topics.")),
	}}
}

func (l *look) saySilent(c *schedule) chat.Message {
	return chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Strong("Three quiet questions in "), chat.In(c.Channel), chat.Strong(".")),
			chat.Text("Nobody answered the last three. Fewer days may suit the team better, or another time. The questions return; nothing is lost."),
		},
		Buttons: []chat.Button{
			{Label: "Change the days", Value: chat.Value{Look: true, Verb: "days-form", Post: c.ID}, Main: true},
			{Label: "Pause", Value: chat.Value{Verb: "pause", Post: c.ID}},
			{Label: "Show my schedules", Value: chat.Value{Look: true, Verb: "schedules"}},
		},
	}
}

// sayTrouble tells the keeper of a post that did not reach its channel, or of a channel that is lost.
func (l *look) sayTrouble(c *schedule, p *post, others int) chat.Message {
	m := chat.Message{}
	if p != nil {
		m.Blocks = append(m.Blocks, chat.Say(chat.Strong(p.title()+" is not in "), chat.In(c.Channel), chat.Strong(". "),
			chat.Words("The "+slotTime(p)+"post was refused: "+reasonWords(c.Trouble.Reason)+".")))
	} else if c.Trouble.Reason == chat.ReasonArchived {
		m.Blocks = append(m.Blocks, chat.Say(chat.In(c.Channel), chat.Strong(" is archived or locked."), chat.Words(" Its next question will not arrive.")))
	} else {
		m.Blocks = append(m.Blocks, chat.Say(chat.Strong("I am no longer in "), chat.In(c.Channel), chat.Strong("."), chat.Words(" Its next question will not arrive.")))
	}
	m.Blocks = append(m.Blocks, chat.Say(toFix(c)...),
		chat.Text("I keep the question, today counts for nobody, and no streak is hurt."+othersFine(others)),
		chat.Text("I'll write when it works again, and once more in seven days if it doesn't."))
	m.Buttons = troubleButtons(c)
	return m
}

// slotTime is the wall time of a post's slot with a space behind it; empty where it was posted by hand.
func slotTime(p *post) string {
	if _, clock, ok := strings.Cut(p.Slot, "T"); ok {
		return clock + " "
	}
	return ""
}

func toFix(c *schedule) []chat.Span {
	return append(append([]chat.Span{chat.Words("To fix it: ")}, reasonFix(c.Trouble.Reason, c.Channel)...), chat.Words(", then Try again."))
}

func troubleButtons(c *schedule) []chat.Button {
	return []chat.Button{
		{Label: "Try again", Value: chat.Value{Verb: "try-again", Post: c.ID}, Main: true},
		{Label: "Use another channel", Value: chat.Value{Look: true, Verb: "move-form", Post: c.ID}},
		{Label: "Pause", Value: chat.Value{Verb: "pause", Post: c.ID}},
	}
}

// sayStillRefused tells whoever posted by hand that it did not arrive.
func (l *look) sayStillRefused(c *schedule, first bool) chat.Message {
	head := "Still refused: "
	if first {
		head = "Refused: "
	}
	return chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Strong(head), chat.In(c.Channel), chat.Words(", "+reasonWords(c.Trouble.Reason)+".")),
			chat.Say(toFix(c)...),
		},
		Buttons: troubleButtons(c),
	}
}

func (l *look) sayNoTrouble(c *schedule) chat.Message {
	return chat.Message{Blocks: []chat.Block{chat.Say(chat.Words("There is no trouble with "), chat.In(c.Channel), chat.Words(" any more."))}}
}

func othersFine(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return " Your other channel is fine."
	default:
		return fmt.Sprintf(" Your other %d channels are fine.", n)
	}
}

func (l *look) sayStillTrouble(c *schedule) chat.Message {
	m := l.sayTrouble(c, nil, 0)
	m.Blocks = []chat.Block{
		chat.Say(chat.Strong("For seven days nothing has reached "), chat.In(c.Channel), chat.Strong(". "), chat.Words(sentence(reasonWords(c.Trouble.Reason)))),
		chat.Text("I keep the schedule and try each time. I won't write about it again until it works."),
	}
	return m
}

func (l *look) sayWorksAgain(c *schedule, p *post) chat.Message {
	return chat.Message{Blocks: []chat.Block{chat.Say(chat.Strong("It works again: "), chat.Words(p.title()+" is in "), chat.In(c.Channel), chat.Words("."))}}
}

// sayNotice shows a manager what the keeper could not be told; more is how many others wait.
func sayNotice(n notice, more int) chat.Message {
	head := "What I could not tell the keeper by direct message:"
	if more > 0 {
		head = fmt.Sprintf("What I could not tell the keeper by direct message (and %d more):", more)
	}
	m := n.Message
	m.Blocks = append([]chat.Block{chat.Say(chat.Strong(head))}, m.Blocks...)
	m.Buttons = append(m.Buttons[:len(m.Buttons):len(m.Buttons)],
		chat.Button{Label: "Got it", Value: chat.Value{Verb: "understood", Arg: digest(string(n.Key))}})
	return m
}

func understood() chat.Message { return plainly("Good. I won't show it again.") }

func sayMoveForm(c *schedule) *chat.Form {
	return &chat.Form{
		Title: "Use another channel", Submit: "Use it", Value: chat.Value{Verb: "move", Post: c.ID},
		Fields: []chat.Field{{Name: "channel", Label: "Channel", Kind: chat.ChannelField, Hint: "One that I may write in, such as #interview-prep.", Max: 80}},
	}
}

func channelNeeded() string { return "Name one other channel, such as #interview-prep." }

// sayDaysForm asks for other days and another time.
func sayDaysForm(c *schedule, days, clock string) *chat.Form {
	return &chat.Form{
		Title: "Change the days", Submit: "Save", Value: chat.Value{Verb: "days", Post: c.ID},
		Fields: []chat.Field{
			{Name: "days", Label: "Days", Kind: chat.ShortField, Value: days, Hint: "Such as mon,wed or weekdays.", Max: 60},
			{Name: "time", Label: "Time", Kind: chat.ShortField, Value: clock, Max: 10},
		},
	}
}

func (l *look) sayTimesChanged(c *schedule, spec when.Spec) chat.Message {
	m := chat.Message{Blocks: []chat.Block{chat.Say(append([]chat.Span{chat.Strong("Changed: "), chat.Code(c.ID), chat.Words(": ")}, l.says(c)...)...)}}
	if next, ok := spec.Next(c.after(l.ev.At, spec.Zone())); ok && c.State == scheduleActive {
		m.Blocks = append(m.Blocks, chat.Say(chat.Words("Next: "), chat.When(next.At, chat.DayTime, spec.Zone()), chat.Words(".")))
	}
	return m
}

func (l *look) sayChangeNeeds(c *schedule, typed string) chat.Message {
	return chat.Message{Blocks: []chat.Block{chat.Say(chat.Words("I need days or a time for "), chat.Code(c.ID), chat.Words(", and cannot use "),
		chat.Literal(quote(typed)), chat.Words(". A line that works: "), chat.Code("schedule change "+c.ID+" mon,wed 10:00"))}}
}

func (l *look) sayMoving(c *schedule) chat.Message {
	return chat.Message{Blocks: []chat.Block{chat.Say(chat.Strong("Moving "), chat.Code(c.ID), chat.Words(": I am announcing it in "), chat.In(c.Moving.To),
		chat.Words("; once that is posted, its questions go there. If I can't post it, I'll tell you what to do."))}}
}

func (l *look) sayNotMoved(c *schedule, to chat.Channel, reason chat.Reason) chat.Message {
	return chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Strong("The schedule stays in "), chat.In(c.Channel), chat.Strong(". "), chat.Words("I could not write in "), chat.In(to), chat.Words(": "+reasonWords(reason)+".")),
			chat.Say(append(append([]chat.Span{chat.Words("To fix it: ")}, reasonFix(reason, to)...), chat.Words(", then Use another channel once more."))...),
		},
		Buttons: []chat.Button{{Label: "Use another channel", Value: chat.Value{Look: true, Verb: "move-form", Post: c.ID}}},
	}
}

// sayManyClaims asks the keeper to look at a point that many claim.
func (l *look) sayManyClaims(t *subject, point, claimed, attempts int) chat.Message {
	ok := t.button("Let it count again", "claim-ok")
	ok.Value.Arg = fmt.Sprint(point)
	return chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Strong(t.partTitle()+": "), chat.Words(fmt.Sprintf("%d of %d say they covered this, and I did not find it: ", claimed, attempts)), chat.Literal(t.keys[point].Name)),
			chat.Text("Perhaps I miss a common wording. Until you have looked, claims of it give no points; what I find still does."),
		},
		Buttons: []chat.Button{ok},
	}
}

func sayClaimsOpen(k content.KeyPoint) chat.Message {
	return chat.Message{Blocks: []chat.Block{chat.Say(chat.Words("Claims count again for "), chat.Literal(quote(k.Name)), chat.Words("."))}}
}

// sayClaim shows the keeper a claim, without the name.
func (l *look) sayClaim(t *subject, point int, words, id string) chat.Message {
	return chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Strong(t.partTitle()+": "), chat.Words("someone says these words cover a point.")),
			chat.List(
				[]chat.Span{chat.Words("Their words: "), chat.Literal(quote(words))},
				[]chat.Span{chat.Words("The point: "), chat.Literal(t.keys[point].Name)}),
			chat.Text("Accepted, it counts whole, and I know the wording from then on."),
		},
		Buttons: []chat.Button{
			{Label: "Accept it", Value: chat.Value{Verb: "claim-yes", Post: id}, Main: true},
			{Label: "It says something else", Value: chat.Value{Verb: "claim-no", Post: id}},
		},
	}
}

func claimAccepted(words string) chat.Message {
	return chat.Message{Blocks: []chat.Block{chat.Say(chat.Words("Accepted. I know "), chat.Literal(quote(words)), chat.Words(" from now on."))}}
}

func claimDeclined() chat.Message {
	return plainly("Noted. The claim keeps its half point; nobody is told.")
}

func (l *look) sayFlag(t *subject) chat.Message {
	m := chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Strong(t.p.title()+": "), chat.Words("someone says something is off with it.")), chat.Markdown(t.q.Main),
			chat.Say(chat.Words("You find it in "), chat.Code(t.q.Source.File), chat.Words(fmt.Sprintf(", line %d. I tell you once for each question.", t.q.Source.Line))),
		},
	}
	if t.p.Channel != "" { // what was asked for on demand is its member's own
		m.Buttons = []chat.Button{t.button("Show the answer", "show")}
	}
	return m
}

// sayWelcome is the set-up's first page.
func (l *look) sayWelcome() chat.Message {
	m := chat.Message{Blocks: []chat.Block{
		chat.Say(chat.Strong("Let's get a daily question going.")),
		chat.Text("I post an interview question at the time you choose. Everyone answers in private; I say what the answer covered and what it left out; after a day the result comes in the thread."),
		chat.Say(chat.Words(fmt.Sprintf("I have %s about ", count(len(l.banks.Questions()), "question", "questions"))), chat.Literal(cut(list(l.topicNames()), 200)), chat.Words(".")),
		chat.Say(chat.Words("Set it up here, or type one line: "), chat.Code(l.scheduleExample())),
	}}
	m.Buttons = []chat.Button{
		{Label: "Set it up", Value: chat.Value{Look: true, Verb: "setup-form", Post: string(l.ev.Channel)}, Main: true},
		{Label: "What can you do?", Value: chat.Value{Look: true, Verb: "help"}},
	}
	return m
}

// sayAlone is the first page of whoever has the bot for themselves: there is no channel to set up.
func (l *look) sayAlone() chat.Message {
	return chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Strong("I get you ready for technical interviews.")),
			chat.Text("Ask me for a question whenever you like. You answer here, and I say what your answer covered and what it left out."),
			chat.Say(chat.Words(fmt.Sprintf("I have %s about ", count(len(l.banks.Questions()), "question", "questions"))), chat.Literal(cut(list(l.topicNames()), 200)), chat.Words(".")),
			chat.Text("You have me for yourself here: questions on a schedule, results and boards are for teams, in their channels."),
		},
		Buttons: []chat.Button{
			{Label: "A question now", Value: chat.Value{Verb: "another"}, Main: true},
			{Label: "What can you do?", Value: chat.Value{Look: true, Verb: "help"}},
		},
	}
}

// saySetupForm asks for what a schedule needs. Opened in a channel, it is about that channel.
func (l *look) saySetupForm(zone string) *chat.Form {
	f := &chat.Form{Title: "A daily question", Submit: "Show me", Value: chat.Value{Verb: "setup", Post: l.ev.Value.Post}}
	f.Fields = []chat.Field{
		{Name: "time", Label: "Time", Kind: chat.ShortField, Value: "9:00", Max: 10},
		{Name: "days", Label: "Days", Kind: chat.ShortField, Value: "weekdays", Hint: "Such as weekdays, daily, mon-thu or mon,wed,fri.", Max: 60},
		{Name: "zone", Label: "Time zone", Kind: chat.ShortField, Value: zone, Hint: "Such as Europe/Berlin.", Max: 60},
		{Name: "topics", Label: "Topics", Kind: chat.ShortField, Optional: true, Hint: cut("Empty for all, or some of: "+list(l.topicNames()), 100), Max: 120},
	}
	if f.Value.Post == "" {
		f.Fields = append(f.Fields, chat.Field{Name: "channel", Label: "Channel", Kind: chat.ChannelField, Hint: "One that I may write in, such as #interview-prep.", Max: 80})
	}
	return f
}

func timeNeeded() string { return "Write a time such as 9:00 or 17:30." }
func daysNeeded() string { return "Write days such as weekdays, daily, mon-thu or mon,wed,fri." }

// sayNotSetUp tells a member who may not set up whom to ask, and what can be done meanwhile.
func (l *look) sayNotSetUp() chat.Message {
	ask := []chat.Span{chat.Words("Ask somebody who manages this place, such as an owner, an admin")}
	if len(l.ws.Managers) == 0 {
		ask[0].Text = "Ask somebody who manages this place, such as an owner or an admin"
	}
	for i, m := range l.ws.Managers[:min(5, len(l.ws.Managers))] {
		between := ", "
		if i == len(l.ws.Managers)-1 {
			between = " or "
		}
		ask = append(ask, chat.Words(between), chat.Who(m))
	}
	return chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Strong("No daily question is set up here yet.")),
			chat.Say(append(ask, chat.Words(". They type "), chat.Code("/greenroom"), chat.Words(" in the channel where it should be asked; it takes two minutes."))...),
			chat.Text("Until then you can try a question for yourself."),
		},
		Buttons: []chat.Button{
			{Label: "A question now", Value: chat.Value{Verb: "another"}, Main: true},
			{Label: "What can you do?", Value: chat.Value{Look: true, Verb: "help"}},
		},
	}
}

// sayGreeting introduces the bot to a channel that it was invited to: it is the one message that nobody asked for, so it is short.
func (l *look) sayGreeting() chat.Message {
	return chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Strong("Hello, I am Greenroom."), chat.Words(" I post interview questions on a schedule; you answer in private, and I say what you covered.")),
			chat.Text("It begins when somebody who manages this place sets it up. Nobody is pinged."),
		},
		Buttons: []chat.Button{
			{Label: "Set it up", Value: chat.Value{Look: true, Verb: "setup-form", Post: string(l.ev.Channel)}, Main: true},
			{Label: "What can you do?", Value: chat.Value{Look: true, Verb: "help"}},
		},
	}
}
