package quiz

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/grade"
	"greenroom/content"
)

// sayPost is the channel message of a post, in every state of its life.
func (l *look) sayPost(p *post, q *content.Question) chat.Message {
	t := &subject{p: p, q: q}
	head := []chat.Span{chat.Strong(p.title())}
	for _, s := range []string{q.Topic, q.Difficulty} {
		if s != "" {
			head = append(head, chat.Words(" · "), chat.Literal(s))
		}
	}
	m := chat.Message{Blocks: []chat.Block{chat.Say(head...), chat.Heading(q.Main)}, Topic: q.Topic}
	if p.Late { // the slot, not the state
		m.Blocks = append(m.Blocks, chat.Text("This one comes late: I was not running at its time."))
	}
	switch {
	case p.Think:
		m.Buttons = []chat.Button{t.lookButton("More", "more", 0)}
		m.After = []chat.Block{chat.Text("My bank has no points to compare an answer with: think about this one, or talk it over in the thread.")}
	case p.State == postLate:
		m.Buttons = []chat.Button{t.lookButton("Answer late, half points", "answer", 0), t.lookButton("Say it aloud", "aloud", 0),
			t.button("Hint, minus 1", "hint"), t.lookButton("More", "more", 0)}
		m.After = []chat.Block{chat.Say(chat.Words("Only you see your answer. Half points until the end of "),
			chat.When(p.Closes.Add(-time.Millisecond), chat.DayOnly, l.zoneName()), chat.Words("."))}
		if p.Told && !p.Outside {
			m.After[0].Spans = append(m.After[0].Spans, chat.Words(" The result is in the thread."))
		}
	case p.State == postClosed:
		m.Buttons = []chat.Button{t.lookButton("Answer, for practice", "answer", 0), t.lookButton("Say it aloud", "aloud", 0), t.lookButton("More", "more", 0)}
		m.After = []chat.Block{chat.Text("Only you see your answer. This one no longer gives points.")}
	default:
		m.Buttons = []chat.Button{t.lookButton("Answer", "answer", 0), t.lookButton("Say it aloud", "aloud", 0),
			t.button("Hint, minus 1", "hint"), t.lookButton("More", "more", 0)}
		m.Buttons[0].Main = true
		m.After = []chat.Block{chat.Say(chat.Words("Two sentences are enough. Only you see your answer. Full points until "),
			chat.When(p.ResultAt, chat.DayTime, l.zoneName()), chat.Words("; then the result."))}
	}
	if p.Shown > 0 {
		m.After = append(m.After, chat.Text(haveAnswered(p.Shown)))
	}
	return m
}

func haveAnswered(n int) string {
	if n == 1 {
		return "1 person has answered"
	}
	return strconv.Itoa(n) + " have answered"
}

// sayQuestion is a question on demand.
func (l *look) sayQuestion(p *post, q *content.Question) chat.Message {
	t := &subject{p: p, q: q}
	m := chat.Message{Blocks: []chat.Block{chat.Say(chat.Strong(p.title()), chat.Words(" · "), chat.Literal(q.Topic)), chat.Heading(q.Main)}}
	if !asked(q) {
		m.Buttons = []chat.Button{t.lookButton("More", "more", 0)}
		m.After = []chat.Block{chat.Text("My bank has no points to compare an answer with: think about this one, or talk it over.")}
		return m
	}
	m.Buttons = []chat.Button{t.lookButton("Answer", "answer", 0), t.lookButton("Say it aloud", "aloud", 0), t.button("Hint", "hint"),
		t.lookButton("More", "more", 0)}
	m.Buttons[0].Main = true
	m.After = []chat.Block{chat.Text("Two sentences are enough. Only you see this; it is for practice, without points.")}
	return m
}

func (l *look) sayAnswerForm(t *subject, redraft bool) *chat.Form {
	f := &chat.Form{
		Title: cut(t.p.title(), chat.MaxTitle), Submit: "Grade it",
		Value: chat.Value{Verb: "answer", Post: t.p.ID, Part: t.n, Arg: "1"},
		Intro: []chat.Block{chat.Heading(t.question)},
		Fields: []chat.Field{{
			Name: "answer", Kind: chat.LongField, Label: "Your answer", Max: chat.MaxAnswer,
			Hint: "Two sentences are enough. Only you see it.",
		}},
	}
	if redraft {
		f.Value.Arg = "2"
		f.Fields[0].Value = t.at().Text
		f.Fields[0].Label = "Improve it once"
		f.Fields[0].Hint = "What only this version covers counts half."
	}
	return f
}

