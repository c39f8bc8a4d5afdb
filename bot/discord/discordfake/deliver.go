package discordfake

import (
	"slices"
	"time"
)

// deliver brings an interaction to the app and waits for its first response, or for the end of Discord's patience: the error is what the
// person sees then. It holds no lock.
func (w *wire) deliver(i *interaction, payload map[string]any) error {
	f := w.f
	f.mu.Lock()
	twist := w.twist
	w.twist = nil
	if twist != nil {
		twist(payload)
	}
	raw := encode(payload)
	if twist == nil {
		w.record("interaction", raw)
	}
	held, hooks := w.held, w.hooks
	w.held = 0
	within := w.lives.Within
	w.acted = raw
	f.mu.Unlock()
	w.pause(held)
	if hooks != nil {
		f.mu.Lock()
		w.background(func() { w.overHTTP(hooks, i, raw) })
		f.mu.Unlock()
	} else {
		f.mu.Lock()
		w.spread(i.channel.guild, "INTERACTION_CREATE", func(*session) []byte { return raw })
		f.mu.Unlock()
	}
	t := time.NewTimer(within - time.Since(i.began))
	defer t.Stop()
	select {
	case <-i.answered:
	case <-t.C:
	case <-w.closed:
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if i.first != 0 {
		return nil
	}
	i.failed = true
	return i.trouble()
}

// trouble is what the person sees where the app did not respond.
func (i *interaction) trouble() error {
	switch i.kind {
	case componentInteraction:
		return Failed
	case modalInteraction:
		return WentWrong
	case completeInteraction:
		return NoOptions
	}
	return NotResponding
}

// Hold makes the next interaction arrive so much later than the person's action: the app has less time.
func (f *Fake) Hold(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wire.held = d
}

// Twist changes the payload of the next interaction, as Discord never would: a forged custom_id, a field that is missing, a component of next
// year.
func (f *Fake) Twist(change func(payload map[string]any)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wire.twist = change
}

// LastInteraction is the payload of the last interaction that was delivered, as JSON.
func (f *Fake) LastInteraction() []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.wire.acted)
}

// Settle waits until nothing is on its way to the app in the background.
func (f *Fake) Settle() {
	f.mu.Lock()
	if f.wire.underWay == 0 {
		f.mu.Unlock()
		return
	}
	settled := make(chan struct{})
	f.wire.settled = append(f.wire.settled, settled)
	f.mu.Unlock()
	<-settled
}
