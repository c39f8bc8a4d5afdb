package bot

import (
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
)

// maxPanics is how often one wake row or one message may panic before it is parked.
const maxPanics = 3

// panicked is the error of a call that panicked. It names the panic only where Go itself raised it: the value of any
// other may hold what a person wrote.
type panicked struct{ what string }

func (p *panicked) Error() string { return "panic: " + p.what }

// recovered turns a panic of the deferring function into its error. One event or message fails; everything else lives.
func (b *Bot) recovered(err *error) {
	v := recover()
	if v == nil {
		return
	}
	b.panics.Add(1)
	p := &panicked{fmt.Sprintf("a %T", v)}
	if own, ok := v.(runtime.Error); ok {
		p.what = own.Error()
	}
	b.Log.Error("recovered from a panic", slog.String("panic", p.what), slog.String("stack", string(debug.Stack())))
	*err = p
}
