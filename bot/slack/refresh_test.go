package slack

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
	"greenroom/store"
)

// rotating opens an office whose workspace T1 has signed in with token rotation.
func rotating(t *testing.T) (*office, install) {
	t.Helper()
	o := newOffice(t, true)
	expect(t, o.browser().signIn("T1"), http.StatusOK, "type /greenroom")
	return o, o.mustWork("T1")
}

func TestRefresh(t *testing.T) {
	o, first := rotating(t)
	o.told()
	o.nothingInClear(first.Token)
	if o.asked("oauth.v2.access") != 1 {
		t.Error("a fresh token was refreshed")
	}
	for range 3 { // tokens of tokens, well before their ends
		before := o.mustWork("T1")
		o.pass(8*time.Hour + time.Minute)
		o.told()
		if in := o.mustWork("T1"); in.Token == before.Token || !in.can("chat:write") || in.Bot != first.Bot {
			t.Errorf("after eight hours: %+v", in)
		}
	}
	if n := o.asked("oauth.v2.access"); n != 4 {
		t.Errorf("%d exchanges", n)
	}
	o.restart()
	o.pass(3 * 12 * time.Hour) // nobody was there while it ended
	o.mustWork("T1")
}

// TestRefreshOnce: however many want the token of a workspace at once, its refresh token, which works once, is used once.
func TestRefreshOnce(t *testing.T) {
	o, _ := rotating(t)
	o.pass(13 * time.Hour)
	var all sync.WaitGroup
	tokens := make(chan string, 50)
	for range 50 {
		all.Go(func() {
			in, err := o.of("T1")
			if err != nil {
				t.Error(err)
			}
			tokens <- in.Token
		})
	}
	all.Wait()
	close(tokens)
	now := o.mustWork("T1").Token
	for token := range tokens {
		if token != now {
			t.Error("somebody got another token than the one that is kept")
		}
	}
	if n := o.asked("oauth.v2.access"); n != 2 { // the sign-in's and one
		t.Errorf("%d exchanges", n)
	}
}

// TestTokenEndsBeforeItsTime: the clock was far ahead when the tokens came. Slack's word that a token has ended gets the next one.
func TestTokenEndsBeforeItsTime(t *testing.T) {
	o, first := rotating(t)
	late := func(r *record) *record { r.Ends = r.Ends.Add(365 * 24 * time.Hour); return r }
	if err := o.s.installs.update(t.Context(), "T1", late); err != nil {
		t.Fatal(err)
	}
	o.pass(13 * time.Hour)
	ask := func() error {
		return o.s.ask(t.Context(), workspace("T1"), "users.info", func(ctx context.Context, api *slack.Client) error {
			_, err := api.GetUserInfoContext(ctx, "UOWNER")
			return err
		})
	}
	if err := ask(); !errors.As(err, new(*chat.Wait)) {
		t.Errorf("with a token that has ended: %v", err)
	}
	o.pass(afterFailure)
	if err := ask(); err != nil {
		t.Fatalf("afterwards: %v", err)
	}
	if in := o.mustWork("T1"); in.Token == first.Token {
		t.Error("the token that has ended is still there")
	}
}

// TestRefreshIsNotCutShort: who leaves while the tokens are exchanged does not take them along.
func TestRefreshIsNotCutShort(t *testing.T) {
	o, _ := rotating(t)
	o.pass(13 * time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	inner := o.s.http.Transport
	o.s.http.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		cancel()
		return inner.RoundTrip(r)
	})
	if _, err := o.s.installs.of(ctx, workspace("T1")); err != nil {
		t.Error(err)
	}
	o.s.http.Transport = inner
	o.mustWork("T1")

	release, err := o.s.installs.turn(t.Context(), "T1")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if _, err := o.s.installs.refresh(ctx, "T1", refreshBefore); !errors.Is(err, context.Canceled) {
		t.Errorf("who waits for the refresher and leaves: %v", err)
	}
}

// TestRefreshAndDisk: a pair that the store does not take is not used, not lost and not fetched again.
func TestRefreshAndDisk(t *testing.T) {
	o, first := rotating(t)
	o.told()
	o.pass(9 * time.Hour)
	o.db.fail(3)
	for range 3 {
		if err := o.s.installs.look(t.Context(), o); err != nil {
			t.Error(err)
		}
		if in := o.mustWork("T1"); in.Token != first.Token {
			t.Error("a token is used that is not kept")
		}
		o.pass(time.Minute)
	}
	if !strings.Contains(o.log.String(), "level=ERROR") || !strings.Contains(o.log.String(), errDisk.Error()) {
		t.Errorf("the log does not say what is wrong: %s", o.log)
	}
	o.told()
	if in := o.mustWork("T1"); in.Token == first.Token {
		t.Error("when the disk is well again the pair is not kept")
	}
	if n := o.asked("oauth.v2.access"); n != 2 {
		t.Errorf("%d exchanges", n)
	}
}

