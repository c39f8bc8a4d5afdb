package discordfake

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// bot is an app on the gateway that responds as a test tells it.
type bot struct {
	t  *testing.T
	f  *Fake
	mu sync.Mutex
	by func(i act) any // the body of the first response; nil: none
	in []act           // every interaction so far
	at []int           // status of each first response
}

// act is an interaction as the app reads it.
type act struct {
	ID, Token string
	Type      int
	Raw       map[string]any
}

func (a act) callback() string { return "interactions/" + a.ID + "/" + a.Token + "/callback" }

func (a act) webhook(f *Fake) string { return "webhooks/" + f.AppID() + "/" + a.Token }

// get is a value of the payload by its path.
func (a act) get(path ...string) any {
	var v any = a.Raw
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

// newBot connects an app and registers its commands. It ends with the test.
func newBot(t *testing.T, f *Fake, respond func(i act) any) *bot {
	t.Helper()
	b := &bot{t: t, f: f, by: respond}
	both := map[string]any{"contexts": []int{0, 1, 2}, "integration_types": []int{0, 1}}
	for _, c := range []map[string]any{
		{"name": "greenroom", "description": "Play", "options": []any{
			map[string]any{"type": 3, "name": "do", "description": "What", "autocomplete": true, "max_length": 20},
		}},
		{"name": "set", "description": "Set", "options": []any{
			map[string]any{"type": 1, "name": "all", "description": "All of it", "options": []any{
				map[string]any{"type": 4, "name": "n", "description": "How many", "required": true, "min_value": 1, "max_value": 9, "autocomplete": true},
				map[string]any{"type": 10, "name": "x", "description": "A number"},
				map[string]any{"type": 5, "name": "on", "description": "Whether"},
				map[string]any{"type": 6, "name": "who", "description": "Who"},
				map[string]any{"type": 7, "name": "where", "description": "Where", "channel_types": []int{0}},
				map[string]any{"type": 8, "name": "role", "description": "Which"},
				map[string]any{"type": 3, "name": "size", "description": "Size", "choices": []any{map[string]any{"name": "Small", "value": "s"}}},
			}},
		}},
		{"name": "managed", "description": "For managers", "default_member_permissions": 32},
	} {
		for k, v := range both {
			c[k] = v
		}
		if status, out := ask(t, f, "POST", "applications/"+f.AppID()+"/commands", c); status != 201 {
			t.Fatalf("%d %v", status, out)
		}
	}
	a := dial(t, f, "/gateway")
	a.ready()
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			var in frame
			if a.conn.ReadJSON(&in) != nil {
				return
			}
			if in.T == "INTERACTION_CREATE" {
				b.heard(in.D)
			}
		}
	}()
	t.Cleanup(func() {
		_ = a.conn.NetConn().Close()
		<-done
	})
	return b
}

func (b *bot) heard(raw []byte) {
	i := read(b.t, raw)
	b.mu.Lock()
	respond := b.by
	b.in = append(b.in, i)
	b.mu.Unlock()
	if body := respond(i); body != nil {
		status, out := ask(b.t, b.f, "POST", i.callback(), body)
		b.mu.Lock()
		defer b.mu.Unlock()
		b.at = append(b.at, status)
		if status >= 400 {
			b.t.Logf("refused: %v", out)
		}
	}
}

func read(t *testing.T, raw []byte) act {
	var i act
	if err := errors.Join(json.Unmarshal(raw, &i), json.Unmarshal(raw, &i.Raw)); err != nil {
		t.Error(err)
	}
	return i
}

// last is the last interaction.
func (b *bot) last() act {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.in) == 0 {
		b.t.Fatal("the app heard of nothing")
	}
	return b.in[len(b.in)-1]
}

func (b *bot) respond(with func(i act) any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.by = with
}

// always gives the same response.
func always(kind int, data map[string]any) func(act) any {
	return func(act) any {
		if data == nil {
			return map[string]any{"type": kind}
		}
		return map[string]any{"type": kind, "data": data}
	}
}

