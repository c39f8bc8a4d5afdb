// Package rest sends requests to Discord's REST API within its limits.
package rest

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"time"
)

// Config is what a Client is made from.
type Config struct {
	Token string
	API   string // base of the REST API, with a slash at its end
	Log   *slog.Logger
	Now   func() time.Time
	Dial  func(ctx context.Context, network, address string) (net.Conn, error) // how to connect; the machine's own way when nil
}

// Client sends requests, many at a time.
type Client struct{ cfg Config }

// New makes a client.
func New(cfg Config) *Client { return &Client{cfg} }

// Close gives back idle connections.
func (c *Client) Close() {}

// File is attached to a request.
type File struct {
	Name string
	Type string // MIME
	Body io.Reader
}

// Request is one call of the API.
type Request struct {
	Method string
	Path   string // below the base, such as channels/1/messages?limit=100
	Body   any    // is sent as JSON; nil sends none
	Files  []File
	Reason string // X-Audit-Log-Reason
}

// Do sends a request and reads the answer's JSON into v, if it is not nil. It waits for Discord's limits as long as ctx
// allows and never sends again what may have been done: the errors are *Error (Discord answered with a status), *Wait (not
// sent, or refused by a limit: try then), and any other (unknown whether it was done).
func (c *Client) Do(ctx context.Context, r Request, v any) error {
	return errors.New("rest: not connected")
}
