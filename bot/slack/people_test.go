package slack

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
	"greenroom/bot/slack/slackfake"
)

func TestPersonOf(t *testing.T) {
	home := func(change func(*slack.User)) slack.User {
		u := slack.User{TeamID: "T0HILL", TZ: "Europe/Berlin", Locale: "de-DE", RealName: "Mira Berg", Name: "mira"}
		u.Profile.DisplayName = "Mira"
		change(&u)
		return u
	}
	for _, test := range []struct {
		name    string
		user    slack.User
		called  string
		manager bool
	}{
		{"member", home(func(*slack.User) {}), "Mira", false},
		{"admin", home(func(u *slack.User) { u.IsAdmin = true }), "Mira", true},
		{"owner", home(func(u *slack.User) { u.IsOwner = true }), "Mira", true},
		{"primary owner", home(func(u *slack.User) { u.IsPrimaryOwner = true }), "Mira", true},
		{"admin of a connected workspace", home(func(u *slack.User) { u.IsAdmin, u.TeamID = true, "T0GUEST" }), "Mira", false},
		{"admin elsewhere, a stranger here", home(func(u *slack.User) { u.IsAdmin, u.IsStranger = true, true }), "Mira", false},
		{"admin in an organisation, of this workspace too", home(func(u *slack.User) { u.IsAdmin, u.TeamID, u.Enterprise.Teams = true, "T0OTHER", []string{"T0HILL"} }), "Mira", true},
		{"guest", home(func(u *slack.User) { u.IsAdmin, u.IsRestricted = true, true }), "Mira", false},
		{"guest of one channel", home(func(u *slack.User) { u.IsOwner, u.IsUltraRestricted = true, true }), "Mira", false},
		{"deactivated", home(func(u *slack.User) { u.IsAdmin, u.Deleted = true, true }), "Mira", false},
		{"app", home(func(u *slack.User) { u.IsAdmin, u.IsBot = true, true }), "Mira", false},
		{"without a display name", home(func(u *slack.User) { u.Profile.DisplayName = "" }), "Mira Berg", false},
		{"without any name but the old one", home(func(u *slack.User) { u.Profile.DisplayName, u.RealName = "", "" }), "mira", false},
	} {
		got := personOf(&test.user, "T0HILL")
		if want := (Person{Name: test.called, Manager: test.manager, Zone: "Europe/Berlin", Locale: "de-DE"}); got != want {
			t.Errorf("%s: %+v, want %+v", test.name, got, want)
		}
	}
}

// asked counts the questions about people, and makes them late.
type asked struct {
	next http.RoundTripper
	n    atomic.Int32
	late atomic.Int64 // nanoseconds
}

func (a *asked) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "users.info") {
		a.n.Add(1)
		if !sleep(r.Context(), time.Duration(a.late.Load())) {
			return nil, r.Context().Err()
		}
	}
	return a.next.RoundTrip(r)
}

func (w *world) watchPeople() *asked {
	a := &asked{next: w.slack.http.Transport}
	w.slack.http.Transport = a
	return a
}

func (w *world) who(m chat.Member) Person {
	return w.slack.people.person(w.Context(), "slack:T0HILL", m)
}

func TestPeople(t *testing.T) {
	inWorld(t, byHTTP, func(w *world) {
		asked := w.watchPeople()
		asked.late.Store(int64(100 * time.Millisecond))
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() { w.want("a manager", w.who("U0MIRA").Manager, true) })
		}
		all.Wait()
		w.want("questions of fifty at once", asked.n.Load(), 1)
		time.Sleep(knownFresh)
		w.who("U0MIRA")
		w.want("questions in ten minutes", asked.n.Load(), 1)

		// What is old is used once more, and asked about meanwhile.
		w.hill.AddPerson(slackfake.Person{ID: "U0MIRA", Name: "Mira B."})
		time.Sleep(time.Second)
		begun := time.Now()
		w.want("a manager still", w.who("U0MIRA").Manager, true)
		w.want("at once", time.Since(begun), time.Duration(0))
		time.Sleep(time.Second)
		w.want("a manager no more", w.who("U0MIRA"), Person{Name: "Mira B.", Zone: "Etc/UTC", Locale: "en-US"})
		w.want("questions", asked.n.Load(), 2)

		// What is an hour old is waited for.
		w.hill.AddPerson(slackfake.Person{ID: "U0MIRA", Name: "Mira", Owner: true})
		time.Sleep(knownStale + time.Second)
		w.want("a manager again", w.who("U0MIRA").Manager, true)

		// Where Slack does not say, the last that it said holds; somebody unknown manages nothing and has no name.
		w.fake.Next(100, "users.info", slackfake.Fail)
		time.Sleep(2 * knownStale)
		w.want("as last known", w.who("U0MIRA").Manager, true)
		w.want("unknown", w.who("U0SAM"), Person{})
		n := asked.n.Load()
		for range 10 {
			w.who("U0SAM")
		}
		w.want("questions right after a failure", asked.n.Load(), n)
	})
}