var (
	prep   = Place{Channel: prepID}
	noPing = map[string]any{"parse": []any{}}
)

func say(text string) map[string]any {
	return map[string]any{"content": text, "allowed_mentions": noPing}
}

func whisper(text string) map[string]any {
	m := say(text)
	m["flags"] = Ephemeral
	return m
}

func buttons(text string, labels ...string) map[string]any {
	row := []any{}
	for _, l := range labels {
		row = append(row, map[string]any{"type": 2, "style": 1, "label": l, "custom_id": "id-" + l})
	}
	m := say(text)
	m["components"] = []any{map[string]any{"type": 1, "components": row}}
	return m
}

func TestCommandAnswered(t *testing.T) {
	t.Parallel()
	f, g := hill(t, Config{})
	b := newBot(t, f, always(messageResponse, whisper("pong")))
	if err := f.Command(miraID, prep, "greenroom", Option{"do", "quiz"}); err != nil {
		t.Fatal(err)
	}
	seen := f.Ephemerals(miraID)
	if len(seen) != 1 || seen[0].Plain != "pong" || seen[0].To != miraID || len(f.Messages(prepID)) != 0 || len(f.Ephemerals(samID)) != 0 {
		t.Errorf("%+v", seen)
	}
	i := b.last()
	for want, got := range map[any]any{
		f.AppID(): i.get("application_id"), g.ID(): i.get("guild_id"), prepID: i.get("channel", "id"), "de": i.get("locale"),
		miraID: i.get("member", "user", "id"), "greenroom": i.get("data", "name"), 0.0: i.get("context"), 2.0: i.get("type"),
	} {
		if got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
	if owners := i.get("authorizing_integration_owners"); len(owners.(map[string]any)) != 1 || owners.(map[string]any)["0"] != g.ID() {
		t.Errorf("%v", owners)
	}
	if i.get("user") != nil || i.get("member", "permissions") == "0" || i.get("app_permissions") == nil || i.get("guild_locale") != "en-US" {
		t.Errorf("%v", i.Raw)
	}

	if err := f.Command(samID, Place{}, "greenroom"); err != nil {
		t.Fatal(err)
	}
	if i := b.last(); i.get("user", "id") != samID || i.get("member") != nil || i.get("guild_id") != nil || i.get("context") != 1.0 || i.get("data", "options") != nil {
		t.Errorf("%v", i.Raw)
	}
}

func TestCommandsOffered(t *testing.T) {
	t.Parallel()
	f, g := hill(t, Config{})
	newBot(t, f, always(messageResponse, say("pong")))
	for _, c := range []struct {
		user string
		in   Place
		name string
		err  error
	}{
		{samID, prep, "greenroom", nil}, {samID, prep, "nothing", NotOffered}, {samID, prep, "managed", NotOffered}, {miraID, prep, "managed", nil},
		{solID, prep, "greenroom", NotMember}, {solID, Place{}, "greenroom", NotOffered}, {samID, Place{}, "greenroom", nil},
		{samID, prep, "set", NotOffered}, {samID, prep, "set all", NotOffered}, {samID, prep, "set none", NotOffered},
	} {
		if err := f.Command(c.user, c.in, c.name); !errors.Is(err, c.err) {
			t.Errorf("%s %+v %s: %v, want %v", c.user, c.in, c.name, err, c.err)
		}
	}
	g.AddChannel(Channel{ID: "300000000000000002", Name: "forum", Type: ForumChannel})
	if err := f.Command(samID, Place{Channel: "300000000000000002"}, "greenroom"); !errors.Is(err, NotMember) {
		t.Errorf("in a forum itself: %v", err)
	}
	g.SetOverwrites(prepID, Overwrite{Member: samID, Deny: SendMessages})
	if err := f.Command(samID, prep, "greenroom"); !errors.Is(err, NotMember) {
		t.Errorf("without a line to type into: %v", err)
	}
	g.SetOverwrites(prepID, Overwrite{Member: samID, Deny: UseCommands})
	if err := f.Command(samID, prep, "greenroom"); !errors.Is(err, NotOffered) {
		t.Errorf("without the right to use commands: %v", err)
	}
	g.SetOverwrites(prepID)
	g.Kick()
	if err := f.Command(samID, prep, "greenroom"); !errors.Is(err, NotOffered) {
		t.Errorf("%v", err)
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	f, g := hill(t, Config{})
	role := g.SetRole("Team", 0)
	b := newBot(t, f, always(messageResponse, say("pong")))
	all := []Option{{"n", "3"}, {"x", "1.5"}, {"on", "true"}, {"who", "<@" + miraID + ">"}, {"where", "<#" + prepID + ">"}, {"role", role}, {"size", "Small"}}
	if err := f.Command(samID, prep, "set all", all...); err != nil {
		t.Fatal(err)
	}
	i := b.last()
	sub, _ := i.get("data", "options").([]any)[0].(map[string]any)
	var got []any
	for _, o := range sub["options"].([]any) {
		got = append(got, o.(map[string]any)["value"])
	}
	if sub["name"] != "all" || sub["type"] != 1.0 || !slices.Equal(got, []any{3.0, 1.5, true, miraID, prepID, role, "s"}) {
		t.Errorf("%v: %v", sub, got)
	}
	if i.get("data", "resolved", "users", miraID, "id") != miraID || i.get("data", "resolved", "members", miraID, "permissions") == nil ||
		i.get("data", "resolved", "channels", prepID, "name") != "prep" || i.get("data", "resolved", "roles", role, "name") != "Team" {
		t.Errorf("%v", i.get("data", "resolved"))
	}
	for _, wrong := range []Option{{"n", "10"}, {"n", "x"}, {"n", "1.5"}, {"on", "maybe"}, {"who", "1"}, {"where", hillID}, {"role", "1"}, {"size", "L"}, {"no", "1"}} {
		options := []Option{wrong}
		if wrong.Name != "n" {
			options = append(options, Option{"n", "1"})
		}
		if err := f.Command(samID, prep, "set all", options...); !errors.Is(err, NotOffered) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
	if err := f.Command(samID, prep, "greenroom", Option{"do", strings.Repeat("x", 21)}); !errors.Is(err, NotOffered) {
		t.Errorf("%v", err)
	}
}

func TestAutocomplete(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	b := newBot(t, f, always(completionResponse, map[string]any{"choices": []any{map[string]any{"name": "Quiz", "value": "quiz"}}}))
	got, err := f.Type(samID, prep, "greenroom", Option{"do", "qu"})
	if err != nil || !slices.Equal(got, []Choice{{"Quiz", "quiz"}}) || !slices.Equal(f.Choices(samID), got) {
		t.Errorf("%v, %v", got, err)
	}
	o, _ := b.last().get("data", "options").([]any)[0].(map[string]any)
	if o["focused"] != true || o["value"] != "qu" || b.last().Type != completeInteraction {
		t.Errorf("%v", b.last().Raw)
	}
	b.respond(always(completionResponse, map[string]any{"choices": []any{map[string]any{"name": "Three", "value": 3}}}))
	if got, err := f.Type(samID, prep, "set all", Option{"x", "2"}, Option{"n", "th"}); err != nil || !slices.Equal(got, []Choice{{"Three", "3"}}) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := f.Type(samID, prep, "set all", Option{"x", "2"}); !errors.Is(err, NotOffered) {
		t.Errorf("%v", err)
	}
}

func TestAutocompleteFlood(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	newBot(t, f, always(completionResponse, map[string]any{"choices": []any{}}))
	var typing sync.WaitGroup
	for range 50 {
		typing.Go(func() {
			if _, err := f.Type(samID, prep, "greenroom", Option{"do", "q"}); err != nil {
				t.Error(err)
			}
		})
	}
	typing.Wait()
}

// What an app may answer to what (docs.discord.com, Interaction Callback Type).
func TestResponseTypes(t *testing.T) {
	t.Parallel()
	bubble(t, responseTypes)
}

func responseTypes(t *testing.T) {
	f, _ := hill(t, Config{})
	b := newBot(t, f, always(messageResponse, buttons("post", "Go")))
	data := map[int]map[string]any{
		messageResponse: whisper("text"), deferredResponse: nil, deferUpdate: nil, updateResponse: say("new"),
		completionResponse: {"choices": []any{}}, modalResponse: modal("form", labelOf("Say", textField("text", nil))),
	}
	command := func() error { return f.Command(samID, prep, "greenroom") }
	post := func() Place {
		b.respond(always(messageResponse, buttons("post", "Go")))
		if err := command(); err != nil {
			t.Fatal(err)
		}
		all := f.Messages(prepID)
		return Place{prepID, all[len(all)-1].ID}
	}
	fromCommand := func() error {
		b.respond(always(modalResponse, data[modalResponse]))
		if err := command(); err != nil {
			t.Fatal(err)
		}
		return nil
	}
	for name, c := range map[string]struct {
		takes []int
		act   func(with func(act) any) error
	}{
		"command": {[]int{messageResponse, deferredResponse, modalResponse}, func(with func(act) any) error { b.respond(with); return command() }},
		"autocomplete": {[]int{completionResponse}, func(with func(act) any) error {
			b.respond(with)
			_, err := f.Type(samID, prep, "greenroom", Option{"do", "x"})
			return err
		}},
		"button": {[]int{messageResponse, deferredResponse, deferUpdate, updateResponse, modalResponse}, func(with func(act) any) error {
			in := post()
			b.respond(with)
			return f.Click(samID, in, "Go")
		}},
		"form of a command": {[]int{messageResponse, deferredResponse}, func(with func(act) any) error {
			_ = fromCommand()
			b.respond(with)
			return f.Submit(samID, map[string][]string{"text": {"hello"}})
		}},
		"form of a button": {[]int{messageResponse, deferredResponse, deferUpdate, updateResponse}, func(with func(act) any) error {
			in := post()
			b.respond(always(modalResponse, data[modalResponse]))
			if err := f.Click(samID, in, "Go"); err != nil {
				t.Fatal(err)
			}
			b.respond(with)
			return f.Submit(samID, map[string][]string{"text": {"hello"}})
		}},
	} {
		for kind, d := range data {
			err := c.act(always(kind, d))
			if taken := err == nil; taken != slices.Contains(c.takes, kind) {
				t.Errorf("%s, type %d: %v", name, kind, err)
			}
		}
	}
}

func TestCallbackOnce(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	b := newBot(t, f, always(messageResponse, say("first")))
	if err := f.Command(samID, prep, "greenroom"); err != nil {
		t.Fatal(err)
	}
	i := b.last()
	refused(t, f, "POST", i.callback(), map[string]any{"type": 5}, 40060)
	refused(t, f, "POST", "interactions/1/"+i.Token+"/callback", map[string]any{"type": 5}, 10062)
	refused(t, f, "POST", "interactions/"+i.ID+"/x/callback", map[string]any{"type": 5}, 10062)
	refused(t, f, "PATCH", "webhooks/1/"+i.Token+"/messages/@original", say("x"), 10015)
	refused(t, f, "PATCH", "webhooks/"+f.AppID()+"/x/messages/@original", say("x"), 50027)
	refused(t, f, "PATCH", i.webhook(f)+"/messages/1", say("x"), 10008)
}

func TestCallbackWithResponse(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	answered := make(chan map[string]any, 1)
	newBot(t, f, func(i act) any {
		_, out := ask(t, f, "POST", i.callback()+"?with_response=true", map[string]any{"type": 5, "data": map[string]any{"flags": 64}})
		answered <- out
		return nil
	})
	if err := f.Command(samID, prep, "greenroom"); err != nil {
		t.Fatal(err)
	}
	out := <-answered
	about, _ := out["interaction"].(map[string]any)
	resource, _ := out["resource"].(map[string]any)
	if about["response_message_loading"] != true || about["response_message_ephemeral"] != true || about["response_message_id"] == nil || resource["message"] == nil {
		t.Errorf("%v", out)
	}
}

func TestLate(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		f, _ := hill(t, Config{})
		b := newBot(t, f, func(act) any { return nil })
		began := time.Now()
		if err := f.Command(samID, prep, "greenroom"); !errors.Is(err, NotResponding) || time.Since(began) != 3*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		i := b.last()
		refused(t, f, "POST", i.callback(), map[string]any{"type": 5}, 10062)
		refused(t, f, "POST", i.webhook(f), say("x"), 10015)

		f.Hold(2900 * time.Millisecond)
		b.respond(func(i act) any {
			time.Sleep(200 * time.Millisecond)
			return map[string]any{"type": 4, "data": say("late")}
		})
		if err := f.Command(samID, prep, "greenroom"); !errors.Is(err, NotResponding) {
			t.Errorf("%v", err)
		}
		time.Sleep(time.Second)
		if got := f.Messages(prepID); len(got) > 0 {
			t.Errorf("%+v", got)
		}
		if _, err := f.Type(samID, prep, "greenroom", Option{"do", "x"}); !errors.Is(err, NoOptions) {
			t.Errorf("%v", err)
		}
	})
}

func TestDeferred(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		f, _ := hill(t, Config{})
		b := newBot(t, f, always(deferredResponse, map[string]any{"flags": Ephemeral}))
		if err := f.Command(samID, prep, "greenroom"); err != nil {
			t.Fatal(err)
		}
		i := b.last()
		if got := f.Ephemerals(samID); len(got) != 1 || !got[0].Thinking {
			t.Errorf("%+v", got)
		}
		original := i.webhook(f) + "/messages/@original"
		refused(t, f, "PATCH", original, map[string]any{}, 50006)
		if status, out := ask(t, f, "PATCH", original, say("done")); status != 200 || out["content"] != "done" {
			t.Errorf("%d %v", status, out)
		}
		if got := f.Ephemerals(samID); len(got) != 1 || got[0].Thinking || got[0].Plain != "done" || len(f.Messages(prepID)) > 0 {
			t.Errorf("%+v", got)
		}
		status, out := ask(t, f, "POST", i.webhook(f), whisper("and this"))
		if id, _ := out["id"].(string); status != 200 || id == "" {
			t.Errorf("%d %v", status, out)
		} else if status, out := ask(t, f, "GET", i.webhook(f)+"/messages/"+id, nil); status != 200 || out["content"] != "and this" {
			t.Errorf("%d %v", status, out)
		}
		if status, out := ask(t, f, "GET", original, nil); status != 200 || out["content"] != "done" || out["flags"] != float64(Ephemeral) {
			t.Errorf("%d %v", status, out)
		}
		if status, _ := ask(t, f, "DELETE", original, nil); status != 204 {
			t.Errorf("%d", status)
		}
		refused(t, f, "PATCH", original, say("gone"), 10008)
		if got := f.Ephemerals(samID); len(got) != 1 || got[0].Plain != "and this" {
			t.Errorf("%+v", got)
		}
		time.Sleep(15*time.Minute + time.Second)
		refused(t, f, "PATCH", original, say("too late"), 50027)
		refused(t, f, "POST", i.webhook(f), say("too late"), 50027)
	})
}

