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
	about := "all topics"
	if len(c.Select) > 0 {
		about = list(c.Select)
	}
	return []chat.Span{chat.Words(spec.String() + ", in "), chat.In(c.Channel), chat.Words(", about "), chat.Literal(about), chat.Words(".")}
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
		chat.Say(chat.Words("For one of them: "), chat.Code("schedule preview "+all[0].ID), chat.Words(", pause, resume, remove or run.")),
	}}
}

func (l *look) scheduleExample() string {
	example := "schedule add 9:00 weekdays " + l.usualZone()
	if topic := topicExample(l.banks); topic != "" {
		example += " " + strings.ToLower(topic)
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
		chat.Text(fmt.Sprintf("The result comes %s after each question, follow-ups in the thread every %s. One message a day in the channel, nobody is pinged.",
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
	default:
		return count(int(d/time.Minute), "minute", "minutes")
	}
}

func draftDropped() chat.Message { return plainly("Dropped. Nothing was saved.") }

func (l *look) sayScheduleSaved(c *schedule) chat.Message {
	return chat.Message{Blocks: []chat.Block{
		chat.Say(append([]chat.Span{chat.Strong("Saved"), chat.Words(" as "), chat.Code(c.ID), chat.Words(": ")}, l.says(c)...)...),
		chat.Say(chat.Words("I am telling "), chat.In(c.Channel), chat.Words(" now; as soon as that stands there, the schedule is on. If I cannot write there, I tell you what to do.")),
	}}
}

// sayAnnouncement tells a channel of its schedule.
func (l *look) sayAnnouncement(c *schedule, spec when.Spec) chat.Message {
	m := chat.Message{Blocks: []chat.Block{
		chat.Say(append([]chat.Span{chat.Strong("An interview question: ")}, l.says(c)...)...),
		chat.Text("Two sentences are enough, and only you see your answer and what it covered. After " + span(c.Result) + " the result comes in the thread. Nobody is pinged."),
	}}
	if next, ok := spec.Next(c.after(l.ev.At, spec.Zone())); ok && !c.FirstNow {
		m.Blocks = append(m.Blocks, chat.Say(chat.Words("The first one: "), chat.When(next.At, chat.DayTime, spec.Zone()), chat.Words(".")))
	}
	return m
}

func (l *look) sayAnnounceFailed(c *schedule, reason chat.Reason) chat.Message {
	return chat.Message{Blocks: []chat.Block{
		chat.Say(chat.Strong("The schedule is not saved. "), chat.Words("I could not write in "), chat.In(c.Channel), chat.Words(": "+reasonWords(reason)+".")),
		chat.Say(chat.Words("To fix it: "), chat.Words(reasonFix(reason)), chat.Words(", then set it up again; your words were: "), chat.Code("schedule add "+c.Line)),
	}}
}

// reasonWords say why something could not be sent.
func reasonWords(r chat.Reason) string {
	switch r {
	case chat.ReasonGone:
		return "I am no longer in that channel, or it is gone"
	case chat.ReasonForbidden:
		return "I may not write there"
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
func reasonFix(r chat.Reason) string {
	switch r {
	case chat.ReasonGone:
		return "invite me there again"
	case chat.ReasonForbidden:
		return "let me write there"
	case chat.ReasonArchived:
		return "open it again, or use another channel"
	case chat.ReasonExpired:
		return "wait until the platform answers again"
	default:
		return "try again, or use another channel"
	}
}

func (l *look) sayMissed(c *schedule, missed []when.Slot) chat.Message {
	var dates [][]chat.Span
	for _, s := range missed[:min(10, len(missed))] {
		dates = append(dates, []chat.Span{chat.When(s.At, chat.DayTime, l.zoneName())})
	}
	m := chat.Message{Blocks: []chat.Block{
		chat.Say(chat.Strong(sentence(count(len(missed), "question was", "questions were")+" not posted")), chat.Words(" I was away at these times for "), chat.In(c.Channel), chat.Words(":")),
		chat.List(dates...),
		chat.Text("Old ones do not pile up: the schedule goes on with the next date, and no streak is hurt."),
	}}
	if len(missed) > 10 {
		m.Blocks = append(m.Blocks, chat.Text(fmt.Sprintf("And %d more.", len(missed)-10)))
	}
	m.Buttons = []chat.Button{{Label: "Post one now", Value: chat.Value{Verb: "run", Post: c.ID}}}
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
		m.Blocks = append(m.Blocks, chat.Say(chat.Words("I understood: "), chat.Literal(strings.Join(got, ", ")), chat.Words(".")))
	}
	for i, w := range r.unknown {
		line := []chat.Span{chat.Words("I did not understand "), chat.Literal(quote(w)), chat.Words(".")}
		if len(r.near[i]) > 0 {
			line = append(line, chat.Words(" Near it: "), chat.Literal(list(r.near[i])), chat.Words("."))
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
			{Label: "Pause", Value: chat.Value{Verb: "pause", Post: c.ID}},
			{Label: "Show my schedules", Value: chat.Value{Look: true, Verb: "schedules"}},
		},
	}
}

// sayTrouble tells the keeper of a post that did not reach its channel, or of a channel that is lost.
func (l *look) sayTrouble(c *schedule, p *post, others int) chat.Message {
	m := chat.Message{}
	if p != nil {
		m.Blocks = append(m.Blocks, chat.Say(chat.Strong(p.title()+" is not in "), chat.In(c.Channel), chat.Strong(". "), chat.Words(sentence(reasonWords(c.Trouble.Reason)))))
	} else {
		m.Blocks = append(m.Blocks, chat.Say(chat.Strong("I am no longer in "), chat.In(c.Channel), chat.Strong("."), chat.Words(" Its next question will not arrive.")))
	}
	m.Blocks = append(m.Blocks, chat.Say(chat.Words("To fix it: "+reasonFix(c.Trouble.Reason)+", then Try again. Or use another channel, or pause.")),
		chat.Text("I keep the question, today counts for nobody, and no streak is hurt."+othersFine(others)),
		chat.Text("I'll write when it works again, and once more in seven days if it doesn't."))
	m.Buttons = []chat.Button{
		{Label: "Try again", Value: chat.Value{Verb: "try-again", Post: c.ID}, Main: true},
		{Label: "Use another channel", Value: chat.Value{Look: true, Verb: "move-form", Post: c.ID}},
		{Label: "Pause", Value: chat.Value{Verb: "pause", Post: c.ID}},
	}
	return m
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
		chat.Text("I keep the schedule and try each time. This is the last I write about it, until it works again."),
	}
	return m
}

func (l *look) sayWorksAgain(c *schedule, p *post) chat.Message {
	return chat.Message{Blocks: []chat.Block{chat.Say(chat.Strong("It works again: "), chat.Words(p.title()+" is in "), chat.In(c.Channel), chat.Words("."))}}
}

func sayNotices(notices []notice) chat.Message {
	m := chat.Message{Blocks: []chat.Block{chat.Say(chat.Strong("What I could not tell the keeper by direct message:"))}}
	for _, n := range notices {
		m.Blocks = append(m.Blocks, n.Message.Blocks...)
		m.Buttons = append(m.Buttons, n.Message.Buttons...)
	}
	m.Buttons = append(distinct(m.Buttons), chat.Button{Label: "Understood", Value: chat.Value{Verb: "understood"}})
	return m
}

func understood() chat.Message { return plainly("Good. I won't show it again.") }

func sayMoveForm(c *schedule) *chat.Form {
	return &chat.Form{
		Title: "Use another channel", Submit: "Use it", Value: chat.Value{Verb: "move", Post: c.ID},
		Fields: []chat.Field{{Name: "channel", Label: "Channel", Kind: chat.ShortField, Hint: "Such as #interview-prep. Invite me there first.", Max: 80}},
	}
}

func channelNeeded() string { return "Name one channel, such as #interview-prep." }

// sayManyClaims asks the keeper to look at a point that many claim.
func (l *look) sayManyClaims(t *subject, point, claimed, attempts int) chat.Message {
	ok := t.button("Let it count again", "claim-ok")
	ok.Value.Arg = fmt.Sprint(point)
	return chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Strong(t.partTitle()+": "), chat.Words(fmt.Sprintf("%d of %d say that they said a point which I did not find: ", claimed, attempts)), chat.Literal(t.keys[point].Name)),
			chat.Text("Perhaps I miss a common wording. From here on, claims of this point give no points until you have looked; what I find still does."),
		},
		Buttons: []chat.Button{ok},
	}
}

