package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/slack-go/slack"
)

// With token rotation a token ends after twelve hours and is exchanged for the next with a refresh token, which works
// once: "after a short grace period" Slack revokes it, while the token before stays valid until its end, and at most
// two are valid at a time (docs.slack.dev, Using token rotation).
//
// So a workspace has one refresher, a pair is in the store before it is used, and it is fetched long before it is
// needed: where the answer is lost, or the process dies before the pair is kept, the old token serves on, the old
// refresh token is tried again within the grace period, and after that hours are left to install Greenroom again.
const (
	refreshBefore = 4 * time.Hour   // run refreshes a token that ends within
	refreshAtLast = 2 * time.Minute // of refreshes a token that ends within, and its caller waits
	retryFirst    = time.Second     // within the grace period
	retryLongest  = 15 * time.Minute
)

// pair is what Slack gives for a refresh token.
type pair struct {
	used                  string // the sealed refresh token that was exchanged
	token, refresh, scope string
	ends                  time.Time
}

// lateness is how often in a row a refresh has failed, and when it may be tried again.
type lateness struct {
	times int
	next  time.Time
	err   error
}

func (r *record) endsWithin(d time.Duration, now time.Time) bool {
	return !r.Ends.IsZero() && !now.Before(r.Ends.Add(-d))
}

// refresh gives a workspace new tokens if the present one ends within d, whoever of many callers comes first. It returns
// the record with a token that is valid, the old one too if there is no new one; an error where neither is.
func (i *installs) refresh(ctx context.Context, team string, d time.Duration) (*record, error) {
	release, err := i.turn(ctx, team)
	if err != nil {
		return nil, err
	}
	defer release()
	r, err := i.load(ctx, team)
	switch {
	case err != nil:
		return nil, err
	case r == nil || !r.Gone.IsZero():
		return nil, errNotInstalled
	case !r.endsWithin(d, i.s.cfg.Now()):
		return r, nil
	}
	renewed, err := i.renew(ctx, r)
	if err == nil {
		return renewed, nil
	}
	if r.endsWithin(0, i.s.cfg.Now()) {
		return nil, err
	}
	if !errors.Is(err, errNotYet) {
		i.s.cfg.Log.Error("slack: a token was not refreshed; where this goes on, install Greenroom in the workspace again before it ends",
			slog.String("workspace", team), slog.Time("ends", r.Ends), slog.Any("err", err))
	}
	return r, nil
}

// errNotYet marks the error of an earlier try that is handed out again because it is too early for the next.
var errNotYet = errors.New("it is tried again later")

// renew exchanges the refresh token, unless that failed a moment ago, and keeps what comes of it. The caller has the
// workspace's turn. It goes on when ctx ends: half an exchange would lose the workspace.
func (i *installs) renew(ctx context.Context, r *record) (*record, error) {
	i.mu.Lock()
	late := i.late[r.Team]
	i.mu.Unlock()
	now := i.s.cfg.Now()
	if now.Before(late.next) {
		return nil, fmt.Errorf("%w; %w", late.err, errNotYet)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callWithin)
	defer cancel()
	var kept *record
	p, err := i.exchange(ctx, r)
	if err == nil {
		kept, err = i.keep(ctx, r.Team, p)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if err == nil {
		delete(i.late, r.Team)
		return kept, nil
	}
	late.times++
	late.next = now.Add(min(retryFirst<<min(late.times-1, 20), retryLongest))
	late.err = fmt.Errorf("refresh the token of workspace %s: %w", r.Team, err)
	i.late[r.Team] = late
	return nil, late.err
}

// exchange is Slack's new pair of tokens, or the one that the store could not take before.
func (i *installs) exchange(ctx context.Context, r *record) (pair, error) {
	i.mu.Lock()
	p, unkept := i.unkept[r.Team]
	i.mu.Unlock()
	if unkept && p.used == r.Refresh {
		return p, nil
	}
	app := i.s.cfg.App
	token, err := app.Keys.open(r.Team, purposeRefresh, r.Refresh)
	if err != nil {
		return pair{}, err
	}
	now := i.s.cfg.Now()
	got, err := slack.RefreshOAuthV2TokenContext(ctx, i.s.http, app.ClientID, app.ClientSecret, token, slack.OAuthOptionAPIURL(i.s.cfg.API))
	switch {
	case err != nil:
		return pair{}, err
	case got.AccessToken == "" || got.RefreshToken == "" || got.ExpiresIn <= 0:
		return pair{}, errors.New("Slack's answer has no new pair of tokens")
	case got.Team.ID != "" && got.Team.ID != r.Team:
		return pair{}, fmt.Errorf("Slack's answer is about workspace %s", got.Team.ID)
	}
	p = pair{used: r.Refresh, token: got.AccessToken, refresh: got.RefreshToken, scope: got.Scope, ends: now.Add(time.Duration(got.ExpiresIn) * time.Second)}
	i.mu.Lock()
	i.unkept[r.Team] = p
	i.mu.Unlock()
	return p, nil
}

// keep makes a pair durable.
func (i *installs) keep(ctx context.Context, team string, p pair) (kept *record, err error) {
	keys := i.s.cfg.App.Keys
	err = i.update(ctx, team, func(r *record) *record {
		kept = r
		if r == nil || r.Refresh != p.used { // gone, or installed anew: those tokens are younger
			return r
		}
		r.Token, r.Refresh = keys.seal(team, purposeToken, p.token), keys.seal(team, purposeRefresh, p.refresh)
		r.Ends = p.ends
		if scopes := scopesOf(p.scope); scopes != nil {
			r.Scopes = scopes
		}
		return r
	})
	if err == nil && kept == nil {
		err = errNotInstalled
	}
	if err != nil {
		return nil, fmt.Errorf("keep the new tokens: %w", err)
	}
	i.mu.Lock()
	delete(i.unkept, team)
	i.mu.Unlock()
	return kept, nil
}