func answerTooLong(n int) string {
	return fmt.Sprintf("This has %d characters; I can take %d. Keep what you would say first.", n, chat.MaxAnswer)
}

func answerIsCommand() string {
	return "This looks like a command. Say in a sentence what you would answer."
}

func answerTooShort() string {
	return "Say a little more: one sentence is enough. If you have no idea, write \"no idea\" and I'll show you the answer."
}

func (l *look) sayGivenUp(t *subject) chat.Message {
	m := l.sayAnswer(t)
	m.Blocks = append([]chat.Block{
		chat.Say(chat.Strong(t.partTitle()+"."), chat.Words(" That's fine. Here is the answer; it does not count as an attempt.")),
	}, m.Blocks[1:]...)
	return m
}

// sayFeedback is a member's grade of a part: which key points were found, with the words that counted, and which not.
func (l *look) sayFeedback(t *subject, me member) chat.Message {
	at := t.at()
	switch {
	case at.Aloud:
		return l.sayTicks(t)
	case at.Abstained && !at.answered():
		return l.sayAbstained(t)
	}
	covered := at.covers()
	m := chat.Message{Blocks: []chat.Block{chat.Say(chat.Strong(t.partTitle()+": "+foundOf(t)), chat.Words(" Only you see this."))}}
	for _, line := range flagLines(at.Flags) {
		m.Blocks = append(m.Blocks, chat.Text(line))
	}
	var lines [][]chat.Span
	for _, i := range covered {
		lines = append(lines, foundLine(t, i))
	}
	for i, k := range t.keys {
		switch {
		case slices.Contains(covered, i):
		case slices.Contains(at.Denied, i):
			lines = append(lines, []chat.Span{chat.Words("Taken out by you: "), chat.Literal(k.Name)})
		default:
			lines = append(lines, []chat.Span{chat.Words("Not found: "), chat.Literal(k.Name)})
		}
	}
	m.Blocks = append(m.Blocks, chat.List(lines...), chat.Text("I compare words and can miss a good phrase: your word counts."))
	m.Buttons = l.feedbackButtons(t)
	m.After = append(m.After, sayWorth(t))
	if me.asked(t.p) {
		m.After = append(m.After, chat.Text("Do you want to be on the team's board? Nobody appears there unasked; for a nickname: leaderboard, then Name or hide."))
		appear := t.button("Show me on the board", "appear")
		appear.Value.Arg = string(boardAsMe)
		m.Buttons = append(m.Buttons, appear)
	} else if t.n == 0 && t.p.Channel != "" && at.Text != "" {
		m.Buttons = append(m.Buttons, shareButton(t))
	}
	return m
}

// foundOf says how many key points an answer covers, and how many of them only its author says.
func foundOf(t *subject) string {
	at, byWord := t.at(), 0
	covered := at.covers()
	for _, i := range covered {
		if !slices.Contains(t.proposed(), i) {
			byWord++
		}
	}
	all := count(len(t.keys), "point", "points")
	if byWord == 0 {
		return fmt.Sprintf("I found %d of %s.", len(covered), all)
	}
	return fmt.Sprintf("%d of %s, %d by your word.", len(covered), all, byWord)
}

func shareButton(t *subject) chat.Button {
	if t.at().Shared {
		return t.button("Don't share my answer", "keep-answer")
	}
	return t.button("Share my answer in the result", "share-answer")
}

