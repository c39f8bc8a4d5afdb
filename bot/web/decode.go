package web

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"greenroom/bot/chat"
)

// Limits of what a page may post.
const (
	maxBody = 256 << 10 // bytes of a request: five fields of chat.MaxAnswer characters fit many times
	maxText = 4000      // characters of a chat message
)

// command is what stands after a slash; Line is what the bot reads of it.
type command struct{ Name, Line, Help string }

// commands are those of the playground: /greenroom with its verbs, and the aliases.
var commands = []command{
	{"greenroom", "", "Everything: set-up, schedules, settings, help"},
	{"question", "question", "A question on demand, by topic"},
	{"leaderboard", "leaderboard", "The board of this week"},
}

// sender is what the server knows of who posts; nothing of it comes from the form.
type sender struct {
	Member   chat.Member
	Channels []chat.Channel
	Now      time.Time
}

// origin is where something was done on the page, and where its answer is shown.
type origin struct {
	Room    chat.Room
	Channel chat.Channel   // empty in a direct conversation
	Thread  chat.MessageID // empty outside threads
	Message chat.MessageID // whose button was clicked, or whose form was filled in
}

// posted is what a form of the page means.
type posted struct {
	Event  chat.Event // Kind is empty when it is nothing to the bot
	Origin origin
	Show   string // what the member said in the room, for all there
	Token  string // names the click or submission; the same on a repeat
}

// decode reads a posted form. Its errors are sentences for the member, except errPage: the page itself is broken or old.
func decode(v url.Values, from sender) (posted, error) {
	at, token, err := decodeToken(v.Get("token"), from.Now)
	if err != nil {
		return posted{}, err
	}
	where, err := decodeOrigin(v, from)
	if err != nil {
		return posted{}, err
	}
	p := posted{Origin: where, Token: token}
	p.Event = chat.Event{
		ID:        chat.EventID{At: at, Name: "web:" + string(from.Member) + ":" + token},
		Workspace: Workspace, Room: where.Room, Channel: where.Channel,
		Member: from.Member, Manager: true, At: from.Now, Zone: decodeZone(v.Get("zone")),
	}
	switch kind := chat.Kind(v.Get("kind")); kind {
	case chat.Line:
		err = p.line(v.Get("text"))
	case chat.Complete:
		p.complete(cleanText(v.Get("text")))
	case chat.Home:
		p.Event.Kind, p.Event.ID = chat.Home, chat.EventID{}
	case chat.Click, chat.Submit:
		p.Event.Kind = kind
		if p.Event.Value, err = chat.ParseValue(v.Get("value")); err != nil {
			return posted{}, fmt.Errorf("%w: %v", errPage, err)
		}
		if kind == chat.Submit {
			p.Event.Fields, err = decodeFields(v)
		}
	default:
		err = fmt.Errorf("%w: kind %q", errPage, kind)
	}
	if err != nil {
		return posted{}, err
	}
	return p, nil
}

// errPage is the error of a request that our own page does not make.
var errPage = errors.New("this page is out of date: reload it and try again")

// tokenAge is how far a token's time may lie from the server's: pages take theirs from the server.
const tokenAge = 48 * time.Hour

// decodeToken reads "<milliseconds since 1970>-<letters and digits>", which a page makes for each click.
func decodeToken(s string, now time.Time) (at time.Time, token string, err error) {
	ms, random, ok := strings.Cut(s, "-")
	n, numErr := strconv.ParseInt(ms, 10, 64)
	if !ok || numErr != nil || len(random) < 8 || len(random) > 40 || strings.ContainsFunc(random, notAlphanumeric) {
		return time.Time{}, "", fmt.Errorf("%w: token %.60q", errPage, s)
	}
	at = time.UnixMilli(n).UTC()
	if d := now.Sub(at); d > tokenAge || d < -tokenAge {
		return time.Time{}, "", fmt.Errorf("%w: token of %s", errPage, at.Format(time.RFC3339))
	}
	return at, s, nil
}

func notAlphanumeric(r rune) bool {
	return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}

func decodeOrigin(v url.Values, from sender) (origin, error) {
	o := origin{Thread: chat.MessageID(v.Get("thread")), Message: chat.MessageID(v.Get("message"))}
	if name, ok := strings.CutPrefix(v.Get("room"), "c:"); ok {
		o.Channel = chat.Channel(name)
		o.Room = chat.ChannelRoom(o.Channel)
		if !slices.Contains(from.Channels, o.Channel) {
			return origin{}, fmt.Errorf("%w: channel %.60q", errPage, name)
		}
		return o, nil
	}
	o.Room, o.Thread = chat.DirectRoom(from.Member), ""
	if v.Get("room") != string(o.Room) {
		return origin{}, fmt.Errorf("%w: room %.60q", errPage, v.Get("room"))
	}
	return o, nil
}

