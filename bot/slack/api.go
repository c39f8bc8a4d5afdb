package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"greenroom/bot/chat"
)

// client speaks the Web API with one token. It never retries: a second post would be a second message. It costs nothing to
// make: connections belong to s.http.
func (s *Slack) client(token string) *slack.Client {
	return slack.New(token, slack.OptionAPIURL(s.cfg.API), slack.OptionHTTPClient(s.http))
}

// ask calls one method of the Web API in a workspace, through do. The error is nil, *chat.Wait (not done), *chat.Refused (never
// will be) or any other: unknown. A method that Slack has closed for a while (429) is not even tried before its time.
func (s *Slack) ask(ctx context.Context, w chat.Workspace, method string, do func(context.Context, *slack.Client) error) error {
	return s.askIn(ctx, w, method, "", do)
}

// askIn is ask for a method that posts: the channel has a limit of its own.
func (s *Slack) askIn(ctx context.Context, w chat.Workspace, method, channel string, do func(context.Context, *slack.Client) error) error {
	in, err := s.installs.of(ctx, w)
	var said slack.SlackErrorResponse
	switch {
	case errors.Is(err, errNotInstalled):
		return &chat.Refused{Reason: chat.ReasonRevoked, Detail: err.Error()}
	case errors.As(err, &said):
		return s.said(ctx, w, "auth.test", said)
	case err != nil:
		s.cfg.Log.Warn("slack: a workspace's token cannot be had", slog.String("workspace", string(w)), slog.Any("err", err))
		return s.wait(afterFailure)
	}
	return s.request(ctx, w, method, channel, func(ctx context.Context) error { return do(ctx, s.client(in.Token)) })
}

// request makes one request when it is its turn.
func (s *Slack) request(ctx context.Context, w chat.Workspace, method, channel string, do func(context.Context) error) error {
	if err := s.pace.take(w, method, channel); err != nil {
		return err
	}
	var connected atomic.Bool // before that nothing was written, so nothing was done
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	return s.verdict(ctx, w, method, connected.Load, do(ctx))
}

// patience is how long a reply waits for its turn: a person looks at the place where it will stand.
const patience = 5 * time.Second

// call carries out one call of an Answer. responseURL is where ResponseURL goes. The error is as in ask; where Slack wants it to wait
// for longer than a person does, it is *chat.Wait.
func (s *Slack) call(ctx context.Context, w chat.Workspace, c Call, responseURL string) error {
	for left := patience; ; {
		err := s.callOnce(ctx, w, c, responseURL)
		var wait *chat.Wait
		if !errors.As(err, &wait) {
			return err
		}
		nap := max(wait.Until.Sub(s.cfg.Now()), 10*time.Millisecond)
		if left -= nap; left < 0 || !sleep(ctx, nap) {
			return err
		}
	}
}

// sleep waits; false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (s *Slack) callOnce(ctx context.Context, w chat.Workspace, c Call, responseURL string) error {
	switch body := c.Body.(type) {
	case response:
		return s.request(ctx, w, ResponseURL, "", func(ctx context.Context) error {
			return slack.PostWebhookCustomHTTPContext(ctx, responseURL, s.http, body.webhook())
		})
	case posted:
		if c.Method == "chat.postEphemeral" {
			return s.whisper(ctx, w, body)
		}
		_, err := s.post(ctx, w, body.Channel, body.Thread, body.message)
		return err
	case updated:
		return s.update(ctx, w, body.Channel, body.TS, body.message)
	case viewCall:
		return s.ask(ctx, w, c.Method, func(ctx context.Context, api *slack.Client) error { return body.send(ctx, api, c.Method) })
	}
	return &chat.Refused{Reason: chat.ReasonTooLong, Detail: fmt.Sprintf("%s with a %T", c.Method, c.Body)} // unreachable: Respond makes no other
}

// standing is where a message stands.
type standing struct {
	channel, ts string
	thread      string // the ts of its parent; empty where it stands in the channel itself
}

