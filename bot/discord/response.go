package discord

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"

	"greenroom/bot/chat"
	"greenroom/bot/discord/rest"
)

// spoken is what became of an interaction's one response.
type spoken int

const (
	unsaid     spoken = iota // none was given yet
	isSaid                   // Discord has it
	isDeferred               // Discord has "working on it", so the reply follows
	saidBefore               // Discord has one of an earlier process, which had the same interaction
	inDoubt                  // nobody knows whether Discord has it
	tooLate                  // Discord takes none any more
	isRefused                // Discord does not take this one; another may be tried
)

// voice gives an interaction's one response, whoever comes first: the reply, or the promise that it follows.
type voice struct {
	d    *Discord
	work context.Context
	in   Inbound
	at   time.Time           // when the interaction arrived
	ride func(response) bool // see delivery

	turn  chan struct{} // holds one while nobody speaks; state belongs to who has taken it
	state spoken
}

func (d *Discord) voice(work context.Context, in Inbound, from delivery) *voice {
	v := &voice{d: d, work: work, in: in, at: from.at, ride: from.ride, turn: make(chan struct{}, 1)}
	v.turn <- struct{}{}
	return v
}

// take waits until nobody else speaks: as long as a callback is tried.
func (v *voice) take() (done func()) {
	<-v.turn
	return func() { v.turn <- struct{}{} }
}

// say gives the response, unless the promise was first. It is what became of the one that was given.
func (v *voice) say(r response) spoken {
	defer v.take()()
	if v.state == unsaid {
		v.state = v.give(r)
	}
	if v.state == isRefused {
		v.state = unsaid
		return isRefused
	}
	return v.state
}

// quiet tells that nothing was given yet.
func (v *voice) quiet() bool {
	defer v.take()()
	return v.state == unsaid
}

// promise says "working on it" when the reply takes longer than Discord waits; what is being typed gets no choices then.
func (v *voice) promise() (stop func()) {
	if v.in.Way.Type == 0 || v.in.Event.Expired {
		return func() {}
	}
	after := deferAfter
	if v.in.Event.Looks() {
		after = deferLookAfter
	}
	after -= v.d.cfg.Now().Sub(v.at) + v.d.lag(v.in, v.at)
	v.d.jobs.Add(1) // this is within a job, so Run still waits
	timer := time.AfterFunc(max(0, after), func() {
		defer v.d.jobs.Done()
		defer v.take()()
		if v.state != unsaid {
			return
		}
		v.state = v.give(Defer(v.in))
		if v.state != tooLate && v.state != saidBefore && v.in.Event.Kind != chat.Complete {
			v.state = isDeferred // in doubt too: the next call tells
		}
	})
	return func() {
		if timer.Stop() {
			v.d.jobs.Done()
		}
	}
}

// lag is how much longer than it needs to an interaction was on its way.
func (d *Discord) lag(in Inbound, at time.Time) time.Duration {
	return max(0, d.clock.at(at).Sub(in.Event.At))
}

// give is for who has taken the turn.
func (v *voice) give(r response) spoken {
	switch {
	case v.in.Way.Type == 0 || v.in.Event.Expired:
		return tooLate
	case v.ride == nil:
		return v.callback(r)
	case v.ride(r):
		return isSaid
	}
	return inDoubt
}

const (
	callbackWithin = 2 * time.Second // one try
	callbackAgain  = 100 * time.Millisecond
)

// callback gives the response by a request of its own. A second try after a lost answer is safe: Discord takes one response only, and says
// so (40060) where the first try has come through. Where that is said of the first, another process was there before.
func (v *voice) callback(r response) spoken {
	request := rest.Request{Method: http.MethodPost, Path: "interactions/" + v.in.Way.ID + "/" + v.in.Way.Token + "/callback", Body: r}
	tried := tooLate // what it is when Discord takes none any more
	for again := callbackAgain; ; again *= 2 {
		request.Files = r.upload()
		ctx, cancel := context.WithTimeout(v.work, callbackWithin)
		err := v.d.rest.Do(ctx, request, nil)
		cancel()
		left := answerWithin - v.d.cfg.Now().Sub(v.at)
		var wait *rest.Wait
		var answer *rest.Error
		switch {
		case rest.Is(err, discordgo.ErrCodeInteractionHasAlreadyBeenAcknowledged) && tried == tooLate:
			return saidBefore
		case err == nil, rest.Is(err, discordgo.ErrCodeInteractionHasAlreadyBeenAcknowledged):
			return isSaid
		case errors.As(err, &wait):
			again = max(again, wait.Until.Sub(v.d.cfg.Now()))
		case errors.As(err, &answer) && answer.Status == http.StatusNotFound:
			return tried
		case errors.As(err, &answer) && answer.Status < http.StatusInternalServerError:
			v.d.cfg.Log.Error("discord: a response is refused", append(attrs(v.in), slog.Any("err", err))...)
			return isRefused
		default:
			tried = inDoubt
		}
		if again > left || !sleep(v.work, again) {
			v.d.cfg.Log.Warn("discord: a response did not get through", append(attrs(v.in), slog.Any("err", err))...)
			return tried
		}
	}
}
