package slackworld

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"greenroom/bot/bottest"
	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
)

// MemberID is the id of a person of the script.
func MemberID(name string) string { return "U0" + strings.ToUpper(name) }

func channelID(name string) string { return "C0" + strings.ToUpper(name) }

// member is the id of a person of the script, who is in the workspace from the first time that they are named.
func (w *World) member(name string) string {
	if _, known := w.people[name]; !known {
		w.person(slackfake.Person{ID: MemberID(name), Name: name, TZ: "UTC", Admin: true})
		for c := range w.channels {
			w.Slack.Join(channelID(c), MemberID(name))
		}
	}
	return MemberID(name)
}

// Calls gives a person of the script a name in Slack of their own choice.
func (w *World) Calls(person, name string) {
	w.member(person)
	p := w.people[person]
	p.Name = name
	w.Slack.AddPerson(p)
}

func (w *World) person(p slackfake.Person) {
	w.people[p.Name] = p
	w.Slack.AddPerson(p)
}

// channel is the id of a channel of the script, with everybody in it.
func (w *World) channel(name string) string {
	id := channelID(name)
	if w.channels[name] {
		return id
	}
	w.channels[name] = true
	w.Slack.AddChannel(id, name, false)
	for _, p := range w.people {
		w.Slack.Join(id, p.ID)
	}
	w.invited(id)
	return id
}

var (
	mention = regexp.MustCompile(`^<@([a-z]+)>$`)
	hash    = regexp.MustCompile(`^#([a-z]+)$`)
)

// typed is a text of a script as a person types it into Slack; whom and what it names is there.
func (w *World) typed(text string) string {
	words := strings.Fields(text)
	for i, word := range words {
		if m := mention.FindStringSubmatch(word); m != nil {
			w.member(m[1])
			words[i] = "@" + m[1]
		}
		if m := hash.FindStringSubmatch(word); m != nil {
			w.channel(m[1])
		}
	}
	return strings.Join(words, " ")
}

// tooLate is more than Slack waits for the answer to a form.
const tooLate = 5 * time.Second

// pacedFor is how long Slack's pace may keep an answer back.
const pacedFor = 3 * time.Second

// Do carries out a line. What is shown has the script's names.
func (w *World) Do(l bottest.Line) []bottest.Shown {
	w.T.Helper()
	return bottest.Named(w.do(l), named)
}

func (w *World) do(l bottest.Line) []bottest.Shown {
	w.T.Helper()
	var saw error
	w.unable = false
	if w.Passes(l) {
		return w.shown(l, nil)
	}
	switch l.Verb {
	case "removed":
		w.Slack.DeleteMessage(channelID(l.Channel), w.message(l.Channel, l.N))
	case "joined":
		if l.Member == "" {
			l.Member = "admin"
		}
		saw = w.Slack.Invite(w.channel(l.Channel), w.member(l.Member))
	case "left":
		saw = w.left(l)
	case "gone":
		saw = w.Slack.Uninstall()
	case "back":
		w.back()
	case "refuse":
		w.refuse(l.Place, l.Reason)
	case "accept":
		w.refuse(l.Place, "")
	case "manager", "plain":
		w.member(l.Member)
		p := w.people[l.Member]
		p.Admin = l.Verb == "manager"
		w.person(p)
	case "zone":
		w.member(l.Member)
		p := w.people[l.Member]
		p.TZ = l.Zone
		w.person(p)
	case "late":
		w.late = true
		w.fake.Hold(tooLate)
	case "again":
		_ = w.Slack.Redeliver() // whoever did it hears nothing of it
	case "twice":
		l.Member, l.Verb = w.last.Member, w.last.Verb
		saw = w.Slack.Repeat()
	default:
		saw = w.act(l)
	}
	if w.late && errors.Is(saw, slackfake.TroubleConnecting) { // so Slack says it
		w.late, saw = false, nil
	}
	w.Settle()
	shown := w.shown(l, saw)
	for begun := time.Now(); len(shown) == 0 && l.Member != "" && l.Event() && time.Since(begun) < pacedFor; shown = w.shown(l, nil) {
		time.Sleep(100 * time.Millisecond)
		w.Settle()
	}
	return shown
}

// left is the bot being taken out of a channel, or losing it. Of what happens to a channel only its members hear.
func (w *World) left(l bottest.Line) error {
	w.T.Helper()
	channel, admin := w.channel(l.Channel), w.member("admin")
	if l.Reason != chat.ReasonArchived {
		return w.Slack.Kick(channel, admin)
	}
	if err := w.Slack.Invite(channel, admin); err != nil {
		return err
	}
	w.Settle()
	return w.Slack.ArchiveChannel(channel, admin)
}

// refusals are what Slack says to who may not post; see refuse for the other reasons.
var refusals = map[chat.Reason]string{
	chat.ReasonForbidden: "restricted_action",
	chat.ReasonGone:      "not_in_channel",
	chat.ReasonTooLong:   "msg_too_long",
}

