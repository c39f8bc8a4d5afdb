package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
	"greenroom/store"
)

// Records in Config.DB:
//
//	team/TEAM   a workspace in which Greenroom is, or was until at most 30 days ago: record
//	single      the workspace of Config.BotToken: its id

// install is Greenroom in one workspace.
type install struct {
	Team   string   // T…
	User   string   // the bot's own member id, U…
	Bot    string   // B…: our messages carry it
	App    string   // A…: our messages carry it too; empty where Slack has not said
	Token  string   // xoxb-…; never logged
	Scopes []string // granted; nil where Slack has not said
}

// can tells whether a scope is granted.
func (in install) can(scope string) bool { return slices.Contains(in.Scopes, scope) }

// errNotInstalled is the error of installs.of for a workspace that Greenroom is not, or no longer, in.
var errNotInstalled = errors.New("Greenroom is not installed in this workspace")

// record is what is kept of a workspace. Tokens are sealed by Keys; there are none of a single workspace, whose token
// comes with the configuration, nor of one that removed Greenroom.
type record struct {
	V       int       `json:"v"` // 1
	Team    string    `json:"team"`
	User    string    `json:"user,omitempty"`
	Bot     string    `json:"bot,omitempty"`
	App     string    `json:"app,omitempty"`
	Scopes  []string  `json:"scopes,omitempty"`
	Token   string    `json:"token,omitempty"`
	Refresh string    `json:"refresh,omitempty"` // only with token rotation
	Ends    time.Time `json:"ends,omitzero"`     // of Token; zero: it does not end by itself
	Gone    time.Time `json:"gone,omitzero"`     // since when Greenroom is not there
	News    chat.Kind `json:"news,omitempty"`    // Gone or Back, until the bot knows
	NewsAt  time.Time `json:"newsAt,omitzero"`
}

const recordVersion = 1

// forgetAfter is how long the record of a workspace that removed Greenroom is kept: as long as the bot keeps its data.
const forgetAfter = 30 * 24 * time.Hour

func teamRef(team string) store.Ref { return store.Key("team", team) }

var singleRef = store.Key("single")

// installs knows the installation of each workspace, and keeps its tokens.
type installs struct {
	s      *Slack
	change chan struct{} // wakes run

	mu     sync.Mutex
	single *install                 // the workspace of Config.BotToken, once Slack has told which it is
	turns  map[string]chan struct{} // by team: who holds the token changes what is kept of the workspace
	late   map[string]lateness      // by team: refreshes that failed
	unkept map[string]pair          // by team: tokens that Slack has given and the store has not taken yet
}

func newInstalls(s *Slack) *installs {
	return &installs{
		s: s, change: make(chan struct{}, 1),
		turns: map[string]chan struct{}{}, late: map[string]lateness{}, unkept: map[string]pair{},
	}
}

// of is the installation of a workspace, with a token that is valid now. errNotInstalled where there is none.
func (i *installs) of(ctx context.Context, w chat.Workspace) (install, error) {
	if i.s.cfg.BotToken != "" {
		return i.ofSingle(ctx, w)
	}
	r, err := i.load(ctx, team(w))
	if err != nil {
		return install{}, err
	}
	if r == nil || !r.Gone.IsZero() {
		return install{}, errNotInstalled
	}
	if r.endsWithin(refreshAtLast, i.s.cfg.Now()) {
		if r, err = i.refresh(ctx, r.Team, refreshAtLast); err != nil {
			return install{}, err
		}
	}
	return i.opened(r)
}

// opened is the installation that a record tells of.
func (i *installs) opened(r *record) (install, error) {
	token, err := i.s.cfg.App.Keys.open(r.Team, purposeToken, r.Token)
	if err != nil {
		return install{}, err
	}
	return install{Team: r.Team, User: r.User, Bot: r.Bot, App: r.App, Token: token, Scopes: r.Scopes}, nil
}

// What the tokens of a workspace are for.
const (
	purposeToken   = "bot token"
	purposeRefresh = "refresh token"
)