func TestFollowUpFillsDeferral(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	b := newBot(t, f, always(deferredResponse, nil))
	if err := f.Command(samID, prep, "greenroom"); err != nil {
		t.Fatal(err)
	}
	if status, _ := ask(t, f, "POST", b.last().webhook(f), whisper("public all the same")); status != 200 {
		t.Error(status)
	}
	if got := f.Messages(prepID); len(got) != 1 || got[0].Thinking || got[0].Flags&Ephemeral != 0 || len(f.Complaints()) != 1 {
		t.Errorf("%+v, %q", got, f.Complaints())
	}
}

func TestAloneHasFiveFollowUps(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	f.UserInstall(solID, true)
	b := newBot(t, f, always(messageResponse, say("hello")))
	if err := f.Command(solID, Place{}, "greenroom"); err != nil {
		t.Fatal(err)
	}
	i := b.last()
	if owners, _ := i.get("authorizing_integration_owners").(map[string]any); len(owners) != 1 || owners["1"] != solID {
		t.Errorf("%v", owners)
	}
	for range maxFollowUps {
		if status, out := ask(t, f, "POST", i.webhook(f), say("more")); status != 200 {
			t.Errorf("%d %v", status, out)
		}
	}
	refused(t, f, "POST", i.webhook(f), say("more"), 40094)
	if status, _ := ask(t, f, "PATCH", i.webhook(f)+"/messages/@original", say("edited")); status != 200 {
		t.Error(status)
	}
}