// decodeZone takes a browser's word for its time zone, as far as it can be one.
func decodeZone(s string) string {
	if len(s) > 64 || s == "Local" {
		return ""
	}
	if _, err := time.LoadLocation(s); err != nil {
		return ""
	}
	return s
}

// line reads what was written in a composer: a slash command, words to the bot, or words for the others in the channel,
// which the bot never reads.
func (p *posted) line(text string) error {
	text = cleanText(text)
	switch n := utf8.RuneCountInString(text); {
	case strings.TrimSpace(text) == "":
		return errors.New("write something first")
	case n > maxText:
		return fmt.Errorf("a message has at most %d characters; this one has %d", maxText, n)
	}
	trimmed := strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(trimmed, "/"); ok {
		line, err := slash(rest)
		if err != nil {
			return err
		}
		p.Event.Kind, p.Event.Text = chat.Line, line
		return nil
	}
	p.Show = strings.Trim(text, "\n")
	if words, ok := mention(trimmed); ok {
		p.Event.Kind, p.Event.Typed, p.Event.Text = chat.Line, true, words
	} else if p.Origin.Channel == "" {
		p.Event.Kind, p.Event.Typed, p.Event.Text = chat.Line, true, trimmed
	}
	return nil
}

// slash reads a command without its slash into the line that the bot reads.
func slash(s string) (string, error) {
	name, rest := s, ""
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		name, rest = s[:i], strings.TrimSpace(s[i:])
	}
	for _, c := range commands {
		if strings.EqualFold(name, c.Name) {
			return strings.TrimSpace(c.Line + " " + rest), nil
		}
	}
	return "", fmt.Errorf("there is no command /%.30s here: try /greenroom help", name)
}

// mention reads words that begin with the bot's name.
func mention(s string) (words string, ok bool) {
	const name = "@greenroom"
	if len(s) < len(name) || !strings.EqualFold(s[:len(name)], name) {
		return "", false
	}
	rest := s[len(name):]
	if r, _ := utf8.DecodeRuneInString(rest); rest != "" && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
		return "", false
	}
	return strings.TrimSpace(strings.TrimLeft(rest, ":, ")), true
}

// complete reads a slash command that is being typed, up to the cursor. The name itself is completed by the page.
func (p *posted) complete(text string) {
	p.Event.ID = chat.EventID{}
	rest, ok := strings.CutPrefix(text, "/")
	if !ok || len(text) > maxText {
		return
	}
	name, words, spaced := strings.Cut(rest, " ")
	if !spaced {
		return
	}
	for _, c := range commands {
		if strings.EqualFold(name, c.Name) {
			p.Event.Kind = chat.Complete
			p.Event.Text = strings.TrimLeft(c.Line+" "+words, " ")
			p.Event.Focus = words[strings.LastIndexByte(words, ' ')+1:]
		}
	}
}

// fieldPrefix parts the fields of the bot's form from those of the page.
const fieldPrefix = "f."

// decodeFields reads a form's fields. Browsers send line ends as CRLF; here they are \n.
func decodeFields(v url.Values) (map[string][]string, error) {
	fields := map[string][]string{}
	for name, values := range v {
		name, ok := strings.CutPrefix(name, fieldPrefix)
		if !ok {
			continue
		}
		if len(fields) == chat.MaxFields || len(values) > chat.MaxChoices {
			return nil, fmt.Errorf("%w: too many fields", errPage)
		}
		for _, value := range values {
			fields[name] = append(fields[name], cleanText(value))
		}
	}
	return fields, nil
}

// tooLong tells which fields of a submission hold more than any field takes, with a sentence for each.
func tooLong(fields map[string][]string) map[string]string {
	errs := map[string]string{}
	for name, values := range fields {
		for _, value := range values {
			if n := utf8.RuneCountInString(value); n > chat.MaxAnswer {
				errs[name] = fmt.Sprintf("At most %d characters fit; this has %d. Your text is kept: shorten it and send again.", chat.MaxAnswer, n)
			}
		}
	}
	return errs
}

// cleanText makes valid text with \n as its line end and without control characters.
func cleanText(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
}