// TestRefreshThatIsLost: Slack has exchanged the tokens and we do not have them, because the answer was lost or the
// process died before they were kept. The old token serves until its end; signing in again heals.
func TestRefreshThatIsLost(t *testing.T) {
	for name, lose := range map[string]func(*office){
		"the answer is lost":     func(o *office) { o.fake.Next(1, "oauth.v2.access", slackfake.DropAfter) },
		"the answer is an error": func(o *office) { o.fake.Next(1, "oauth.v2.access", slackfake.FailAfter) },
		"the process dies":       func(o *office) { o.db.fail(1) },
	} {
		t.Run(name, func(t *testing.T) {
			o, first := rotating(t)
			o.told()
			o.pass(9 * time.Hour)
			lose(o)
			o.told()
			o.restart()
			o.told()
			if !strings.Contains(o.log.String(), "invalid_refresh_token") || !strings.Contains(o.log.String(), "install Greenroom in the workspace again") {
				t.Errorf("the log does not say what to do: %s", o.log)
			}
			if in := o.mustWork("T1"); in.Token != first.Token {
				t.Error("the old token does not serve on")
			}
			o.pass(4 * time.Hour)
			if _, err := o.of("T1"); err == nil || !strings.Contains(err.Error(), "workspace T1: invalid_refresh_token") {
				t.Errorf("after its end: %v", err)
			}
			tries := o.asked("oauth.v2.access")
			for range 5 {
				if _, err := o.of("T1"); !errors.Is(err, errNotYet) {
					t.Errorf("tried at once again: %v", err)
				}
			}
			if o.asked("oauth.v2.access") != tries {
				t.Error("a refresh that failed is tried without a pause")
			}
			if gone, err := o.s.installs.revoked(t.Context(), workspace("T1")); gone || err == nil {
				t.Errorf("a workspace whose token has ended is taken for gone: %v, %v", gone, err)
			}
			expect(t, o.browser().signIn("T1"), http.StatusOK, "type /greenroom")
			o.mustWork("T1")
			o.pass(9 * time.Hour)
			o.told()
			o.mustWork("T1")
		})
	}
}

// TestRefreshMeetsSignIn: a workspace that installs anew while its old tokens are being exchanged keeps the new ones.
func TestRefreshMeetsSignIn(t *testing.T) {
	o, _ := rotating(t)
	r, err := o.s.installs.load(t.Context(), "T1")
	if err != nil {
		t.Fatal(err)
	}
	p, err := o.s.installs.exchange(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, o.browser().signIn("T1"), http.StatusOK, "type /greenroom")
	signedIn := o.mustWork("T1")
	if _, err := o.s.installs.keep(t.Context(), "T1", p); err != nil {
		t.Fatal(err)
	}
	if in := o.mustWork("T1"); in.Token != signedIn.Token {
		t.Error("an older pair replaced the tokens of a new installation")
	}
}

// TestKeysChange: a new key comes to the front of the ring, the stored tokens are encrypted with it, the old one leaves.
func TestKeysChange(t *testing.T) {
	o, first := rotating(t)
	expect(t, o.browser().signIn("T2"), http.StatusOK, "type /greenroom")
	old := o.keys
	fresh, _ := ring(t, "k2")
	o.keys = Keys{append(fresh.ring, old.ring...)}
	o.restart()
	if in := o.mustWork("T1"); in.Token != first.Token {
		t.Error("with both keys the token is another")
	}
	if n, err := Reseal(t.Context(), o.db, o.keys); n != 2 || err != nil {
		t.Fatalf("%d workspaces, %v", n, err)
	}
	o.nothingInClear(first.Token)
	o.keys = fresh
	o.restart()
	if in := o.mustWork("T1"); in.Token != first.Token {
		t.Error("with the new key alone the token is another")
	}
	o.pass(9 * time.Hour)
	o.told()
	o.mustWork("T2")

	o.keys = old
	o.restart()
	if _, err := o.of("T1"); !errors.As(err, new(unknownKey)) || !strings.Contains(err.Error(), "the key k2") {
		t.Errorf("without its key: %v", err)
	}
	if err := o.s.installs.askAll(t.Context()); err == nil || !strings.Contains(err.Error(), "GREENROOM_SLACK_KEYS") {
		t.Errorf("at the start: %v", err)
	}
	if n, err := Reseal(t.Context(), o.db, old); n != 0 || err == nil {
		t.Errorf("encrypted again without the key: %d, %v", n, err)
	}
	o.keys = fresh
	o.restart()
	o.mustWork("T1") // nothing was lost by that
}

// TestDamagedRecord: a record that cannot be read is an error that names it, and no other workspace notices.
func TestDamagedRecord(t *testing.T) {
	o, _ := rotating(t)
	expect(t, o.browser().signIn("T2"), http.StatusOK, "type /greenroom")
	o.told()
	put := func(team, bytes string) {
		t.Helper()
		if err := o.db.Commit(t.Context(), store.Unit{Put: []store.Put{{Ref: teamRef(team), Bytes: []byte(bytes)}}}); err != nil {
			t.Fatal(err)
		}
	}
	records, err := o.db.Load(t.Context(), teamRef("T2"))
	if err != nil {
		t.Fatal(err)
	}
	put("T1", "{")
	if _, err := o.of("T1"); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "team/T1") {
		t.Errorf("damaged: %v", err)
	}
	o.pass(9 * time.Hour)
	if err := o.s.installs.look(t.Context(), o); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("looked after: %v", err)
	}
	if n := o.asked("oauth.v2.access"); n != 3 {
		t.Error("the other workspace was not refreshed")
	}
	o.mustWork("T2")
	if n, err := Reseal(t.Context(), o.db, o.keys); n != 1 || !errors.Is(err, store.ErrDamaged) {
		t.Errorf("encrypted again: %d, %v", n, err)
	}
	put("T1", `{"v":2}`)
	if _, err := o.of("T1"); !errors.Is(err, store.ErrNewer) {
		t.Errorf("of a newer Greenroom: %v", err)
	}
	put("T1", strings.ReplaceAll(string(records[0].Bytes), "T2", "T1")) // tokens of another workspace
	o.pass(-9 * time.Hour)
	if _, err := o.of("T1"); !errors.Is(err, errSealBroken) || !strings.Contains(err.Error(), "workspace T1") {
		t.Errorf("the tokens of another workspace: %v", err)
	}
}