// refuse makes Slack refuse what is written to a place, for a reason.
func (w *World) refuse(place string, reason chat.Reason) {
	w.T.Helper()
	if name, ok := strings.CutPrefix(place, "@"); ok {
		w.member(name)
		p := w.people[name]
		p.Closed = reason != ""
		w.person(p)
		return
	}
	if place == "thread" { // a deleted parent could not be edited either; in a channel without threads everything else goes on
		for name := range w.channels {
			w.Slack.Restrict(channelID(name), "restricted_action_non_threadable_channel")
		}
		return
	}
	id := w.channel(strings.TrimPrefix(place, "#"))
	code, ok := refusals[reason]
	var err error
	switch {
	case reason == "":
		w.Slack.UnarchiveChannel(id)
		w.Slack.Restrict(id, "")
		w.invited(id)
	case reason == chat.ReasonArchived: // the bot hears nothing of it
		err = w.Slack.ArchiveChannel(id, w.member("admin"))
	case reason == chat.ReasonGone && !w.hears(): // nor of that
		err = w.Slack.Kick(id, w.member("admin"))
	case ok:
		w.Slack.Restrict(id, code)
	default:
		w.T.Fatalf("Slack has no condition for the reason %q", reason)
	}
	if err != nil {
		w.T.Fatal(err)
	}
	w.restricted[place] = code != ""
}

// act carries out what a member does, and says what Slack tells them instead of what they wanted.
func (w *World) act(l bottest.Line) error {
	w.T.Helper()
	who := w.member(l.Member)
	w.last = l
	switch l.Verb {
	case "says":
		w.leave(who, 0)
		return w.Slack.Command(who, w.channel(l.Channel), "/greenroom", w.typed(l.Said))
	case "writes":
		w.leave(who, 0)
		return w.Slack.DM(who, w.typed(l.Said))
	case "mentions":
		w.leave(who, 0)
		return w.Slack.Mention(who, w.channel(l.Channel), w.typed(l.Said))
	case "opens":
		w.leave(who, 0)
		return w.Slack.OpenHome(who)
	case "clicks":
		return w.click(l, who)
	case "sends":
		return w.submit(l, who)
	}
	return nil // types: Slack has no completion of commands
}

// leave closes a person's modals but the lowest n: whoever turns to something else has to.
func (w *World) leave(who string, n int) {
	w.T.Helper()
	for open := w.Slack.Views(who); len(open) > n; open = w.Slack.Views(who) {
		if err := w.Slack.CloseView(who); err != nil {
			w.T.Fatal(err)
		}
	}
}

// click presses the newest button of a label that the member can still see.
func (w *World) click(l bottest.Line, who string) error {
	w.T.Helper()
	for _, s := range slices.Backward(w.stands) {
		if s.to != "" && s.to != l.Member || !bottest.Stands(s.where, s.to != "", l.Where) || !s.has(l.Said) {
			continue
		}
		if s.view != "" {
			depth := slices.IndexFunc(w.Slack.Views(who), func(v slackfake.View) bool { return v.ID == s.view })
			if depth < 0 {
				continue // it was replaced or closed
			}
			w.leave(who, depth+1)
		} else {
			w.leave(who, 0)
		}
		if err := w.Slack.Click(who, s.place, l.Said); !errors.Is(err, slackfake.NotThere) {
			return err
		}
	}
	w.T.Fatalf("%s sees no button %q any more", l.Member, l.Said)
	return nil
}

// submit fills in and sends the form that is open.
func (w *World) submit(l bottest.Line, who string) error {
	w.T.Helper()
	open := w.Slack.Views(who)
	if len(open) == 0 || len(open[len(open)-1].Fields) == 0 {
		w.T.Fatalf("no form is open for %s", l.Member)
	}
	values := map[string][]string{}
	for _, filled := range l.Filled {
		form := open[len(open)-1]
		i := slices.IndexFunc(form.Fields, func(f slackfake.Field) bool { return f.BlockID == filled.Name })
		if i < 0 {
			w.T.Fatalf("the form of %s has no field %q", l.Member, filled.Name)
		}
		if w.unable = form.Fields[i].Type == channelChooser && !strings.HasPrefix(filled.Value, "#"); w.unable {
			return nil
		}
		values[filled.Name] = w.fill(form.Fields[i], filled.Value)
	}
	return w.Slack.Submit(who, values)
}

const channelChooser = "conversations_select"

// fill is what a member writes or chooses in a field.
func (w *World) fill(f slackfake.Field, value string) []string {
	w.T.Helper()
	switch {
	case f.Type == channelChooser:
		return []string{w.channel(strings.TrimPrefix(value, "#"))}
	case len(f.Options) == 0 && value == "":
		return []string{}
	case len(f.Options) == 0:
		return []string{value}
	}
	var choices []chat.Choice
	for _, o := range f.Options {
		choices = append(choices, chat.Choice{Label: o.Label, Value: o.Value})
	}
	values, err := bottest.Choose(choices, value)
	if err != nil {
		w.T.Fatalf("field %q: %v", f.Label, err)
	}
	return append([]string{}, values...)
}
