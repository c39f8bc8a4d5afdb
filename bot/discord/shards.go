package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"

	"greenroom/bot/chat"
	"greenroom/bot/discord/gateway"
	"greenroom/store"
)

// Records in Config.DB:
//
//	session/SHARD   what resumes a shard's session of the gateway: gateway.Session

// intents is what the gateway is asked for: guilds, and messages that mention the bot or are written to it. None of it is
// privileged (events/gateway, Gateway Intents).
const intents = 1<<0 /* guilds */ | 1<<9 /* messages in guilds */ | 1<<12 /* direct messages */

func sessionRef(shard int) store.Ref { return store.Key("session", strconv.Itoa(shard)) }

// connect keeps the sessions of the gateway and hands their dispatches to take, until ctx ends. It returns when nothing of
// it runs any more; chat.Fatal when Discord refuses the app for good.
func (d *Discord) connect(ctx context.Context, client *http.Client, take func(gateway.Dispatch)) error {
	if err := d.guilds.load(ctx); err != nil {
		return err
	}
	saved, err := d.loadSessions(ctx)
	if err != nil {
		return err
	}
	g, err := gateway.New(gateway.Config{
		Token: d.cfg.Token, API: d.cfg.API, HTTP: client, Intents: intents, Log: d.cfg.Log, Now: d.cfg.Now, Dial: d.cfg.Dial,
		Saved: saved, Save: d.saveSession, Trouble: d.health.set,
	})
	if err != nil {
		return err
	}
	err = g.Run(ctx, take)
	var closed *gateway.Closed
	if errors.As(err, &closed) {
		return &chat.Fatal{Err: err}
	}
	return err
}

// loadSessions reads what is kept of all shards. What cannot be read is left out: that shard begins anew.
func (d *Discord) loadSessions(ctx context.Context) ([]gateway.Session, error) {
	found, err := store.NewReader(ctx, d.cfg.DB).List(store.Prefix("session"), "", maxShards)
	if err != nil {
		return nil, fmt.Errorf("read the gateway's sessions: %w", err)
	}
	var all []gateway.Session
	for _, r := range found {
		var s gateway.Session
		if err := json.Unmarshal(r.Bytes, &s); err != nil {
			d.cfg.Log.Warn("discord: a session of the gateway cannot be read, a new one is begun", slog.String("record", string(r.Ref)))
			continue
		}
		all = append(all, s)
	}
	return all, nil
}

// maxShards is beyond what one process can hold.
const maxShards = 10_000

// saveSession keeps a shard's session in place of the older one.
func (d *Discord) saveSession(ctx context.Context, s gateway.Session) error {
	b, err := json.Marshal(s)
	if err != nil {
		panic("unreachable: a session has only texts and numbers: " + err.Error())
	}
	return store.Update(ctx, d.cfg.DB, func(draft *store.Draft) error {
		draft.Put(sessionRef(s.Shard), b)
		return nil
	})
}
