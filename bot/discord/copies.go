package discord

import (
	"context"

	"github.com/bwmarrin/discordgo"

	"greenroom/bot/discord/rest"
)

// removeCopy deletes the second copy of a post, with its further pages. Its thread goes too, where nobody else has written in it and
// Greenroom may close threads.
func (d *Discord) removeCopy(ctx context.Context, channel, message string) error {
	alone, err := d.removePages(ctx, message)
	if err != nil {
		return err
	}
	if err := d.erase(ctx, "channels/"+channel+"/messages/"+message); err != nil {
		return err
	}
	d.out.threads.forget(message)
	if !alone {
		return nil
	}
	if err := d.erase(ctx, "channels/"+message); !rest.Is(err, missingRights, missingAccess) {
		return err
	}
	return nil
}

// removePages deletes what Greenroom has written in the thread of a message, and tells whether nobody else has. A thread that is not there,
// or cannot be read, has nothing of it.
func (d *Discord) removePages(ctx context.Context, thread string) (alone bool, err error) {
	var all []struct {
		written
		Type discordgo.MessageType `json:"type"`
	}
	err = d.get(ctx, "channels/"+thread+"/messages?limit=100", &all)
	switch {
	case rest.Is(err, unknownChannel, missingAccess, missingRights):
		return false, nil
	case err != nil:
		return false, err
	}
	self := d.self.Load()
	alone = len(all) > 0 && len(all) < foundAPage
	for _, m := range all {
		switch {
		case m.Type == discordgo.MessageTypeThreadStarterMessage || m.ID == thread:
		case self == nil || m.Author.ID != *self:
			alone = false
		default:
			if err := d.erase(ctx, "channels/"+thread+"/messages/"+m.ID); err != nil {
				return false, err
			}
		}
	}
	return alone, nil
}