func foundLine(t *subject, i int) []chat.Span {
	at := t.at()
	line := []chat.Span{chat.Words("Found: "), chat.Literal(t.keys[i].Name)}
	switch {
	case slices.Contains(at.Found, i) || slices.Contains(at.Later, i):
		if words := at.Because[i]; len(words) > 0 {
			line = append(line, chat.Words(" ("), chat.Literal(quote(strings.Join(words, " … "))), chat.Words(")"))
		}
		if slices.Contains(at.Later, i) && !slices.Contains(at.Found, i) {
			line = append(line, chat.Words(" in your second version"))
		}
	case slices.Contains(at.Accepted, i):
		line[0] = chat.Words("Said by you, and accepted: ")
	case slices.Contains(at.Held, i):
		line[0] = chat.Words("Said by you (counts for learning; points wait until the keeper has looked): ")
	default:
		line[0] = chat.Words("Said by you: ")
	}
	return line
}

func (l *look) feedbackButtons(t *subject) []chat.Button {
	at := t.at()
	b := []chat.Button{t.lookButton("Correct this", "correct", t.n)}
	if mayRedraft(t.p, at) && len(at.covers()) < len(t.keys) {
		improve := t.lookButton("Improve it once", "answer", t.n)
		improve.Value.Arg = "2"
		b = append(b, improve)
	}
	b = append(b, t.button("Show the answer", "show"))
	if n := l.probing(t); n > 0 {
		b = append(b, t.lookButton("Follow-up "+strconv.Itoa(n), "follow", n))
	}
	return b
}

// sayWorth says what an attempt is worth, and why where it is worth nothing.
func sayWorth(t *subject) chat.Block {
	at := t.at()
	counts := "" // follow-ups are no posts, and a week ends
	if t.n == 0 && at.At.Before(t.p.Closes) {
		counts = "; it counts for your week"
	}
	switch at.Why {
	case unscoredPractice:
		return chat.Text("This one is for practice, without points.")
	case unscoredAloud:
		return chat.Text("Said aloud, so without points" + counts + ".")
	case unscoredSeen:
		return chat.Text("You had seen the answer, so this one gives no points" + counts + ".")
	case unscoredTwice:
		return chat.Text("You scored this one within the last 60 days, so it gives no points again" + counts + ".")
	case unscoredClosed:
		return chat.Text("The week of this question is over, so it gives no points any more.")
	}
	s := pointsWord(at.Points) + " for the board."
	if at.Points == 0 {
		s = "No points this time" + counts + "."
	}
	if at.Half {
		s += " Half, as it came after the result."
	}
	if at.Hints > 0 {
		s += fmt.Sprintf(" %s taken off.", count(at.Hints, "hint is", "hints are"))
	}
	return chat.Text(s)
}

// flagLines say, kindly, what is odd about an answer.
func flagLines(flags []grade.Flag) []string {
	says := map[grade.Flag]string{
		grade.FlagNegated:  "There is a \"not\" near words that count: look whether you mean it that way.",
		grade.FlagLong:     "This is long: I graded the stretch that fits best. In the interview, two sentences are enough.",
		grade.FlagKeywords: "These are words more than sentences. In the interview, say how they belong together.",
		grade.FlagParrot:   "Much of this is the question itself. Add what you would say beyond it.",
	}
	var lines []string
	for _, f := range flags {
		if s := says[f]; s != "" {
			lines = append(lines, s)
		}
	}
	return lines
}

func (l *look) sayAbstained(t *subject) chat.Message {
	return chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Strong(t.partTitle()+": I could not match this to the points."), chat.Words(" Only you see this.")),
			chat.Text("That says more about me than about your answer. Tick what you said, and it counts half; or answer again in other words."),
		},
		Buttons: []chat.Button{t.lookButton("Tick what I said", "correct", t.n), t.lookButton("Answer again", "answer", t.n), t.button("Show the answer", "show")},
	}
}

func (l *look) sayNotAnswered(t *subject) chat.Message {
	return chat.Message{
		Blocks:  []chat.Block{chat.Say(chat.Strong(t.partTitle()+"."), chat.Words(" You have not answered this one yet."))},
		Buttons: []chat.Button{t.lookButton("Answer", "answer", t.n), t.lookButton("Say it aloud", "aloud", t.n)},
	}
}

