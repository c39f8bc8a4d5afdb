package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
	"greenroom/store"
)

// What Slack answers about a token that will never work again. An invalid_auth is weaker: Slack also says it to an
// address that a workspace does not let in (docs.slack.dev, auth.test).
var (
	errorsOfGone    = []string{"account_inactive", "token_revoked"}
	errorsOfRefusal = append([]string{"invalid_auth", "not_authed", "token_expired", "not_allowed_token_type"}, errorsOfGone...)
	errorsOfRefresh = []string{"invalid_refresh_token", "token_revoked", "token_expired", "invalid_grant"}
)

// saysOne tells whether an error is one of Slack's own.
func saysOne(err error, codes []string) bool {
	var refused slack.SlackErrorResponse
	return errors.As(err, &refused) && slices.Contains(codes, refused.Err)
}

// start finds out which workspace the bot token is of, before anything else runs. chat.Fatal when Slack refuses it: it
// would the next time too. Where workspaces sign in by OAuth there is nothing to find out.
func (i *installs) start(ctx context.Context, h chat.Handler) error {
	if i.s.cfg.BotToken == "" {
		return nil
	}
	in, err := i.ask(ctx, i.s.cfg.BotToken)
	switch {
	case err == nil:
		i.know(&in)
		i.checkScopes(in)
		if err := i.startSingle(ctx, in.Team); err != nil {
			return err
		}
		i.report(ctx, i.tell(ctx, h)) // run does it again
		return nil
	case errors.Is(err, ErrOrgWide):
		return &chat.Fatal{Err: err}
	case saysOne(err, errorsOfGone):
		i.report(ctx, i.endSingle(ctx, h))
	case !saysOne(err, errorsOfRefusal):
		return err
	}
	return &chat.Fatal{Err: fmt.Errorf("%w; %s", err, installAgain)}
}

// checkScopes says in the log what Greenroom may not do in a workspace though it must: from the outside it looks broken.
func (i *installs) checkScopes(in install) {
	if in.Scopes == nil { // Slack did not say
		return
	}
	for _, s := range requiredScopes {
		if !in.can(s.Name) {
			i.s.cfg.Log.Error("slack: a scope is missing; add it on the app's page OAuth & Permissions and install the app again",
				slog.String("workspace", in.Team), slog.String("scope", s.Name), slog.String("without", s.Without))
		}
	}
}

// installAgain is what to do about a bot token that does not work any more.
const installAgain = "install the app in the workspace again, set its new bot token and start Greenroom again"

// endSingle puts the workspace to sleep that the bot token was of when it last worked, and after its time forgets it: run will not
// come to it.
func (i *installs) endSingle(ctx context.Context, h chat.Handler) error {
	last, err := store.NewReader(ctx, i.s.cfg.DB).Get(singleRef)
	if last == nil || err != nil {
		return err
	}
	release, err := i.turn(ctx, string(last))
	if err != nil {
		return err
	}
	err = i.erase(ctx, string(last))
	release()
	if err != nil {
		return err
	}
	return i.look(ctx, h)
}

// startSingle notes which workspace the bot token is of, and that Greenroom is back where it was gone.
func (i *installs) startSingle(ctx context.Context, team string) error {
	release, err := i.turn(ctx, team)
	if err != nil {
		return err
	}
	defer release()
	return store.Update(ctx, i.s.cfg.DB, func(d *store.Draft) error {
		last, err := d.Get(singleRef)
		if err != nil {
			return err
		}
		if string(last) != team {
			d.Put(singleRef, []byte(team))
		}
		b, err := d.Get(teamRef(team))
		if b == nil || err != nil {
			return err
		}
		r, err := decodeRecord(teamRef(team), b)
		if err != nil || r.Gone.IsZero() {
			return err
		}
		r.Gone, r.News, r.NewsAt = time.Time{}, chat.Back, i.s.cfg.Now()
		d.Put(teamRef(team), r.encode())
		return nil
	})
}

// run keeps tokens fresh and hands Gone and Back to h, until ctx ends. At first it asks Slack about every workspace.
// chat.Fatal when the workspace of the bot token removed Greenroom: only a new token helps.
func (i *installs) run(ctx context.Context, h chat.Handler) error {
	const everyMinute = time.Minute
	timer := time.NewTimer(everyMinute)
	defer timer.Stop()
	i.report(ctx, i.askAll(ctx))
	for {
		err := i.look(ctx, h)
		i.report(ctx, err)
		if in := i.known(); err == nil && in != nil && in.Token == "" {
			return &chat.Fatal{Err: fmt.Errorf("the workspace has removed Greenroom; %s", installAgain)}
		}
		timer.Reset(everyMinute)
		select {
		case <-ctx.Done():
			return nil
		case <-i.change:
		case <-timer.C:
		}
	}
}

func (i *installs) report(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		i.s.cfg.Log.Error("slack: something is wrong with installations", slog.Any("err", err))
	}
}

// askAll asks Slack whether every workspace that signed in is still there, as far as a minute reaches.
func (i *installs) askAll(ctx context.Context) error {
	if i.s.cfg.BotToken != "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	records, err := i.all(ctx)
	for _, r := range records {
		if r.Gone.IsZero() && ctx.Err() == nil {
			_, failed := i.goneIf(ctx, r.Team, false)
			err = errors.Join(err, failed)
		}
	}
	return err
}

