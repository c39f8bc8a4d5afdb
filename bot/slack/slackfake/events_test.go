package slackfake

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestEventPayloads(t *testing.T) {
	play(t, func(s *stage) {
		began := time.Now().Unix()
		if err := s.w.DM("U0SAM", "5 < 6 with @Mira in #interview-prep https://go.dev"); err != nil {
			t.Fatal(err)
		}
		direct := s.w.Directs("U0SAM")
		e := s.last("events_api")
		s.want(e, map[string]any{
			"type": "event_callback", "team_id": "T0HILL", "api_app_id": s.f.cfg.AppID, "event_time": float64(began), "is_ext_shared_channel": false,
			"authorizations.0.team_id": "T0HILL", "authorizations.0.user_id": s.w.Bot(), "authorizations.0.is_bot": true,
			"event.type": "message", "event.channel_type": "im", "event.channel": s.w.Direct("U0SAM"), "event.user": "U0SAM", "event.ts": direct[0].TS,
			"event.text": "5 &lt; 6 with <@U0MIRA> in <#C0PREP|> <https://go.dev>", "event.subtype": nil, "event.bot_id": nil,
		})
		if err := s.w.DMInThread("U0SAM", direct[0].TS, "more"); err != nil {
			t.Fatal(err)
		}
		s.want(s.last("events_api"), map[string]any{"event.type": "message", "event.channel_type": "im", "event.thread_ts": direct[0].TS})
		if err := s.w.Mention("U0SAM", "C0PREP", "help"); err != nil {
			t.Fatal(err)
		}
		ts := s.w.Messages("C0PREP")[0].TS
		s.want(s.last("events_api"), map[string]any{
			"event.type": "app_mention", "event.text": "<@" + s.w.Bot() + "> help", "event.channel": "C0PREP", "event.ts": ts, "event.thread_ts": nil,
		})
		if err := s.w.MentionInThread("U0SAM", "C0PREP", ts, "more"); err != nil {
			t.Fatal(err)
		}
		s.want(s.last("events_api"), map[string]any{"event.type": "app_mention", "event.thread_ts": ts})
		if err := s.w.Mention("U0MIRA", "G0KEEP", "help"); !errors.Is(err, NotInvited) {
			t.Errorf("where the bot is not: %v", err)
		}
	})
}

func TestEventHome(t *testing.T) {
	play(t, func(s *stage) {
		if err := s.w.OpenHome("U0SAM"); err != nil {
			t.Fatal(err)
		}
		s.want(s.last("events_api"), map[string]any{"event.type": "app_home_opened", "event.user": "U0SAM", "event.tab": "home", "event.view": nil, "event.channel": s.w.Direct("U0SAM")})
		s.ok("views.publish", object{"user_id": "U0SAM", "view": object{"type": "home", "blocks": buttons("x")}})
		if err := s.w.OpenHome("U0SAM"); err != nil {
			t.Fatal(err)
		}
		home, _ := s.w.Home("U0SAM")
		s.want(s.last("events_api"), map[string]any{"event.view.id": home.ID, "event.view.hash": home.Hash})
	})
}

func TestEventMembership(t *testing.T) {
	play(t, func(s *stage) {
		s.want(s.last("events_api"), map[string]any{ // from the stage
			"event.type": "member_joined_channel", "event.user": s.w.Bot(), "event.channel": "C0PREP", "event.inviter": "U0MIRA", "event.channel_type": "C",
		})
		for _, c := range []struct {
			name  string
			do    func() error
			types []string
		}{
			{"invited to a private one", func() error { return s.w.Invite("G0KEEP", "U0MIRA") }, []string{"member_joined_channel"}},
			{"kicked", func() error { return s.w.Kick("C0PREP", "U0MIRA") }, []string{"channel_left", "member_left_channel"}},
			{"archived elsewhere", func() error { return s.w.ArchiveChannel("C0PREP", "U0MIRA") }, nil},
			{"archived", func() error { return s.w.ArchiveChannel("G0KEEP", "U0MIRA") }, []string{"group_archive"}},
			{"deleted", func() error { return s.w.DeleteChannel("G0KEEP", "U0MIRA") }, []string{"group_deleted"}},
			{"next year's", func() error {
				return s.w.Event(map[string]any{"type": "event_of_next_year", "blocks": []any{map[string]any{"type": "block_of_next_year"}}})
			}, []string{"event_of_next_year"}},
		} {
			before := len(s.app.envelopes("events_api"))
			if err := c.do(); err != nil {
				t.Fatal(err)
			}
			s.f.Settle()
			if got := s.types(before); !slices.Equal(got, c.types) {
				t.Errorf("%s: %q", c.name, got)
			}
		}
	})
}

// types is the types of the events from the nth on, sorted.
func (s *stage) types(n int) (types []string) {
	for _, e := range s.app.envelopes("events_api")[n:] {
		types = append(types, e.field(s.t, "event", "type").(string))
	}
	slices.Sort(types)
	return types
}

