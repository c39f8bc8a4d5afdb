package bottest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"greenroom/bot/chat"
)

// Client speaks to a Platform in another process. For the bot it is the adapter (chat.Platform); for the members of a
// campaign it is their app (Say, Log).
type Client struct {
	URL         string
	Temperament Temperament
	Clock       interface{ Now() time.Time } // from which a wait is counted
	HTTP        *http.Client
}

var _ chat.Platform = (*Client)(nil)

// NewClient speaks to the platform at an address. It keeps connections of its own.
func NewClient(url string, t Temperament, clock interface{ Now() time.Time }) *Client {
	transport := &http.Transport{MaxIdleConnsPerHost: 32}
	return &Client{URL: url, Temperament: t, Clock: clock, HTTP: &http.Client{Transport: transport}}
}

// workers is how many events one connection carries to the bot at a time.
const workers = 8

// Run hands over events until ctx ends.
func (c *Client) Run(ctx context.Context, h chat.Handler) error {
	defer c.HTTP.CloseIdleConnections()
	var connection int
	if _, err := c.call(ctx, "/connect", nil, &connection); err != nil {
		return err
	}
	var all sync.WaitGroup
	errs := make([]error, workers)
	for i := range workers {
		all.Go(func() {
			for ctx.Err() == nil && errs[i] == nil {
				errs[i] = c.handOver(ctx, connection, h)
			}
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

// handOver brings one event to the bot and acknowledges it when the bot has taken it.
func (c *Client) handOver(ctx context.Context, connection int, h chat.Handler) error {
	var e chat.Event
	status, err := c.call(ctx, "/next", connection, &e)
	if err != nil || status == http.StatusNoContent {
		return err
	}
	reply, err := h.Handle(ctx, e)
	done := acknowledgement{Connection: connection, Event: e.ID.Name, Taken: err == nil, Reply: reply}
	_, err = c.call(context.WithoutCancel(ctx), "/done", done, nil)
	return err
}

// Send posts, edits or deletes.
func (c *Client) Send(ctx context.Context, a chat.Action, target chat.MessageID) (id chat.MessageID, err error) {
	var answer json.RawMessage
	status, err := c.call(ctx, "/send", sending{a, target}, &answer)
	switch {
	case err != nil:
		return "", err
	case status == http.StatusTooManyRequests:
		return "", &chat.Wait{Until: c.Clock.Now().Add(time.Second)}
	case status == http.StatusForbidden:
		refused := &chat.Refused{}
		if err := json.Unmarshal(answer, refused); err != nil {
			return "", err
		}
		return "", refused
	}
	return id, json.Unmarshal(answer, &id)
}

// Find asks what was posted under the action's key. A Keyed platform cannot be asked, and need not be: while it honours
// the key the action can be sent again, so it is said not to be found. (An adapter for longer outages must know how old
// the first try is.)
func (c *Client) Find(ctx context.Context, a chat.Action) (id chat.MessageID, found bool, err error) {
	status, err := c.call(ctx, "/find", a.Key, &id)
	switch {
	case err != nil:
		return "", false, err
	case status == http.StatusNotImplemented:
		return "", false, nil
	}
	return id, id != "", nil
}

// Say is something that a member does; it returns with the bot's reply, however often the bot dies before.
func (c *Client) Say(ctx context.Context, e chat.Event) (reply chat.Reply, err error) {
	_, err = c.call(ctx, "/say", e, &reply)
	return reply, err
}

// Refuse makes every further action in a channel refused; an empty reason ends that.
func (c *Client) Refuse(ctx context.Context, channel chat.Channel, reason chat.Reason) error {
	_, err := c.call(ctx, "/refuse", refusal{channel, reason}, nil)
	return err
}

// Log reads the platform's log after the n-th entry.
func (c *Client) Log(ctx context.Context, n int) (entries []Entry, err error) {
	_, err = c.call(ctx, "/log?after="+strconv.Itoa(n), nil, &entries)
	return entries, err
}

// call posts a body and reads the answer. Statuses with a meaning of their own are no errors.
func (c *Client) call(ctx context.Context, path string, body, answer any) (status int, err error) {
	content, err := json.Marshal(body)
	if err != nil {
		return 0, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL+path, bytes.NewReader(content))
	if err != nil {
		return 0, err
	}
	response, err := c.HTTP.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusNoContent, http.StatusTooManyRequests, http.StatusNotImplemented:
		return response.StatusCode, nil
	case http.StatusOK, http.StatusForbidden:
		if answer == nil {
			return response.StatusCode, nil
		}
		return response.StatusCode, json.NewDecoder(response.Body).Decode(answer)
	}
	return response.StatusCode, fmt.Errorf("platform answers %s with %s", path, response.Status)
}