// look does once what run does again and again.
func (i *installs) look(ctx context.Context, h chat.Handler) error {
	err := i.tell(ctx, h)
	records, _ := i.all(ctx) // tell has met the same error
	for _, r := range records {
		switch {
		case ctx.Err() != nil:
			return nil
		case !r.Gone.IsZero():
			if r.News == "" && i.s.cfg.Now().Sub(r.Gone) > forgetAfter {
				err = errors.Join(err, i.forget(ctx, r.Team))
			}
		case i.s.cfg.BotToken == "" && r.endsWithin(refreshBefore, i.s.cfg.Now()):
			_, failed := i.refresh(ctx, r.Team, refreshBefore)
			err = errors.Join(err, failed)
		}
	}
	return err
}

// gone is called when Slack says that a workspace removed Greenroom (app_uninstalled, tokens_revoked). Such news may be
// older than a new installation, or be about a token that was refreshed since, so Slack is asked about the present
// token. Where that is gone, the tokens are erased and run tells the bot: the caller hands nothing to it. An error means
// that it is not known: the event is not acknowledged.
func (i *installs) gone(ctx context.Context, w chat.Workspace) (bool, error) {
	return i.goneIf(ctx, team(w), true)
}

// revoked is called when a call was refused because of its token. It is gone without Slack's having said so, and without
// believing an invalid_auth.
func (i *installs) revoked(ctx context.Context, w chat.Workspace) (bool, error) {
	return i.goneIf(ctx, team(w), false)
}

func (i *installs) goneIf(ctx context.Context, team string, said bool) (bool, error) {
	release, err := i.turn(ctx, team)
	if err != nil {
		return false, err
	}
	defer release()
	alive, err := i.alive(ctx, team)
	switch {
	case alive:
		return false, nil
	case errors.Is(err, errNotInstalled):
		return true, nil
	case saysOne(err, errorsOfGone), said && saysOne(err, append(errorsOfRefusal, errorsOfRefresh...)):
		return true, i.erase(ctx, team)
	}
	return false, err
}

// alive asks Slack whether a workspace's token works, and if it does not, whether the refresh token does. The caller has
// the workspace's turn.
func (i *installs) alive(ctx context.Context, team string) (bool, error) {
	var r *record
	token := i.s.cfg.BotToken
	if token != "" {
		if in := i.known(); in == nil || in.Team != team || in.Token == "" {
			return false, errNotInstalled
		}
	} else {
		var err error
		if r, err = i.load(ctx, team); err != nil {
			return false, err
		}
		if r == nil || !r.Gone.IsZero() {
			return false, errNotInstalled
		}
		in, err := i.opened(r)
		if err != nil {
			return false, err
		}
		token = in.Token
	}
	_, err := i.s.client(token).AuthTestContext(ctx)
	if err == nil {
		return true, nil
	}
	if r != nil && r.Refresh != "" && saysOne(err, errorsOfRefusal) { // auth.revoke takes one token and leaves the installation
		if _, failed := i.renew(ctx, r); failed == nil || !saysOne(failed, errorsOfRefresh) {
			return failed == nil, failed
		}
	}
	return false, err
}

// erase forgets the tokens of a workspace and notes that the bot is to know. The caller has the workspace's turn.
func (i *installs) erase(ctx context.Context, team string) error {
	i.mu.Lock()
	if i.single != nil && i.single.Team == team {
		i.single = &install{Team: team}
	}
	delete(i.unkept, team)
	delete(i.late, team)
	i.mu.Unlock()
	now := i.s.cfg.Now()
	err := i.update(ctx, team, func(r *record) *record {
		if r != nil && !r.Gone.IsZero() {
			return r
		}
		return &record{Team: team, Gone: now, News: chat.Gone, NewsAt: now}
	})
	if err != nil {
		return fmt.Errorf("erase the tokens of workspace %s: %w", team, err)
	}
	i.s.cfg.Log.Warn("slack: a workspace has removed Greenroom", slog.String("workspace", team))
	i.wake()
	return nil
}

// forget removes what is left of a workspace that never came back. Its record goes last, so that what breaks off is done again.
func (i *installs) forget(ctx context.Context, team string) error {
	release, err := i.turn(ctx, team)
	if err != nil {
		return err
	}
	defer release()
	if r, err := i.load(ctx, team); r == nil || err != nil || r.Gone.IsZero() {
		return err
	}
	if err := i.s.forgetWorkspace(ctx, workspace(team)); err != nil {
		return err
	}
	return store.Update(ctx, i.s.cfg.DB, func(d *store.Draft) error {
		d.Delete(teamRef(team))
		last, err := d.Get(singleRef)
		if err == nil && string(last) == team { // or the next start would put it to sleep anew
			d.Delete(singleRef)
		}
		return err
	})
}

// tell hands every Gone and Back to h that it does not know yet. An event that is handed twice changes nothing.
func (i *installs) tell(ctx context.Context, h chat.Handler) error {
	records, err := i.all(ctx)
	for _, r := range records {
		if r.News == "" {
			continue
		}
		_, failed := h.Handle(ctx, chat.Event{
			ID:   chat.EventID{At: r.NewsAt, Name: "install/" + string(r.News)},
			Kind: r.News, Workspace: workspace(r.Team), At: r.NewsAt,
		})
		if failed == nil {
			failed = i.told(ctx, r)
		}
		if failed != nil {
			err = errors.Join(err, fmt.Errorf("tell the bot that workspace %s is %s: %w", r.Team, r.News, failed))
		}
	}
	return err
}

// told notes that the bot knows, unless there is newer news.
func (i *installs) told(ctx context.Context, told *record) error {
	release, err := i.turn(ctx, told.Team)
	if err != nil {
		return err
	}
	defer release()
	return i.update(ctx, told.Team, func(r *record) *record {
		if r != nil && r.News == told.News && r.NewsAt.Equal(told.NewsAt) {
			r.News, r.NewsAt = "", time.Time{}
		}
		return r
	})
}
