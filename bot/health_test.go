package bot

import (
	"testing"

	"greenroom/bot/chat"
	"greenroom/store"
)

// hurt is a platform that says what is wrong with it.
type hurt struct {
	*fake
	trouble string
}

func (h hurt) Trouble() string { return h.trouble }

// What a platform says of its trouble stands in its health; a restart would not mend it, so the process stays healthy.
func TestHealthTellsTrouble(t *testing.T) {
	const trouble = "Socket Mode is switched off"
	b := New(Config{DB: store.NewMemory(), Engine: toy{}, Platforms: map[string]chat.Platform{"well": &fake{}, "hurt": hurt{&fake{}, trouble}}})
	b.runners.set("hurt", "running")
	h := b.Health(t.Context())
	if got := h.Platforms["hurt"]; got.Trouble != trouble || got.State != "running" || !h.OK {
		t.Errorf("%+v", h)
	}
	if got := h.Platforms["well"].Trouble; got != "" {
		t.Errorf("the other one: %q", got)
	}
}