// sayThinkAbout shows a part without an answer: it is asked to think about.
func (l *look) sayThinkAbout(t *subject) chat.Message {
	m := chat.Message{Blocks: []chat.Block{chat.Say(chat.Strong(t.partTitle() + ".")), chat.Heading(t.question)}}
	if t.answer == "" {
		m.Blocks = append(m.Blocks, chat.Text("My bank has no answer to this one: think about it, or talk it over in the thread."))
		return m
	}
	m.Blocks = append(m.Blocks, chat.Text("My bank has no points to compare an answer with: think about it first, then look."))
	m.Buttons = []chat.Button{t.button("Show the answer", "show")}
	return m
}

func answerDropped() chat.Message {
	return plainly("All right, that was not an answer. Type help to see what I can do.")
}

// sayOffer asks what a typed text is the answer to; name says which text.
func (l *look) sayOffer(open []*subject, name string) chat.Message {
	seen := "Only you and I see it."
	if l.ev.Channel != "" {
		seen = "It stands in the channel, where all can read it; only you see what it covered."
	}
	m := chat.Message{Blocks: []chat.Block{chat.Text("Is that your answer? " + seen)}}
	for i, t := range open {
		label := "Grade it: " + t.p.title()
		if i == 0 && len(open) == 1 {
			label = "Grade it"
			m.Blocks = append(m.Blocks, chat.Say(chat.Strong(t.p.title()+".")), chat.Heading(t.question))
		} else {
			m.Blocks = append(m.Blocks, chat.Say(chat.Strong(t.p.title()), chat.Words(" in "), chat.In(t.p.Channel), chat.Words(":")), chat.Markdown(t.question))
			if slices.ContainsFunc(m.Buttons, func(b chat.Button) bool { return b.Label == label }) {
				label += " (" + strconv.Itoa(i+1) + ")"
			}
		}
		b := t.button(label, "grade-it")
		b.Value.Arg = draftNumber(t.at().answered()) + name
		m.Buttons = append(m.Buttons, b)
	}
	m.Buttons[0].Main = true
	m.Buttons = append(m.Buttons, chat.Button{Label: "Not an answer", Value: chat.Value{Verb: "not-it", Arg: name}})
	return m
}

func sayCorrectForm(t *subject) *chat.Form {
	at := t.at()
	f := &chat.Form{Title: "Correct this", Submit: "Save", Value: chat.Value{Verb: "correct", Post: t.p.ID, Part: t.n}}
	field := func(name, label, hint string, keys, ticked []int) {
		if len(keys) == 0 {
			return
		}
		x := chat.Field{Name: name, Label: label, Hint: hint, Kind: chat.ManyField, Optional: true}
		for _, i := range keys {
			x.Choices = append(x.Choices, chat.Choice{Label: cut(t.keys[i].Name, chat.MaxLabel), Value: strconv.Itoa(i)})
			if slices.Contains(ticked, i) {
				x.Chosen = append(x.Chosen, strconv.Itoa(i))
			}
		}
		f.Fields = append(f.Fields, x)
	}
	if at.Abstained {
		f.Title = "What did you say?"
		field("said", "I said this", "Ticks count half.", t.missing(), at.Claimed)
		return f
	}
	field("said", "I said this", "Counts at once for learning, half for points.", t.missing(), at.Claimed)
	field("not", "I did not", "What I found and you did not mean.", t.proposed(), at.Denied)
	if len(t.missing()) > 0 {
		f.Fields = append(f.Fields, chat.Field{
			Name: "words", Label: "Your words for it, for the keeper", Kind: chat.ShortField, Optional: true, Max: maxClaimWords,
			Hint: "If you like: sent without your name. Accepted, it counts whole, for everyone.",
		})
	}
	return f
}

func nothingTicked() string { return "Tick at least one, or close this and answer again." }

// sayHints are the hints taken so far.
func (l *look) sayHints(t *subject) chat.Message {
	at := t.at()
	price := ", minus 1"
	if t.p.Channel == "" {
		price = ""
	}
	m := chat.Message{Blocks: []chat.Block{chat.Say(chat.Strong(t.partTitle()+", hints."), chat.Words(" Only you see this."))}}
	if at.Hints == 0 {
		m.Blocks = append(m.Blocks, chat.Text("You have seen the answer: a hint would tell you nothing new."))
	} else {
		line := []chat.Span{chat.Words("There " + isAre(len(t.keys)) + ".")}
		if about := inWords(t.keys, t.question); about != "" {
			line = append(line, chat.Words(" In a word each: "), chat.Literal(about), chat.Words("."))
		}
		m.Blocks = append(m.Blocks, chat.Say(line...))
	}
	for i := range max(0, at.Hints-1) {
		m.Blocks = append(m.Blocks, chat.Say(chat.Words("One of them: "), chat.Literal(t.keys[i].Name)))
	}
	m.Buttons = []chat.Button{t.lookButton("Answer", "answer", t.n)}
	if !at.Seen && at.Hints <= len(t.keys) {
		more := t.button("Another hint"+price, "hint")
		more.Value.Arg = strconv.Itoa(at.Hints + 1)
		m.Buttons = append(m.Buttons, more)
	}
	return m
}

