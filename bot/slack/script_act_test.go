package slack_test

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

func memberID(name string) string  { return "U0" + strings.ToUpper(name) }
func channelID(name string) string { return "C0" + strings.ToUpper(name) }

// member is the id of a person of the script, who is in the workspace from the first time that they are named.
func (w *world) member(name string) string {
	if _, known := w.people[name]; !known {
		w.person(slackfake.Person{ID: memberID(name), Name: name, TZ: "UTC", Admin: true})
		for c := range w.channels {
			w.slack.Join(channelID(c), memberID(name))
		}
	}
	return memberID(name)
}

func (w *world) person(p slackfake.Person) {
	w.people[p.Name] = p
	w.slack.AddPerson(p)
}

// channel is the id of a channel of the script, with everybody in it.
func (w *world) channel(name string) string {
	id := channelID(name)
	if w.channels[name] {
		return id
	}
	w.channels[name] = true
	w.slack.AddChannel(id, name, false)
	for _, p := range w.people {
		w.slack.Join(id, p.ID)
	}
	w.invited(id)
	return id
}

var (
	mention = regexp.MustCompile(`^<@([a-z]+)>$`)
	hash    = regexp.MustCompile(`^#([a-z]+)$`)
)

// typed is a text of a script as a person types it into Slack; whom and what it names is there.
func (w *world) typed(text string) string {
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

// Do carries out a line.
func (w *world) Do(l bottest.Line) []bottest.Shown {
	w.t.Helper()
	var saw error
	w.unable = false
	if !quietVerbs[l.Verb] {
		w.events.Add(1)
	}
	switch l.Verb {
	case "clock", "wait":
		w.pass(l.At)
	case "down":
		w.down()
	case "up":
		if w.stop == nil {
			w.up()
		}
	case "removed":
		w.slack.DeleteMessage(channelID(l.Channel), w.message(l.Channel, l.N))
	case "joined":
		if l.Member == "" {
			l.Member = "admin"
		}
		saw = w.slack.Invite(w.channel(l.Channel), w.member(l.Member))
	case "left":
		saw = w.left(l)
	case "gone":
		saw = w.slack.Uninstall()
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
		_ = w.slack.Redeliver() // whoever did it hears nothing of it
	case "twice":
		l.Member, l.Verb = w.last.Member, w.last.Verb
		saw = w.slack.Repeat()
	default:
		saw = w.act(l)
	}
	if w.late && errors.Is(saw, slackfake.TroubleConnecting) { // so Slack says it
		w.late, saw = false, nil
	}
	w.rest()
	shown := w.shown(l, saw)
	for begun := time.Now(); len(shown) == 0 && l.Member != "" && !quietVerbs[l.Verb] && time.Since(begun) < pacedFor; shown = w.shown(l, nil) {
		time.Sleep(100 * time.Millisecond)
		w.rest()
	}
	return shown
}

// quietVerbs are those that make no event.
var quietVerbs = map[string]bool{
	"clock": true, "wait": true, "down": true, "up": true, "refuse": true, "accept": true, "manager": true, "plain": true,
	"zone": true, "late": true, "again": true, "removed": true,
}

// left is the bot being taken out of a channel, or losing it. Of what happens to a channel only its members hear.
func (w *world) left(l bottest.Line) error {
	w.t.Helper()
	channel, admin := w.channel(l.Channel), w.member("admin")
	if l.Reason != chat.ReasonArchived {
		return w.slack.Kick(channel, admin)
	}
	if err := w.slack.Invite(channel, admin); err != nil {
		return err
	}
	w.settle()
	return w.slack.ArchiveChannel(channel, admin)
}

// refusals are what Slack says to who may not post; see refuse for the other reasons.
var refusals = map[chat.Reason]string{
	chat.ReasonForbidden: "restricted_action",
	chat.ReasonGone:      "not_in_channel",
	chat.ReasonTooLong:   "msg_too_long",
}

// refuse makes Slack refuse what is written to a place, for a reason.
func (w *world) refuse(place string, reason chat.Reason) {
	w.t.Helper()
	if name, ok := strings.CutPrefix(place, "@"); ok {
		w.member(name)
		p := w.people[name]
		p.Closed = reason != ""
		w.person(p)
		return
	}
	if place == "thread" { // a deleted parent could not be edited either; in a channel without threads everything else goes on
		for name := range w.channels {
			w.slack.Restrict(channelID(name), "restricted_action_non_threadable_channel")
		}
		return
	}
	id := w.channel(strings.TrimPrefix(place, "#"))
	code, ok := refusals[reason]
	var err error
	switch {
	case reason == "":
		w.slack.UnarchiveChannel(id)
		w.slack.Restrict(id, "")
		w.invited(id)
	case reason == chat.ReasonArchived: // the bot hears nothing of it
		err = w.slack.ArchiveChannel(id, w.member("admin"))
	case reason == chat.ReasonGone && !w.hears(): // nor of that
		err = w.slack.Kick(id, w.member("admin"))
	case ok:
		w.slack.Restrict(id, code)
	default:
		w.t.Fatalf("Slack has no condition for the reason %q", reason)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.restricted[place] = code != ""
}

// act carries out what a member does, and says what Slack tells them instead of what they wanted.
func (w *world) act(l bottest.Line) error {
	w.t.Helper()
	who := w.member(l.Member)
	w.last = l
	switch l.Verb {
	case "says":
		w.leave(who, 0)
		return w.slack.Command(who, w.channel(l.Channel), "/greenroom", w.typed(l.Said))
	case "writes":
		w.leave(who, 0)
		return w.slack.DM(who, w.typed(l.Said))
	case "mentions":
		w.leave(who, 0)
		return w.slack.Mention(who, w.channel(l.Channel), w.typed(l.Said))
	case "opens":
		w.leave(who, 0)
		return w.slack.OpenHome(who)
	case "clicks":
		return w.click(l, who)
	case "sends":
		return w.submit(l, who)
	}
	return nil // types: Slack has no completion of commands
}

// leave closes a person's modals but the lowest n: whoever turns to something else has to.
func (w *world) leave(who string, n int) {
	w.t.Helper()
	for open := w.slack.Views(who); len(open) > n; open = w.slack.Views(who) {
		if err := w.slack.CloseView(who); err != nil {
			w.t.Fatal(err)
		}
	}
}

// click presses the newest button of a label that the member can still see.
func (w *world) click(l bottest.Line, who string) error {
	w.t.Helper()
	for _, s := range slices.Backward(w.stands) {
		if s.to != "" && s.to != l.Member || !bottest.Stands(s.where, s.to != "", l.Where) || !s.has(l.Said) {
			continue
		}
		if s.view != "" {
			depth := slices.IndexFunc(w.slack.Views(who), func(v slackfake.View) bool { return v.ID == s.view })
			if depth < 0 {
				continue // it was replaced or closed
			}
			w.leave(who, depth+1)
		} else {
			w.leave(who, 0)
		}
		if err := w.slack.Click(who, s.place, l.Said); !errors.Is(err, slackfake.NotThere) {
			return err
		}
	}
	w.t.Fatalf("%s sees no button %q any more", l.Member, l.Said)
	return nil
}

// submit fills in and sends the form that is open.
func (w *world) submit(l bottest.Line, who string) error {
	w.t.Helper()
	open := w.slack.Views(who)
	if len(open) == 0 || len(open[len(open)-1].Fields) == 0 {
		w.t.Fatalf("no form is open for %s", l.Member)
	}
	values := map[string][]string{}
	for _, filled := range l.Filled {
		form := open[len(open)-1]
		i := slices.IndexFunc(form.Fields, func(f slackfake.Field) bool { return f.BlockID == filled.Name })
		if i < 0 {
			w.t.Fatalf("the form of %s has no field %q", l.Member, filled.Name)
		}
		if w.unable = form.Fields[i].Type == channelChooser && !strings.HasPrefix(filled.Value, "#"); w.unable {
			return nil
		}
		values[filled.Name] = w.fill(form.Fields[i], filled.Value)
	}
	return w.slack.Submit(who, values)
}

const channelChooser = "conversations_select"

// fill is what a member writes or chooses in a field.
func (w *world) fill(f slackfake.Field, value string) []string {
	w.t.Helper()
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
		w.t.Fatalf("field %q: %v", f.Label, err)
	}
	return append([]string{}, values...)
}
