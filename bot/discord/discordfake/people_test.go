package discordfake

import (
	"errors"
	"testing"
)

func TestClosedToMessages(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	status, out := ask(t, f, "POST", "users/@me/channels", map[string]any{"recipient_id": samID})
	if status != 200 {
		t.Fatalf("%d %v", status, out)
	}
	at := "channels/" + out["id"].(string) + "/messages"
	f.CloseDMs(samID, true)
	refused(t, f, "POST", at, say("hello"), 50007)
	f.CloseDMs(samID, false)
	if status, out := ask(t, f, "POST", at, say("hello")); status != 200 || len(f.Directs(samID)) != 1 {
		t.Errorf("%d %v", status, out)
	}
}

func TestDeletedAndDismissed(t *testing.T) {
	t.Parallel()
	f, _ := hill(t, Config{})
	b := newBot(t, f, always(messageResponse, whisper("private")))
	if err := f.Command(samID, prep, "greenroom"); err != nil {
		t.Fatal(err)
	}
	in := Place{prepID, f.Ephemerals(samID)[0].ID}
	if err := f.Dismiss(miraID, in); !errors.Is(err, NotThere) {
		t.Errorf("%v", err)
	}
	if err := f.Dismiss(samID, in); err != nil || len(f.Ephemerals(samID)) != 0 {
		t.Errorf("%v", err)
	}
	refused(t, f, "PATCH", b.last().webhook(f)+"/messages/@original", say("again"), 10008)

	b.respond(always(messageResponse, say("public")))
	if err := f.Command(samID, prep, "greenroom"); err != nil {
		t.Fatal(err)
	}
	in = Place{prepID, f.Messages(prepID)[0].ID}
	if err := f.DeleteMessage(in); err != nil || len(f.Messages(prepID)) != 0 {
		t.Errorf("%v", err)
	}
	if err := f.DeleteMessage(in); !errors.Is(err, NotThere) {
		t.Errorf("%v", err)
	}
	var kinds []EntryKind
	for _, e := range f.Journal() {
		kinds = append(kinds, e.Kind)
	}
	if len(kinds) != 4 || kinds[0] != Whispered || kinds[1] != Deleted || kinds[2] != Posted || kinds[3] != Deleted {
		t.Errorf("%q", kinds)
	}
}
