package discord

import (
	"context"
	"net/http"
	"strings"

	"greenroom/bot/chat"
	"greenroom/bot/discord/rest"
	"greenroom/bot/page"
)

const (
	// archiveAfter is after how many minutes without a message a thread goes to the archive; the next message takes it out again.
	// A guild has so many open threads only, so it is a day: between the posts and follow-ups of one question.
	archiveAfter  = 1440
	maxThreadName = 100 // characters of a thread's name
	plainTitle    = "Question"
)

// standing is what is read of a message that stands in Discord.
type standing struct {
	ID      string `json:"id"`
	Content string `json:"content"`
	Thread  *struct {
		ID string `json:"id"`
	} `json:"thread"` // that was started from it
}

// threadUnder is the thread of a message: its channel for what is sent there. It is opened where there is none; its id is the message's.
// m is what is to be written in it, by which it is called where the message cannot be read.
func (d *Discord) threadUnder(ctx context.Context, channel, message string, m chat.Message) (string, error) {
	if channel == message { // a post in a forum is its thread
		return channel, nil
	}
	if _, ok := d.out.threads.get(message); ok {
		return message, nil
	}
	var there standing
	err := d.get(ctx, "channels/"+channel+"/messages/"+message, &there)
	name := title(m)
	switch {
	case rest.Is(err, unknownMessage): // its thread may be there all the same
		return message, nil
	case rest.Is(err, missingAccess, missingRights):
	case err != nil:
		return "", notSent(d, err)
	case there.Thread != nil:
		d.out.threads.set(message, true)
		return message, nil
	default:
		name = titleIn(there.Content, name)
	}
	return d.openThread(ctx, channel, message, name)
}

// openThread opens the thread of a message. Opening it again says that it is there.
func (d *Discord) openThread(ctx context.Context, channel, message, name string) (string, error) {
	open := func(name string) error {
		return d.insist(ctx, func() rest.Request {
			return rest.Request{Method: http.MethodPost, Path: "channels/" + channel + "/messages/" + message + "/threads",
				Body: threadBody{Name: name, Archive: archiveAfter}}
		}, nil)
	}
	err := open(name)
	if rest.Is(err, titleFiltered) {
		err = open(plainTitle)
	}
	if err != nil && !rest.Is(err, threadThere) {
		return "", notSent(d, err)
	}
	d.out.threads.set(message, true)
	return message, nil
}

type threadBody struct {
	Name    string `json:"name"`
	Archive int    `json:"auto_archive_duration"`
}

// notSent is the error of what comes before a message: where nobody knows what became of that, the message was not sent.
func notSent(d *Discord, err error) error {
	if doubtful(err) {
		return d.wait(afterFailure)
	}
	return err
}

// unarchive takes a thread out of the archive. One that is locked stays.
func (d *Discord) unarchive(ctx context.Context, thread string) error {
	return d.insist(ctx, func() rest.Request {
		return rest.Request{Method: http.MethodPatch, Path: "channels/" + thread, Body: map[string]bool{"archived": false}}
	}, nil)
}

// title is what a thread about a message is called: its question's first line, else its own.
func title(m chat.Message) string {
	rows := page.Rows(m.Blocks)
	for _, row := range rows {
		if row.Level > 0 {
			return clipTitle(page.Plain([]page.Row{row}, verbatim))
		}
	}
	return clipTitle(page.Plain(rows, verbatim))
}

// titleIn is the same for a message as it stands in Discord; otherwise where it says nothing.
func titleIn(content, otherwise string) string {
	first := ""
	for line := range strings.Lines(content) {
		switch text := unmarked(line); {
		case page.Blank(text):
		case strings.HasPrefix(line, "#"):
			return clipTitle(text)
		case first == "":
			first = text
		}
	}
	if first == "" {
		return otherwise
	}
	return clipTitle(first)
}

// unmarked is a line without Discord's marks: the names of threads have none.
func unmarked(line string) string {
	var out strings.Builder
	line = strings.TrimLeft(line, "#>- ")
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && i+1 < len(line):
			i++
			out.WriteByte(line[i])
		case strings.IndexByte("*_`~|", c) < 0:
			out.WriteByte(c)
		}
	}
	return strings.ReplaceAll(out.String(), zeroWidth, "")
}

func clipTitle(s string) string {
	for line := range strings.Lines(s) {
		if !page.Blank(line) {
			return page.Clip(strings.TrimSpace(page.Inert(line)), maxThreadName)
		}
	}
	return plainTitle
}
