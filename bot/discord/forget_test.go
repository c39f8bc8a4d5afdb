package discord

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"greenroom/bot/chat"
	"greenroom/bot/discord/discordfake"
)

// kept are the records that name something.
func (w *world) kept(what string) (refs []string) {
	w.Helper()
	records, err := w.db.List(context.Background(), "", "", 10_000)
	w.must(err)
	for _, r := range records {
		if strings.Contains(string(r.Ref)+string(r.Bytes), what) {
			refs = append(refs, fmt.Sprintf("%s: %.200s", r.Ref, r.Bytes))
		}
	}
	return refs
}

// fill has the adapter keep all that it keeps of a guild: posts of several pages, pages that are turned, edits for later, direct messages.
func (w *world) fill(in chat.Workspace, channel string) {
	w.Helper()
	ctx := context.Background()
	send := func(a chat.Action, target chat.MessageID) chat.MessageID {
		w.Helper()
		id, err := w.discord.Send(ctx, a, target)
		w.must(err)
		return id
	}
	text := []chat.Block{chat.Text(long(3))}
	post := chat.Action{Key: chat.Key(in + "/p"), Do: chat.Post, Workspace: in, Channel: chat.Channel(channel), Message: chat.Message{Blocks: text}}
	direct := chat.Action{Key: chat.Key(in + "/d"), Do: chat.Direct, Workspace: in, Member: sam, Message: chat.Message{Blocks: text}}
	posted, said := send(post, ""), send(direct, "")
	time.Sleep(2 * time.Hour)
	w.fake.Next(2, "PATCH", "30046")
	for a, target := range map[*chat.Action]chat.MessageID{&post: posted, &direct: said} {
		e := *a
		e.Do, e.Target, e.Key = chat.Edit, a.Key, chat.EditKey(a.Key)
		e.Message.Blocks = []chat.Block{chat.Text("Edited.")}
		send(e, target)
	}
	w.bot.will(func(context.Context, chat.Event) (chat.Reply, error) {
		return chat.Reply{Message: &chat.Message{Blocks: text}}, nil
	})
	w.must(w.fake.Command(sam, discordfake.Place{Channel: channel}, "greenroom"))
	w.quiet()
}

// Nothing of a member is left who has erased what is kept about them: no page, no direct message that is to be edited later.
func TestForgetAll(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		w.fill(guild, prep)
		if n := len(w.kept(sam)); n < 4 {
			t.Fatalf("kept is %q", w.kept(sam))
		}
		w.bot.will(func(context.Context, chat.Event) (chat.Reply, error) {
			r := says("Erased.")
			r.Forget = true
			return r, nil
		})
		w.must(w.fake.Command(sam, inPrep, "greenroom"))
		w.want("kept of the member", w.kept(sam), []string{})
	})
}

// Thirty days after a guild has removed Greenroom nothing of it is left in the store, and all of another guild is.
func TestForgetAllOfAGuild(t *testing.T) {
	inWorld(t, byGateway, func(w *world) {
		g := w.green()
		w.quiet()
		w.fill(Guild(greenID), inGreen)
		w.fill(guild, prep)
		if n := len(w.kept(greenID)); n < 5 {
			t.Fatalf("kept is %q", w.kept(greenID))
		}
		g.Kick()
		w.quiet()
		w.pass(31)
		w.quiet()
		w.want("kept of the guild", w.kept(greenID), []string{})
		w.want("kept of its channel", w.kept(inGreen), []string{})
		if n := len(w.kept(hillID)); n < 3 {
			t.Errorf("kept of the other guild: %q", w.kept(hillID))
		}
		w.pass(31)
		w.want("kept of the guild", w.kept(greenID), []string{})
	})
}