// inWords lists what each key point is about; those that a word would give away are counted.
func inWords(keys []content.KeyPoint, question string) string {
	var said []string
	for _, w := range about(keys, question) {
		if w != "" {
			said = append(said, w)
		}
	}
	if left := len(keys) - len(said); left > 0 && len(said) > 0 {
		said = append(said, fmt.Sprintf("%d more", left))
	}
	return list(said)
}

func isAre(n int) string {
	if n == 1 {
		return "is 1 point"
	}
	return fmt.Sprintf("are %d points", n)
}

func (l *look) sayAloud(t *subject) chat.Message {
	worth := "It counts for your week, without points."
	if t.n > 0 || !l.ev.At.Before(t.p.Closes) {
		worth = "It gives no points."
	}
	if t.canScore() {
		worth += " After that, this question no longer scores for you."
	}
	return chat.Message{
		Blocks: []chat.Block{
			chat.Say(chat.Strong(t.partTitle()+", aloud."), chat.Words(" Only you see this.")), chat.Heading(t.question),
			chat.Text("Say your answer aloud, as you would in the interview. Then look at the points and tick what you said."),
		},
		Buttons: []chat.Button{t.button("I said it: show the key points", "points")},
		After:   []chat.Block{chat.Text(worth)},
	}
}

// sayTicks are the key points to tick after saying the answer aloud.
func (l *look) sayTicks(t *subject) chat.Message {
	at := t.at()
	head := "tick what you said."
	if len(at.Claimed) > 0 {
		head = fmt.Sprintf("you said %d of %s.", len(at.Claimed), count(len(t.keys), "point", "points"))
	}
	m := chat.Message{Blocks: []chat.Block{chat.Say(chat.Strong(t.partTitle()+", aloud: "+head), chat.Words(" Only you see this."))}}
	var lines [][]chat.Span
	for i, k := range t.keys {
		mark, label, verb := "Not ticked: ", "Tick ", "tick"
		if slices.Contains(at.Claimed, i) {
			mark, label, verb = "Said: ", "Untick ", "untick"
		}
		lines = append(lines, []chat.Span{chat.Words(mark), chat.Literal(k.Name)})
		b := t.button(cut(label+strconv.Itoa(i+1)+": "+k.Name, chat.MaxLabel), verb)
		b.Value.Arg = strconv.Itoa(i)
		m.Buttons = append(m.Buttons, b)
	}
	m.Blocks = append(m.Blocks, chat.Block{Kind: chat.ListBlock, Numbered: true, Items: lines})
	m.Buttons = append(m.Buttons, t.button("Show the answer", "show"))
	if !at.answered() {
		return m
	}
	m.After = []chat.Block{sayWorth(t)}
	if n := l.probing(t); n > 0 {
		m.Buttons = append(m.Buttons, t.lookButton("Follow-up "+strconv.Itoa(n), "follow", n))
	}
	return m
}

func (l *look) sayMore(t *subject) chat.Message {
	m := chat.Message{Blocks: []chat.Block{chat.Say(chat.Strong(t.partTitle()+"."), chat.Words(" Only you see this."))}}
	if t.answer != "" {
		m.Buttons = append(m.Buttons, t.button("Show the answer", "show"))
	}
	if n := l.probing(t); n > 0 && !t.asks() { // nothing else leads there
		m.Buttons = append(m.Buttons, t.lookButton("Follow-up "+strconv.Itoa(n), "follow", n))
	}
	m.Buttons = append(m.Buttons, t.button("Something is off with it", "flag"),
		chat.Button{Label: "My settings", Value: chat.Value{Look: true, Verb: "settings"}})
	if t.canScore() {
		m.After = []chat.Block{chat.Text("Once you have seen the answer, this question can no longer score for you.")}
	}
	return m
}

