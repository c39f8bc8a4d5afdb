package discord

import (
	"context"
	"errors"
	"net/http"
	"time"

	"greenroom/bot/discord/rest"
)

// insistAgain is how long after an answer that was lost a request is made again; twice as long each time.
const insistAgain = time.Second

// insist makes a request of which Discord makes one, however often it is made: what asks, changes or deletes, and a message with a
// nonce. While nobody knows whether it was carried out it is made again, as long as ctx allows. An error that comes then is no answer to the
// first request: what is returned is that nobody knows.
func (d *Discord) insist(ctx context.Context, request func() rest.Request, v any) error {
	var doubt error
	for again := insistAgain; ; again *= 2 {
		r := request()
		err := d.once(ctx, r, v)
		var wait *rest.Wait
		switch {
		case doubtful(err):
			doubt = err
		case doubt == nil, err == nil, rest.Is(err, unknownMessage, threadThere): // of these, the second says that the first was done
			return err
		case errors.As(err, &wait):
			again = max(again, wait.Until.Sub(d.cfg.Now()))
		default:
			return doubt
		}
		if !sleepWithin(ctx, again) {
			return doubt
		}
	}
}

// once makes a request once.
func (d *Discord) once(ctx context.Context, r rest.Request, v any) error {
	ctx, cancel := context.WithTimeout(ctx, callWithin)
	defer cancel()
	return d.rest.Do(ctx, r, v)
}

// get asks for something.
func (d *Discord) get(ctx context.Context, path string, v any) error {
	return d.insist(ctx, func() rest.Request { return rest.Request{Method: http.MethodGet, Path: path} }, v)
}

// erase deletes something. What is gone is deleted.
func (d *Discord) erase(ctx context.Context, path string) error {
	err := d.insist(ctx, func() rest.Request { return rest.Request{Method: http.MethodDelete, Path: path} }, nil)
	if rest.Is(err, unknownMessage, unknownChannel) {
		return nil
	}
	return err
}

// sleepWithin waits; false, at once, where ctx ends before.
func sleepWithin(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= d {
		return false
	}
	return sleep(ctx, d)
}