func TestClick(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	b := newBot(t, f, always(messageResponse, buttons("one", "Go", "Stay")))
	if err := f.Command(samID, prep, "greenroom"); err != nil {
		t.Fatal(err)
	}
	in := Place{prepID, f.Messages(prepID)[0].ID}
	b.respond(always(updateResponse, buttons("two", "Back")))
	if err := f.Click(miraID, in, "Go"); err != nil {
		t.Fatal(err)
	}
	i := b.last()
	if i.get("data", "custom_id") != "id-Go" || i.get("data", "component_type") != 2.0 || i.get("message", "id") != in.Message || i.get("message", "content") != "one" {
		t.Errorf("%v", i.Raw)
	}
	if got := f.Messages(prepID); len(got) != 1 || got[0].Plain != "two\n[Back]" || !slices.Equal(got[0].Labels(), []string{"Back"}) {
		t.Errorf("%+v", got)
	}
	b.respond(always(deferUpdate, nil))
	if err := f.Click(miraID, in, "Go"); !errors.Is(err, NotThere) {
		t.Errorf("%v", err)
	}
	if err := f.ClickOld(miraID, in, "Stay"); err != nil || b.last().get("data", "custom_id") != "id-Stay" {
		t.Errorf("%v", err)
	}
	if err := f.ClickOld(miraID, in, "Never"); !errors.Is(err, NotThere) {
		t.Errorf("%v", err)
	}
	if err := f.Forge(samID, in, "forged"); err != nil || b.last().get("data", "custom_id") != "forged" {
		t.Errorf("%v", err)
	}
	f.Twist(func(p map[string]any) {
		p["message"].(map[string]any)["components"] = []any{map[string]any{"type": 99}}
	})
	if err := f.Click(samID, in, "id-Back"); err != nil {
		t.Error(err)
	}
	if c, _ := b.last().get("message", "components").([]any); len(c) != 1 || c[0].(map[string]any)["type"] != 99.0 {
		t.Errorf("%v", c)
	}
	b.respond(func(act) any { return nil })
	f.SetInteractions(Interactions{Within: 50 * time.Millisecond})
	if err := f.Click(samID, in, "Back"); !errors.Is(err, Failed) {
		t.Errorf("%v", err)
	}
	if status, _ := ask(t, f, "DELETE", "channels/"+prepID+"/messages/"+in.Message, nil); status != 204 {
		t.Error(status)
	}
	if err := f.Click(samID, in, "Back"); !errors.Is(err, NotThere) {
		t.Errorf("%v", err)
	}
}