// The app hears only of what its scopes let it hear.
func TestEventScopes(t *testing.T) {
	play(t, func(s *stage) {
		all := map[string]func() error{
			"im:history":        func() error { return s.w.DM("U0MIRA", "x") },
			"app_mentions:read": func() error { return s.w.Mention("U0MIRA", "C0PREP", "x") },
			"channels:read":     func() error { return s.w.Invite("C0PREP", "U0MIRA") },
			"groups:read":       func() error { return s.w.Invite("G0KEEP", "U0MIRA") },
			"":                  func() error { return s.w.OpenHome("U0MIRA") },
		}
		for scope := range all {
			s.w.Install("commands", scope)
			for of, do := range all {
				before := len(s.app.envelopes("events_api"))
				if err := do(); err != nil {
					t.Fatal(err)
				}
				if heard := len(s.app.envelopes("events_api")) - before; (heard == 1) != (of == scope || of == "") {
					t.Errorf("with %s the app heard %d events of %s", scope, heard, of)
				}
			}
		}
		s.w.Install("chat:write")
		if err := s.w.Command("U0MIRA", "C0PREP", "/greenroom", ""); !errors.Is(err, NotInstalled) {
			t.Errorf("without the scope commands: %v", err)
		}
	})
}

// The app hears only of what it has subscribed to.
func TestEventSubscriptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, w := hill(t, Config{Events: []string{"message.im", "app_home_opened"}})
		a := connect(t, f, nil)
		if err := errors.Join(w.Invite("C0PREP", "U0MIRA"), w.DM("U0MIRA", "x"), w.Mention("U0MIRA", "C0PREP", "x"), w.OpenHome("U0MIRA"), w.Uninstall()); err != nil {
			t.Fatal(err)
		}
		s := &stage{world: &world{t: t}, app: a}
		if got := s.types(0); !slices.Equal(got, []string{"app_home_opened", "message"}) {
			t.Errorf("%q", got)
		}
	})
}

func TestEventUninstalled(t *testing.T) {
	play(t, func(s *stage) {
		if err := s.w.RevokeToken(); err != nil {
			t.Fatal(err)
		}
		s.want(s.last("events_api"), map[string]any{"event.type": "tokens_revoked", "event.tokens.bot.0": s.w.Bot()})
		s.refused("token_revoked", "auth.test", nil)
		s.token = s.w.Install(everyScope...)
		s.ok("auth.test", nil)
		before := len(s.app.envelopes("events_api"))
		if err := s.w.Uninstall(); err != nil {
			t.Fatal(err)
		}
		if got := s.types(before); !slices.Equal(got, []string{"app_uninstalled", "tokens_revoked"}) {
			t.Errorf("%q", got)
		}
		s.refused("account_inactive", "auth.test", nil)
		for _, err := range []error{
			s.w.DM("U0MIRA", "x"), s.w.Command("U0MIRA", "C0PREP", "/greenroom", ""), s.w.OpenHome("U0MIRA"), s.w.Uninstall(), s.w.RevokeToken(),
		} {
			if !errors.Is(err, NotInstalled) {
				t.Error(err)
			}
		}
	})
}

// A guest from a connected workspace: payloads name the guest's team beside the one in which the app is installed.
func TestEventGuest(t *testing.T) {
	play(t, func(s *stage) {
		s.w.AddPerson(Person{ID: "U0FOX", Name: "Fox", Home: "T0OTHER"})
		s.f.mu.Lock()
		s.w.channels["C0PREP"].members["U0FOX"] = true
		s.f.mu.Unlock()
		if err := s.w.Mention("U0FOX", "C0PREP", "x"); err != nil {
			t.Fatal(err)
		}
		s.want(s.last("events_api"), map[string]any{
			"team_id": "T0OTHER", "context_team_id": "T0HILL", "authorizations.0.team_id": "T0HILL", "is_ext_shared_channel": true, "event.team": "T0OTHER",
		})
		ts := s.draw("C0PREP", buttons("answer"))
		if err := s.w.Click("U0FOX", Place{Channel: "C0PREP", TS: ts}, "answer"); err != nil {
			t.Fatal(err)
		}
		e := s.last("interactive")
		s.want(e, map[string]any{"team.id": "T0HILL", "user.team_id": "T0OTHER"})
		s.ok("views.open", object{"trigger_id": e.field(t, "trigger_id"), "view": asking("Form", asksText("answer"))})
		if err := s.w.Submit("U0FOX", map[string][]string{"answer": {"x"}}); err != nil {
			t.Fatal(err)
		}
		s.want(s.last("interactive"), map[string]any{"team.id": "T0OTHER", "user.team_id": "T0OTHER", "view.team_id": "T0HILL", "view.app_installed_team_id": "T0HILL"})
		if err := s.w.Command("U0FOX", "G0KEEP", "/greenroom", ""); !errors.Is(err, NotThere) {
			t.Errorf("a guest sees a private channel: %v", err)
		}
	})
}

func TestEventOrgWide(t *testing.T) {
	play(t, func(s *stage) {
		s.w.OrgWide("E0HILLS")
		if err := errors.Join(s.w.DM("U0MIRA", "x"), s.w.Command("U0MIRA", "C0PREP", "/greenroom", "")); err != nil {
			t.Fatal(err)
		}
		s.want(s.last("events_api"), map[string]any{
			"enterprise_id": "E0HILLS", "authorizations.0.enterprise_id": "E0HILLS", "authorizations.0.team_id": nil, "authorizations.0.is_enterprise_install": true,
		})
		s.want(s.last("slash_commands"), map[string]any{"enterprise_id": "E0HILLS", "is_enterprise_install": "true", "team_id": "T0HILL"})
		ts := s.draw("C0PREP", buttons("answer"))
		if err := s.w.Click("U0MIRA", Place{Channel: "C0PREP", TS: ts}, "answer"); err != nil {
			t.Fatal(err)
		}
		s.want(s.last("interactive"), map[string]any{"team": nil, "enterprise.id": "E0HILLS", "is_enterprise_install": true})
	})
}