// whisper shows a message to one member of a channel.
func (s *Slack) whisper(ctx context.Context, w chat.Workspace, p posted) error {
	return s.ask(ctx, w, "chat.postEphemeral", func(ctx context.Context, api *slack.Client) error {
		_, err := api.PostEphemeralContext(ctx, p.Channel, p.User, under(p.options(), p.Thread)...)
		return err
	})
}

// under puts a message into a thread, where there is one.
func under(options []slack.MsgOption, thread string) []slack.MsgOption {
	if thread == "" {
		return options
	}
	return append(options, slack.MsgOptionTS(thread))
}

// post posts a message; thread is the ts of the parent, or empty. channel may be a member: their direct messages.
func (s *Slack) post(ctx context.Context, w chat.Workspace, channel, thread string, m message) (at standing, err error) {
	options := under(m.options(), thread)
	err = s.askIn(ctx, w, "chat.postMessage", channel, func(ctx context.Context, api *slack.Client) error {
		var stands slack.Message
		var err error
		at.channel, at.ts, stands, err = api.PostMessageWithResponseContext(ctx, channel, options...)
		if at.thread = stands.ThreadTimestamp; stands.Timestamp == "" { // where it stands was not said
			at.thread = thread
		}
		if err == nil && (at.channel == "" || at.ts == "") {
			return errors.New("the answer names no message")
		}
		return err
	})
	return at, err
}

// update changes a message.
func (s *Slack) update(ctx context.Context, w chat.Workspace, channel, ts string, m message) error {
	return s.ask(ctx, w, "chat.update", func(ctx context.Context, api *slack.Client) error {
		_, _, _, err := api.UpdateMessageContext(ctx, channel, ts, m.options()...)
		return err
	})
}

// remove deletes a message. One that is gone is deleted.
func (s *Slack) remove(ctx context.Context, w chat.Workspace, channel, ts string) error {
	err := s.ask(ctx, w, "chat.delete", func(ctx context.Context, api *slack.Client) error {
		_, _, err := api.DeleteMessageContext(ctx, channel, ts)
		return err
	})
	if refusedFor(err, "message_not_found") {
		return nil
	}
	return err
}

// options is the message as slack-go takes it. Its text is already escaped where it must be.
func (m message) options() []slack.MsgOption {
	options := []slack.MsgOption{
		slack.MsgOptionText(m.Text, false), slack.MsgOptionBlocks(m.Blocks.BlockSet...),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
	if m.Metadata != nil {
		options = append(options, slack.MsgOptionMetadata(*m.Metadata))
	}
	return options
}

func (r response) webhook() *slack.WebhookMessage {
	return &slack.WebhookMessage{
		Text: r.Text, Blocks: &r.Blocks, ResponseType: r.Type, ReplaceOriginal: r.Replace, ThreadTimestamp: r.Thread,
		UnfurlLinks: &r.UnfurlLinks, UnfurlMedia: &r.UnfurlMedia,
	}
}

// send opens, stacks, changes or publishes a view.
func (v viewCall) send(ctx context.Context, api *slack.Client, method string) (err error) {
	if method == "views.publish" {
		home, err := as[slack.HomeTabViewRequest](v.Body)
		if err == nil {
			_, err = api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: v.User, View: home})
		}
		return err
	}
	modal, err := as[slack.ModalViewRequest](v.Body)
	switch {
	case err != nil:
	case method == "views.update":
		_, err = api.UpdateViewContext(ctx, modal, "", "", v.View)
	case v.Trigger == "":
		err = slack.SlackErrorResponse{Err: "invalid_trigger_id"} // as Slack would say
	case method == "views.open":
		_, err = api.OpenViewContext(ctx, v.Trigger, modal)
	case method == "views.push":
		_, err = api.PushViewContext(ctx, v.Trigger, modal)
	}
	return err
}

// as reads a body that may have been kept as JSON.
func as[T any](body any) (T, error) {
	v, ok := body.(T)
	if ok {
		return v, nil
	}
	raw, err := json.Marshal(body)
	if err == nil {
		err = json.Unmarshal(raw, &v)
	}
	return v, err
}