func TestEphemeralIsOnesOwn(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	body := buttons("private", "Go")
	body["flags"] = Ephemeral
	b := newBot(t, f, always(messageResponse, body))
	if err := f.Command(samID, prep, "greenroom"); err != nil {
		t.Fatal(err)
	}
	in := Place{prepID, f.Ephemerals(samID)[0].ID}
	if err := f.Click(miraID, in, "Go"); !errors.Is(err, NotThere) {
		t.Errorf("%v", err)
	}
	b.respond(always(updateResponse, say("again")))
	if err := f.Click(samID, in, "Go"); err != nil || b.last().get("message", "flags") != float64(Ephemeral) {
		t.Errorf("%v %v", err, b.last().get("message", "flags"))
	}
	if got := f.Ephemerals(samID); len(got) != 1 || got[0].Plain != "again\n[Go]" {
		t.Errorf("%+v", got)
	}
	refused(t, f, "GET", "channels/"+prepID+"/messages/"+in.Message, nil, 10008)
}

func TestChoose(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	menu := say("choose")
	menu["components"] = []any{
		map[string]any{"type": 1, "components": []any{map[string]any{"type": 3, "custom_id": "menu", "min_values": 1, "max_values": 2, "options": []any{
			map[string]any{"label": "A", "value": "a"}, map[string]any{"label": "B", "value": "b"}, map[string]any{"label": "C", "value": "c"},
		}}}},
		map[string]any{"type": 1, "components": []any{map[string]any{"type": 5, "custom_id": "people"}}},
	}
	b := newBot(t, f, always(messageResponse, menu))
	if err := f.Command(samID, prep, "greenroom"); err != nil {
		t.Fatal(err)
	}
	in := Place{prepID, f.Messages(prepID)[0].ID}
	b.respond(always(deferUpdate, nil))
	if err := f.Choose(samID, in, "menu", "a", "c"); err != nil {
		t.Fatal(err)
	}
	if v, _ := b.last().get("data", "values").([]any); !slices.Equal(v, []any{"a", "c"}) || b.last().get("data", "component_type") != 3.0 {
		t.Errorf("%v", b.last().Raw)
	}
	if err := f.Choose(samID, in, "people", miraID); err != nil || b.last().get("data", "resolved", "users", miraID, "id") != miraID {
		t.Errorf("%v", err)
	}
	for _, wrong := range [][]string{{"x"}, {}, {"a", "b", "c"}} {
		if err := f.Choose(samID, in, "menu", wrong...); err == nil {
			t.Errorf("%q was chosen", wrong)
		}
	}
}