// ofSingle is the workspace of the bot token, which Slack is asked about once.
func (i *installs) ofSingle(ctx context.Context, w chat.Workspace) (install, error) {
	in := i.known()
	if in == nil {
		release, err := i.turn(ctx, "")
		if err != nil {
			return install{}, err
		}
		defer release()
		if in = i.known(); in == nil {
			asked, err := i.ask(ctx, i.s.cfg.BotToken)
			if err != nil {
				return install{}, err
			}
			in = &asked
			i.know(in)
		}
	}
	if in.Team != team(w) || in.Token == "" {
		return install{}, errNotInstalled
	}
	return *in, nil
}

// known is the workspace of the bot token: nil until Slack has told, without its token once it is gone.
func (i *installs) known() *install {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.single
}

func (i *installs) know(in *install) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.single = in
}

// ask asks Slack whose a token is and what it may do.
func (i *installs) ask(ctx context.Context, token string) (install, error) {
	client := i.s.client(token)
	who, err := client.AuthTestContext(ctx)
	if err != nil {
		return install{}, fmt.Errorf("ask Slack whose the bot token is (auth.test): %w", err)
	}
	if !strings.HasPrefix(who.TeamID, "T") { // E…, an organisation
		return install{}, ErrOrgWide
	}
	in := install{Team: who.TeamID, User: who.UserID, Bot: who.BotID, Token: token, Scopes: scopesOf(who.Header.Get("X-OAuth-Scopes"))}
	// Our messages are known by Bot as well: where Slack does not say, the app's id stays empty.
	if bot, err := client.GetBotInfoContext(ctx, slack.GetBotInfoParameters{Bot: who.BotID}); err == nil {
		in.App = bot.AppID
	}
	return in, nil
}

// scopesOf reads a list of scopes, parted by commas; nil when it is empty.
func scopesOf(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// load reads what is kept of a workspace; nil when that is nothing.
func (i *installs) load(ctx context.Context, team string) (*record, error) {
	b, err := store.NewReader(ctx, i.s.cfg.DB).Get(teamRef(team))
	if b == nil || err != nil {
		return nil, err
	}
	return decodeRecord(teamRef(team), b)
}

func decodeRecord(ref store.Ref, b []byte) (*record, error) {
	var r record
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("the installation %s: %w: %w", ref, store.ErrDamaged, err)
	}
	if r.V > recordVersion {
		return nil, fmt.Errorf("the installation %s: %w", ref, store.ErrNewer)
	}
	return &r, nil
}

func (r *record) encode() []byte {
	r.V = recordVersion
	b, err := json.Marshal(r)
	if err != nil {
		panic("unreachable: a record has only texts and times: " + err.Error())
	}
	return b
}

// all reads what is kept of every workspace. A record that cannot be read is an error beside the others.
func (i *installs) all(ctx context.Context) (all []*record, err error) {
	view := store.NewReader(ctx, i.s.cfg.DB)
	for after := store.Ref(""); ; {
		page, failed := view.List(store.Prefix("team"), after, 500)
		if failed != nil || len(page) == 0 {
			return all, errors.Join(err, failed)
		}
		for _, found := range page {
			after = found.Ref
			r, failed := decodeRecord(found.Ref, found.Bytes)
			if failed != nil {
				err = errors.Join(err, failed)
				continue
			}
			all = append(all, r)
		}
	}
}

// update changes what is kept of a workspace; change gets nil where that is nothing, and returns what to keep. The
// caller has the workspace's turn.
func (i *installs) update(ctx context.Context, team string, change func(*record) *record) error {
	return store.Update(ctx, i.s.cfg.DB, func(d *store.Draft) error {
		b, err := d.Get(teamRef(team))
		if err != nil {
			return err
		}
		var r *record
		if b != nil {
			if r, err = decodeRecord(teamRef(team), b); err != nil {
				return err
			}
		}
		if r = change(r); r == nil {
			d.Delete(teamRef(team))
		} else {
			d.Put(teamRef(team), r.encode())
		}
		return nil
	})
}

// turn waits until nobody else changes what is kept of a workspace, or ctx ends.
func (i *installs) turn(ctx context.Context, team string) (release func(), err error) {
	i.mu.Lock()
	turn := i.turns[team]
	if turn == nil {
		turn = make(chan struct{}, 1)
		i.turns[team] = turn
	}
	i.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// wake makes run look at everything now.
func (i *installs) wake() {
	select {
	case i.change <- struct{}{}:
	default:
	}
}