// sayAnswer is one part's answer; its first block is the title.
func (l *look) sayAnswer(t *subject) chat.Message {
	m := chat.Message{Blocks: []chat.Block{
		chat.Say(chat.Strong(t.partTitle()+", the answer."), chat.Words(" Only you see this.")), chat.Heading(t.question),
	}}
	if t.answer == "" {
		m.Blocks = append(m.Blocks, chat.Text("My bank has no answer to this one."))
		return m
	}
	m.Blocks = append(m.Blocks, chat.Markdown(t.answer))
	if t.q.Trap != nil && t.n == 0 {
		m.Blocks = append(m.Blocks, chat.Say(chat.Strong("A trap: "), chat.Literal(quote(content.Plain(t.q.Trap.Claim))), chat.Words(" That is not so: "), chat.Literal(content.Plain(t.q.Trap.Why))))
	}
	if n := l.probing(t); n > 0 && !t.a.part(0).Aloud {
		m.Buttons = []chat.Button{t.lookButton("Follow-up "+strconv.Itoa(n), "follow", n)}
	}
	return m
}

func (l *look) sayFull(t *subject) chat.Message {
	return chat.Message{Blocks: []chat.Block{
		chat.Say(chat.Strong(t.p.title()+", the full answer."), chat.Words(" Only you see this.")), chat.Heading(t.q.Main), chat.Markdown(t.q.Full),
	}}
}

func flagged() chat.Message {
	return plainly("Thank you: I have told the keeper, without your name. The question stays open meanwhile.")
}

func flaggedBefore() chat.Message { return plainly("The keeper already knows, without your name.") }

func flagNoted() chat.Message { return plainly("Thank you: it is noted, without your name.") }

// sayFollowUp is a follow-up in private; about is what the answer left out, where the follow-up is about that.
func (l *look) sayFollowUp(t *subject, leftOut string) chat.Message {
	m := chat.Message{Blocks: []chat.Block{chat.Say(chat.Strong(t.partTitle()))}}
	if leftOut != "" {
		m.Blocks = append(m.Blocks, chat.Say(chat.Words("You left out "), chat.Literal(quote(leftOut)), chat.Words(", so:")))
	}
	m.Blocks = append(m.Blocks, chat.Heading(t.question))
	m.Buttons, m.After = l.followUpButtons(t)
	m.Buttons = append(m.Buttons, t.button("Not today", "not-today"))
	return m
}

// sayThreadFollowUp is the thread's copy of a follow-up.
func (l *look) sayThreadFollowUp(p *post, q *content.Question, n int) chat.Message {
	t := &subject{p: p, q: q, n: n, a: &attempt{Parts: map[int]*part{}}}
	t.question, t.answer, t.keys, _ = partOf(q, n)
	m := chat.Message{Blocks: []chat.Block{chat.Say(chat.Strong(t.partTitle())), chat.Heading(t.question)}}
	m.Buttons, m.After = l.followUpButtons(t)
	return m
}

func (l *look) followUpButtons(t *subject) ([]chat.Button, []chat.Block) {
	if !t.asks() {
		return nil, []chat.Block{chat.Text("Think about this one, or talk it over in the thread: my bank has no points to compare an answer with.")}
	}
	answer := t.lookButton("Answer follow-up "+strconv.Itoa(t.n), "answer", t.n)
	answer.Main = true
	worth := "For practice, without points. About "
	if t.p.Channel != "" {
		worth = "Up to " + count(len(t.keys), "point", "points") + ", about "
	}
	minutes := int(followUpMinutes(t.q.FollowUps[t.n-1]).Minutes())
	return []chat.Button{answer, t.lookButton("Say it aloud", "aloud", t.n)},
		[]chat.Block{chat.Text(worth + count(minutes, "minute", "minutes") + ".")}
}

func notToday() chat.Message {
	return plainly("Fine, not today. It stays open in the thread, or in the result.")
}

