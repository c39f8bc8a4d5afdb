package discordfake

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
)

// memory serves a handler over net.Pipe.
type memory struct {
	server *http.Server
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once // closes
	start  sync.Once
	done   sync.WaitGroup
}

func newMemory(h http.Handler) *memory {
	m := &memory{conns: make(chan net.Conn), closed: make(chan struct{})}
	m.server = &http.Server{Handler: h, ConnState: func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			m.done.Add(1)
		case http.StateHijacked, http.StateClosed: // net/http waits for half a second before it closes some
			m.done.Done()
		}
	}}
	return m
}

func (m *memory) dial(ctx context.Context) (net.Conn, error) {
	m.start.Do(func() { m.done.Go(func() { _ = m.server.Serve(m) }) }) // ends when Accept does
	ours, theirs := net.Pipe()
	select {
	case m.conns <- ours:
		return theirs, nil
	case <-m.closed:
		return nil, errors.New("discordfake: closed")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept, Close and Addr make memory a net.Listener.
func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.conns:
		return c, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error {
	m.once.Do(func() { close(m.closed) })
	return nil
}

func (m *memory) Addr() net.Addr { return pipeAddr{} }

func (m *memory) close() {
	_ = m.Close()
	_ = m.server.Close()
	m.done.Wait()
}

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "discord.fake" }
