package discordworld

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"greenroom/bot/bottest"
	"greenroom/bot/chat"
	"greenroom/bot/discord/discordfake"
)

var naming = regexp.MustCompile(`^(?:<@&?[a-z]+>|#[a-z]+)$`)

// text is a text of a script as Discord's client sends it: whom and what it names is chosen from a list.
func (w *World) text(text string) string {
	var words []string
	for word := range strings.SplitSeq(text, " ") {
		name := strings.Trim(word, "<@&#>")
		switch {
		case !naming.MatchString(word):
		case strings.HasPrefix(word, "<@&"):
			word = "<@&" + w.role(name) + ">"
		case strings.HasPrefix(word, "<@"):
			word = "<@" + w.Member(name) + ">"
		default:
			word = "<#" + w.channel(name) + ">"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// tooLate is more than Discord waits for the response to an interaction.
const tooLate = 5 * time.Second

// Do carries out a line. What is shown has the script's names.
func (w *World) Do(l bottest.Line) []bottest.Shown {
	w.T.Helper()
	return bottest.Named(w.do(l), w.named)
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
		saw = w.Fake.DeleteMessage(w.message(l.Channel, l.N))
	case "joined": // the bot is in the guild, not in channels: nobody does that, and no hello is the first message
		w.numbers.Post(w.channel(l.Channel), "")
	case "left": // all that the bot hears of it; the channel stays, because scripts go on with it
		id := w.channel(l.Channel)
		w.Fake.Dispatch(guild, "CHANNEL_DELETE", map[string]any{"id": id, "guild_id": guild, "name": l.Channel, "type": discordfake.TextChannel})
	case "gone":
		w.Guild.Kick()
	case "back":
		w.Guild.Install()
	case "refuse":
		w.refuse(l.Place, l.Reason)
	case "accept":
		w.refuse(l.Place, "")
	case "manager", "plain":
		w.Member(l.Member)
		p := w.people[l.Member]
		p.ManageGuild = l.Verb == "manager"
		w.person(l.Member, p)
	case "zone": // Discord tells nobody's
	case "role", "norole":
		w.Member(l.Member)
		w.role(l.Role)
		p := w.people[l.Member]
		p.Roles = slices.DeleteFunc(slices.Clone(p.Roles), func(r string) bool { return r == l.Role })
		if l.Verb == "role" {
			p.Roles = append(p.Roles, l.Role)
		}
		w.person(l.Member, p)
	case "late":
		w.late = true
		w.Fake.Hold(tooLate)
	case "again":
		w.again()
	case "twice":
		l.Member, l.Verb = w.last.member, w.last.verb
		saw = w.last.again()
	default:
		saw = w.act(l)
	}
	if w.late && saw != nil { // so Discord says it
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

// pacedFor is how long Discord's limits may keep an answer back.
const pacedFor = 3 * time.Second

// again has Discord deliver once more what it has delivered last. Over HTTP somebody else does, who has listened.
func (w *World) again() {
	w.T.Helper()
	switch {
	case w.typed:
		w.Fake.Redeliver("MESSAGE_CREATE")
	case w.over == OverHTTP:
		if _, err := w.Fake.Attack(context.Background(), discordfake.Replayed); err != nil {
			w.T.Fatal(err)
		}
	default:
		w.Fake.Redeliver("INTERACTION_CREATE")
	}
}

// codes are what Discord says to who may not post, where it is no right that is missing: no channel is archived, and what we draw fits.
var codes = map[chat.Reason]discordfake.Fault{
	chat.ReasonArchived: "50083",
	chat.ReasonTooLong:  "50035",
}

// refuse makes Discord refuse what is written to a place, for a reason; an empty one ends that.
func (w *World) refuse(place string, reason chat.Reason) {
	w.T.Helper()
	if name, ok := strings.CutPrefix(place, "@"); ok {
		w.Fake.CloseDMs(w.Member(name), reason != "")
		return
	}
	if place == "thread" {
		for _, id := range w.channels {
			w.Guild.SetOverwrites(id, w.denied(discordfake.CreatePublicThreads|discordfake.SendMessagesInThreads))
		}
		return
	}
	id := w.channel(strings.TrimPrefix(place, "#"))
	w.Fake.Relent()
	w.restricted[place] = reason != "" && reason != chat.ReasonGone
	switch {
	case reason == "":
		w.Guild.SetOverwrites(id)
	case reason == chat.ReasonForbidden:
		w.Guild.SetOverwrites(id, w.denied(discordfake.SendMessages))
	case reason == chat.ReasonGone:
		w.Guild.SetOverwrites(id, w.denied(discordfake.ViewChannel))
	case codes[reason] != "":
		w.Fake.Next(1000, "POST channels/"+id+"/messages", codes[reason])
	default:
		w.T.Fatalf("Discord has no condition for the reason %q", reason)
	}
}

func (w *World) denied(rights discordfake.Permission) discordfake.Overwrite {
	return discordfake.Overwrite{Member: w.Fake.AppID(), Deny: rights}
}

// command is what is registered.
const command, option = "greenroom", "do"

// act carries out what a member does, and says what Discord tells them instead of what they wanted.
func (w *World) act(l bottest.Line) error {
	w.T.Helper()
	who := w.Member(l.Member)
	if l.Verb != "sends" {
		_ = w.Fake.CloseForm(who) // whoever turns to something else has to, if one is open
	}
	do := func(do func() error) error {
		w.typed, w.last = l.Verb == "writes" || l.Verb == "mentions", deed{l.Member, l.Verb, do}
		return do()
	}
	at := discordfake.Place{Channel: w.channel(l.Channel)}
	said := w.text(l.Said)
	switch l.Verb {
	case "says":
		return do(func() error { return w.Fake.Command(who, at, command, line(said)...) })
	case "writes":
		w.used(l.Member)
		return do(func() error {
			_, err := w.Fake.DM(who, said)
			return err
		})
	case "mentions":
		return do(func() error {
			_, err := w.Fake.Mention(who, at, said)
			return err
		})
	case "opens": // the bot has no page of its own: in its direct messages, the command without words shows what would stand on it
		w.used(l.Member)
		return do(func() error { return w.Fake.Command(who, discordfake.Place{}, command) })
	case "types":
		return do(func() error {
			_, err := w.Fake.Type(who, at, command, discordfake.Option{Name: option, Value: l.Said})
			return err
		})
	case "clicks":
		return w.click(l, who, do)
	}
	return w.submit(l, who, do)
}

// used has somebody use the bot in the guild, if they have not, without anything to show for it: a direct message is about the guild in
// which its writer last did something, or about none.
func (w *World) used(member string) {
	w.T.Helper()
	if w.there[member] {
		return
	}
	at := discordfake.Place{Channel: w.channel("team")}
	if _, err := w.Fake.Type(w.Member(member), at, command, discordfake.Option{Name: option, Value: "help"}); err != nil {
		w.T.Fatal(err)
	}
	w.there[member] = true
}

// line is a line as an option of the command.
func line(words string) []discordfake.Option {
	if words == "" {
		return nil
	}
	return []discordfake.Option{{Name: option, Value: words}}
}

// click presses the newest button of a label that the member can still see.
func (w *World) click(l bottest.Line, who string, do func(func() error) error) error {
	w.T.Helper()
	for _, s := range slices.Backward(w.stands) {
		if s.to != "" && s.to != l.Member || !bottest.Stands(s.where, s.to != "", l.Where) || !s.has(l.Said) {
			continue
		}
		err := do(func() error { return w.Fake.Click(who, s.place, l.Said) })
		w.last.again = func() error { return w.Fake.Forge(who, s.place, s.id(l.Said)) } // it may be another one by then, but not yet on the screen
		if !errors.Is(err, discordfake.NotThere) {
			return err
		}
	}
	w.T.Fatalf("%s sees no button %q any more", l.Member, l.Said)
	return nil
}

// submit fills in and sends the form that is open. Where Discord has closed it because something was wrong, it is opened again first.
func (w *World) submit(l bottest.Line, who string, do func(func() error) error) error {
	w.T.Helper()
	form, open := w.Fake.Form(who)
	if again, wrong := w.reopen[l.Member]; !open && wrong {
		delete(w.reopen, l.Member)
		if err := w.Fake.Click(who, again.place, again.buttons[0].Label); err != nil {
			return err
		}
		form, open = w.Fake.Form(who)
	}
	if !open {
		w.T.Fatalf("no form is open for %s", l.Member)
	}
	values := map[string][]string{}
	for _, filled := range l.Filled {
		i := slices.IndexFunc(form.Fields, func(f discordfake.Field) bool { return f.ID == filled.Name })
		if i < 0 {
			w.T.Fatalf("the form of %s has no field %q", l.Member, filled.Name)
		}
		if w.unable = form.Fields[i].Type == channelChooser && !strings.HasPrefix(filled.Value, "#"); w.unable {
			return nil
		}
		values[filled.Name] = w.fill(form.Fields[i], filled.Value)
	}
	err := do(func() error { return w.Fake.Submit(who, values) })
	w.last.again = func() error { return w.Fake.Resubmit(who) }
	return err
}

const channelChooser = 8 // the type of a component

// fill is what a member writes or chooses in a field.
func (w *World) fill(f discordfake.Field, value string) []string {
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
		choices = append(choices, chat.Choice{Label: o.Name, Value: o.Value})
	}
	values, err := bottest.Choose(choices, value)
	if err != nil {
		w.T.Fatalf("field %q: %v", f.Label, err)
	}
	return append([]string{}, values...)
}