func sharedResult(t *subject) chat.Message {
	if !t.a.SharedResult {
		return plainly("Your line is not under the result.")
	}
	m := plainly("Your line stands under the result, with your name.")
	m.Buttons = []chat.Button{t.button("Take it back", "keep-result")}
	return m
}

// sayResult is the thread's result of a post.
func (l *look) sayResult(p *post, q *content.Question, t tallied, shared []sharedLine) chat.Message {
	head := strconv.Itoa(p.Answered) + " answered"
	if p.Aloud > 0 {
		head += ", " + strconv.Itoa(p.Aloud) + " aloud"
	}
	m := chat.Message{Blocks: []chat.Block{chat.Say(chat.Strong(p.title()+": the result."), chat.Words(" "+head+"."))}}
	if t.judged >= 5 && len(t.said) > 0 {
		most, few := t.said[0], t.said[len(t.said)-1]
		m.Blocks = append(m.Blocks, chat.Say(chat.Words("Most said: "), chat.Literal(q.KeyPoints[most].Name), chat.Words(fmt.Sprintf(" (%d of %d).", t.by[most], t.judged))))
		if few != most {
			m.Blocks = append(m.Blocks, chat.Say(chat.Words("Few said: "), chat.Literal(q.KeyPoints[few].Name), chat.Words(fmt.Sprintf(" (%d of %d). Interviewers ask that next.", t.by[few], t.judged))))
		}
	}
	if len(q.KeyPoints) > 0 {
		var lines [][]chat.Span
		for _, k := range q.KeyPoints {
			lines = append(lines, []chat.Span{chat.Literal(k.Name)})
		}
		m.Blocks = append(m.Blocks, chat.Text("In short:"), chat.List(lines...))
	}
	m.Blocks = append(m.Blocks, unsaid(p, q)...)
	for _, s := range shared {
		if s.answer != "" {
			m.Blocks = append(m.Blocks, chat.Say(chat.Words("Shared by "), chat.Who(s.a.Member), chat.Words(": "), chat.Literal(quoteLong(s.answer))))
		}
	}
	subject := &subject{p: p, q: q}
	m.Buttons = []chat.Button{subject.button("Full answer", "full"), subject.lookButton("How I did", "mine", 0),
		subject.button("Share my result", "share-result"), subject.lookButton("Answer late, half points", "answer", 0)}
	for _, s := range shared {
		if s.a.SharedResult {
			m.After = append(m.After, sharedFigures(q, s))
		}
	}
	return m
}

func quoteLong(s string) string { return "\"" + cut(strings.Join(fields(s), " "), 600) + "\"" }

// unsaid are the follow-ups that did not go into the thread: they stand inside the result.
func unsaid(p *post, q *content.Question) []chat.Block {
	var lines [][]chat.Span
	for i, f := range q.FollowUps {
		if !slices.Contains(p.Said, i+1) {
			lines = append(lines, []chat.Span{chat.Words("Follow-up " + strconv.Itoa(i+1) + ": "), chat.Literal(content.Plain(f.Question))})
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return []chat.Block{chat.Text("Interviewers go on with:"), chat.List(lines...)}
}

// sharedFigures is one member's line under a result.
func sharedFigures(q *content.Question, s sharedLine) chat.Block {
	main := s.a.part(0)
	line := []chat.Span{chat.Who(s.a.Member), chat.Words(fmt.Sprintf(": %d of %d", len(main.covers()), len(q.KeyPoints)))}
	done, all, hints := 0, 0, main.Hints
	for n := 1; n <= len(q.FollowUps); n++ {
		if followUpAsks(q.FollowUps[n-1]) {
			all++
		}
		if s.a.Parts[n].answered() {
			done++
			hints += s.a.Parts[n].Hints
		}
	}
	rest := ""
	if all > 0 {
		rest = fmt.Sprintf(", follow-ups %d of %d", done, all)
	}
	if hints == 0 {
		rest += ", no hint"
	} else {
		rest += ", " + count(hints, "hint", "hints")
	}
	if s.streak > 1 {
		rest += fmt.Sprintf(", week %d in a row", s.streak)
	}
	return chat.Say(append(line, chat.Words(rest+"."))...)
}