func (l *look) sayClaimsOpen(t *subject, point int) chat.Message {
	return chat.Message{Blocks: []chat.Block{chat.Say(chat.Words("Claims count again for "), chat.Literal(t.keys[point].Name), chat.Words("."))}}
}

// sayClaim shows the keeper a claim, without the name.
func (l *look) sayClaim(t *subject, point int, words, id string) chat.Message {
	return chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Strong(t.partTitle()+": "), chat.Words("somebody says that this says it.")),
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
	return chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Strong(t.p.title()+": "), chat.Words("somebody says that something is off with it.")), chat.Markdown(t.q.Main),
			chat.Say(chat.Words("It stands in "), chat.Code(t.q.Source.File), chat.Words(fmt.Sprintf(", line %d. I tell you once for each question.", t.q.Source.Line))),
		},
		Buttons: []chat.Button{t.button("Show the answer", "show")},
	}
}

// sayWelcome is the set-up's first page.
func (l *look) sayWelcome() chat.Message {
	m := chat.Message{Blocks: []chat.Block{
		chat.Say(chat.Strong("Let's get a daily question going.")),
		chat.Text("I post an interview question at a time of yours. Everyone answers in private; I say what the answer covered and what it left out; after a day the result comes in the thread."),
		chat.Say(chat.Words(fmt.Sprintf("I have %s about ", count(len(l.banks.Questions()), "question", "questions"))), chat.Literal(cut(list(l.topicNames()), 200)), chat.Words(".")),
		chat.Say(chat.Words("Set it up here, or in one line: "), chat.Code(l.scheduleExample())),
	}}
	m.Buttons = []chat.Button{
		{Label: "Set it up", Value: chat.Value{Look: true, Verb: "setup-form", Post: string(l.ev.Channel)}, Main: true},
		{Label: "What can you do?", Value: chat.Value{Look: true, Verb: "help"}},
	}
	return m
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
		f.Fields = append(f.Fields, chat.Field{Name: "channel", Label: "Channel", Kind: chat.ShortField, Hint: "Such as #interview-prep. Invite me there first.", Max: 80})
	}
	return f
}

func timeNeeded() string { return "Write a time such as 9:00 or 17:30." }
func daysNeeded() string { return "Write days such as weekdays, daily, mon-thu or mon,wed,fri." }

// sayGreeting introduces the bot to a channel that it was invited to.
func (l *look) sayGreeting() chat.Message {
	m := l.sayWelcome()
	m.Blocks[0] = chat.Say(chat.Strong("Hello, I am Greenroom."), chat.Words(" I get your team ready for technical interviews."))
	m.Buttons[0].Value.Post = string(l.ev.Channel)
	return m
}