func TestPeopleAreLimited(t *testing.T) {
	inWorld(t, byHTTP, func(w *world) {
		asked := w.watchPeople()
		w.fake.Next(1, "users.info", slackfake.Busy)
		w.want("unknown at first", w.who("U0MIRA"), Person{})
		w.who("U0SAM")
		w.want("questions while Slack wants none", asked.n.Load(), 1)
		time.Sleep(knownRetry + time.Second)
		w.want("then", w.who("U0MIRA").Name, "Mira")
	})
}

// Where Slack is slow to say who the many members of one workspace are, another workspace does not wait for that.
func TestPeopleOfOthersDoNotWait(t *testing.T) {
	inWorld(t, byHTTP, func(w *world) {
		w.watchPeople().late.Store(int64(9 * time.Second))
		for i := range 100 {
			w.slack.people.look(w.Context(), who{"slack:T0HILL", chat.Member(fmt.Sprint("U", i))})
		}
		synctest.Wait()
		begun := time.Now()
		w.slack.people.person(w.Context(), "slack:T0VALE", "U0ZOE") // nobody has to be asked where Greenroom is not
		w.want("waited", time.Since(begun), time.Duration(0))
	})
}

// A form opens within the three seconds of its trigger, though Slack is slow to say who it is.
func TestFormDoesNotWaitForPeople(t *testing.T) {
	bothWays(t, func(w *world) {
		place := w.post()
		w.watchPeople().late.Store(int64(9 * time.Second))
		w.bot.will(opensForm(saying("3 of 5")))
		w.must(w.hill.Click("U0MIRA", place, "Answer"))
		time.Sleep(ackWithin)
		w.want("forms", len(w.hill.Views("U0MIRA")), 1)
		w.want("a manager, as far as is known", w.bot.got()[0].Manager, false)
		time.Sleep(10 * time.Second)
		w.must(w.hill.Click("U0MIRA", place, "Answer"))
		synctest.Wait()
		w.want("a manager", w.bot.got()[0].Manager, true)
	})
}

func TestPeopleAreBounded(t *testing.T) {
	p := newPeople(&Slack{})
	for i := range knownMost + 100 {
		p.remember(who{"slack:T", chat.Member(fmt.Sprint(i))})
	}
	if len(p.known) != knownMost || p.recent.Len() != knownMost {
		t.Errorf("%d are remembered", len(p.known))
	}
	if p.known[who{"slack:T", "99"}] != nil || p.known[who{"slack:T", "100"}] == nil {
		t.Error("it is not the oldest that are forgotten")
	}
}

func TestNames(t *testing.T) {
	inWorld(t, byHTTP, func(w *world) {
		for i := range 20 {
			w.hill.AddPerson(slackfake.Person{ID: fmt.Sprint("U", i), Name: fmt.Sprint("Member ", i)})
		}
		w.hill.AddPerson(slackfake.Person{ID: "U0ZOE", Name: "Zoë <!channel>", Home: "T0GUEST"})
		asked := w.watchPeople()
		asked.late.Store(int64(200 * time.Millisecond))
		m := chat.Message{
			Blocks: []chat.Block{
				chat.Say(chat.Who("U0MIRA"), chat.Ping("U0SAM"), chat.Literal("U0NOBODY")),
				chat.List([]chat.Span{chat.Who("U0ZOE")}, []chat.Span{chat.Who("U0GONE")}),
				{Kind: chat.RowsBlock, Rows: [][][]chat.Span{{{chat.Who("U0MIRA")}}}},
			},
			After: []chat.Block{chat.Say(chat.Who("U0"))},
		}
		for i := range 20 {
			m.Blocks = append(m.Blocks, chat.Say(chat.Who(chat.Member(fmt.Sprint("U", i)))))
		}
		begun := time.Now()
		names := w.slack.people.names(w.Context(), "slack:T0HILL", m)
		if took := time.Since(begun); took > time.Second {
			w.Errorf("24 people took %v", took)
		}
		for member, want := range map[chat.Member]string{
			"U0MIRA": "Mira", "U0SAM": "Sam", "U0ZOE": "Zoë <!channel>", "U19": "Member 19", "U0": "Member 0", "U0GONE": unnamed, "U0ELSE": unnamed,
		} {
			w.want("name", names(member), want)
		}
		w.want("questions", asked.n.Load(), 24)
	})
}