func TestTalk(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	if _, err := f.DM(solID, "hello"); !errors.Is(err, NotDelivered) {
		t.Errorf("%v", err)
	}
	if _, err := f.Say(solID, prep, "hello"); !errors.Is(err, NotMember) {
		t.Errorf("%v", err)
	}
	a := dial(t, f, "/gateway")
	a.ready()
	id, err := f.Mention(samID, prep, "help")
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		ID, Content string
		Nonce       any
		Author      struct{ ID string }
		Member      map[string]any
		Mentions    []struct{ ID string }
	}
	if err := json.Unmarshal(a.wait("MESSAGE_CREATE").D, &m); err != nil || m.ID != id || m.Content != "<@"+f.AppID()+"> help" || m.Author.ID != samID ||
		m.Member == nil || len(m.Mentions) != 1 || m.Mentions[0].ID != f.AppID() || m.Nonce == nil {
		t.Errorf("%+v, %v", m, err)
	}
	if _, err := f.Say(samID, Place{prepID, id}, "to that"); err != nil {
		t.Fatal(err)
	}
	if in := a.wait("MESSAGE_CREATE"); !strings.Contains(string(in.D), `"type":19`) {
		t.Errorf("%s", in.D)
	}
	if status, _ := ask(t, f, "POST", "channels/"+prepID+"/messages", map[string]any{"content": "own", "nonce": "n1", "enforce_nonce": true}); status != 200 {
		t.Error(status)
	}
	if err := json.Unmarshal(a.wait("MESSAGE_CREATE").D, &m); err != nil || m.Content != "own" || m.Nonce != "n1" || m.Author.ID != f.AppID() {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	bubble(t, func(t *testing.T) {
		f, _ := hill(t, Config{})
		b := newBot(t, f, always(messageResponse, say("x")))
		f.CloseShard(Every, 1006)
		synctest.Wait()
		if err := f.Command(samID, prep, "greenroom"); !errors.Is(err, NotResponding) {
			t.Errorf("%v", err)
		}
		_ = b
	})
}
