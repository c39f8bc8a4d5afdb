package discord

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/discord/rest"
)

// Discord's codes of errors (docs.discord.com, JSON Error Codes) that mean something to more than the log.
const (
	unknownChannel  = 10003
	unknownGuild    = 10004
	unknownMessage  = 10008
	tooManyEdits    = 30046
	tagRequired     = 40067
	missingAccess   = 50001
	notText         = 50008 // a message to what holds none: a forum holds threads
	missingRights   = 50013
	threadArchived  = 50083
	threadThere     = 160004
	threadLocked    = 160005
	threadsTooMany  = 160006
	blockedByFilter = 200000
	titleFiltered   = 200001
)

// reason is what one of Discord's errors means for a message: why it will not be sent and, where somebody has to do something about it,
// what. The words in which keepers hear of a reason are the engine's, so what is done about Gone must help: access to a channel is given as
// to a new one. A thread that takes no message is archived: what it should hold then stands in the channel.
type reason struct {
	chat.Reason
	fix string
}

var reasons = map[int]reason{
	unknownChannel: {chat.ReasonGone, ""},
	10007:          {chat.ReasonGone, ""}, // the member
	10013:          {chat.ReasonGone, ""}, // the user
	50033:          {chat.ReasonGone, ""}, // recipients
	missingAccess:  {chat.ReasonGone, "allow Greenroom to view the channel"},
	unknownGuild:   {chat.ReasonRevoked, ""},

	missingRights:   {chat.ReasonForbidden, "allow Greenroom View Channel, Send Messages, Create Public Threads, Send Messages in Threads and Read Message History there"},
	notText:         {chat.ReasonForbidden, "choose a channel that holds messages"},
	50009:           {chat.ReasonForbidden, "the server's verification level is too high for Greenroom: give it a role"},
	50024:           {chat.ReasonForbidden, "choose a text channel"},
	tagRequired:     {chat.ReasonForbidden, "the forum wants a tag of each post and has none that everybody may use: add one"},
	blockedByFilter: {chat.ReasonForbidden, "let AutoMod leave Greenroom alone"},
	240000:          {chat.ReasonForbidden, "a link in the question is one that Discord blocks"},

	threadArchived: {chat.ReasonArchived, ""},
	threadLocked:   {chat.ReasonArchived, ""},
	threadsTooMany: {chat.ReasonArchived, "the server has as many open threads as Discord allows: close some"},
	160007:         {chat.ReasonArchived, "the server has as many open threads as Discord allows: close some"}, // of announcements

	50007: {chat.ReasonDMClosed, ""},
	50278: {chat.ReasonDMClosed, ""},
	40007: {chat.ReasonDMClosed, ""}, // banned

	unknownMessage: {chat.ReasonParentGone, ""},
	50005:          {chat.ReasonParentGone, ""}, // written by another
	50021:          {chat.ReasonParentGone, ""}, // a system message

	// What these refuse was drawn by us: it is our fault.
	40005: {chat.ReasonTooLong, faultOurs},
	50006: {chat.ReasonTooLong, faultOurs},
	50035: {chat.ReasonTooLong, faultOurs},
}

const faultOurs = "please report this: Discord refuses what Greenroom has drawn"

// How long to wait where Discord does not say.
const (
	afterFailure = 5 * time.Second
	afterOutage  = 30 * time.Second
	afterUnclear = time.Minute // Discord refuses for a reason that we do not know, or that passes
)

// verdict says what the error of a request means for an action: nil; *chat.Wait (not done); *chat.Refused (never will be);
// anything else is unknown. What is one of these already stays.
func (d *Discord) verdict(ctx context.Context, a chat.Action, err error) error {
	var wait *rest.Wait
	var said *rest.Error
	switch {
	case errors.As(err, &wait):
		return &chat.Wait{Until: wait.Until}
	case !errors.As(err, &said), doubtful(err):
		return err
	case said.Status == http.StatusUnauthorized: // the bot's token: no fault of the workspace
		return d.wait(afterUnclear)
	case said.After > 0: // a limit on what was asked for
		return d.wait(said.After)
	case d.guilds.outage(guildOf(a.Workspace)):
		return d.wait(afterOutage)
	case said.Code == missingAccess, said.Code == unknownGuild:
		if wait, gone := d.removed(ctx, a.Workspace); wait != nil {
			return wait
		} else if gone {
			return &chat.Refused{Reason: chat.ReasonRevoked, Detail: detail(said, "")}
		}
	}
	why, known := reasons[said.Code]
	if !known {
		d.cfg.Log.Error("Discord refuses for a reason that Greenroom does not know; it tries again", slog.String("key", string(a.Key)), slog.Any("err", said))
		return d.wait(afterUnclear)
	}
	if why.Reason == chat.ReasonTooLong {
		d.cfg.Log.Error("Discord refuses what Greenroom has drawn; please report this", slog.String("key", string(a.Key)), slog.Any("err", said))
	}
	return &chat.Refused{Reason: forThread(a, why.Reason), Detail: detail(said, why.fix)}
}

// forThread is what a reason means for a message in a thread: if it cannot be written to, the channel may yet.
func forThread(a chat.Action, r chat.Reason) chat.Reason {
	if a.Do != chat.Thread {
		return r
	}
	switch r {
	case chat.ReasonGone:
		return chat.ReasonParentGone
	case chat.ReasonForbidden:
		return chat.ReasonArchived
	}
	return r
}

// detail is a refusal in Discord's words, and what to do about it.
func detail(e *rest.Error, fix string) string {
	if fix == "" {
		return fmt.Sprintf("%d %s", e.Code, e.Message)
	}
	return fmt.Sprintf("%d %s (%s)", e.Code, e.Message, fix)
}

// removed tells whether the bot was removed from a guild: a channel that it may not see says the same. The error is *chat.Wait.
func (d *Discord) removed(ctx context.Context, w chat.Workspace) (wait error, gone bool) {
	guild := guildOf(w)
	if guild == "" {
		return nil, false
	}
	err := d.rest.Do(ctx, rest.Request{Method: http.MethodGet, Path: "guilds/" + guild}, nil)
	switch {
	case err == nil:
		return nil, false
	case rest.Is(err, unknownGuild, missingAccess):
		return nil, true
	}
	return d.wait(afterFailure), false
}

func (d *Discord) wait(after time.Duration) *chat.Wait {
	return &chat.Wait{Until: d.cfg.Now().Add(after)}
}

// doubtful tells whether a request may have been carried out in spite of its error.
func doubtful(err error) bool {
	var said *rest.Error
	switch {
	case err == nil, errors.As(err, new(*rest.Wait)), errors.As(err, new(*chat.Wait)), errors.As(err, new(*chat.Refused)):
		return false
	case errors.As(err, &said):
		return said.Status >= http.StatusInternalServerError
	}
	return true
}
