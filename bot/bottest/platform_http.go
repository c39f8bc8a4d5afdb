package bottest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"greenroom/bot/chat"
)

// ServeHTTP is what the platform's client and the members of a campaign speak to.
//
//	POST /send     sending -> id; 429 wait; 403 refused; or the connection is dropped
//	POST /find     key -> id, empty when nothing was posted; 501 when the platform cannot be asked
//	POST /connect  -> the number of a connection; older ones get nothing more
//	POST /next     number -> the next event, 204 after a while without one
//	POST /done     acknowledgement
//	POST /say      event of a member -> reply, once the bot has acknowledged it
//	POST /refuse   refusal
//	GET  /log      ?after=N -> entries
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	routes := map[string]func(http.ResponseWriter, *http.Request) error{
		"/send": p.serveSend, "/find": p.serveFind, "/connect": p.serveConnect, "/next": p.serveNext,
		"/done": p.serveDone, "/say": p.serveSay, "/refuse": p.serveRefuse, "/log": p.serveLog,
	}
	route, ok := routes[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	switch err := route(w, r); {
	case errors.Is(err, errLost):
		panic(http.ErrAbortHandler) // how net/http drops a connection
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// sending is the body of /send.
type sending struct {
	Action chat.Action
	Target chat.MessageID
}

// acknowledgement is the body of /done.
type acknowledgement struct {
	Connection int
	Event      string // name of its id
	Taken      bool   // otherwise it is handed over again
	Reply      chat.Reply
}

// refusal is the body of /refuse.
type refusal struct {
	Channel chat.Channel
	Reason  chat.Reason
}

func (p *Platform) serveSend(w http.ResponseWriter, r *http.Request) error {
	var body sending
	if err := read(r, &body); err != nil {
		return err
	}
	time.Sleep(p.delay())
	id, err := p.send(body.Action, body.Target)
	var refused *chat.Refused
	switch {
	case errors.As(err, new(*chat.Wait)):
		w.WriteHeader(http.StatusTooManyRequests)
		return nil
	case errors.As(err, &refused):
		w.WriteHeader(http.StatusForbidden)
		return json.NewEncoder(w).Encode(refused)
	case err != nil:
		return err
	}
	return json.NewEncoder(w).Encode(id)
}

func (p *Platform) serveFind(w http.ResponseWriter, r *http.Request) error {
	var key chat.Key
	if err := read(r, &key); err != nil {
		return err
	}
	time.Sleep(p.delay())
	id, err := p.find(key)
	if errors.Is(err, chat.ErrCannotTell) {
		w.WriteHeader(http.StatusNotImplemented)
		return nil
	}
	return json.NewEncoder(w).Encode(id)
}

func (p *Platform) serveConnect(w http.ResponseWriter, _ *http.Request) error {
	return json.NewEncoder(w).Encode(p.said.connect())
}

func (p *Platform) serveNext(w http.ResponseWriter, r *http.Request) error {
	var connection int
	if err := read(r, &connection); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	e, ok := p.said.next(ctx, connection)
	if !ok {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	return json.NewEncoder(w).Encode(e)
}

func (p *Platform) serveDone(_ http.ResponseWriter, r *http.Request) error {
	var body acknowledgement
	if err := read(r, &body); err != nil {
		return err
	}
	p.said.done(body.Connection, body.Event, body.Taken, body.Reply)
	return nil
}

func (p *Platform) serveSay(w http.ResponseWriter, r *http.Request) error {
	var e chat.Event
	if err := read(r, &e); err != nil {
		return err
	}
	reply, err := p.said.say(r.Context(), e)
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(reply)
}

func (p *Platform) serveRefuse(_ http.ResponseWriter, r *http.Request) error {
	var body refusal
	if err := read(r, &body); err != nil {
		return err
	}
	p.Refuse(body.Channel, body.Reason)
	return nil
}

func (p *Platform) serveLog(w http.ResponseWriter, r *http.Request) error {
	after, err := strconv.Atoi(r.FormValue("after"))
	if err != nil {
		return err
	}
	return json.NewEncoder(w).Encode(p.since(after))
}

func read(r *http.Request, into any) error { return json.NewDecoder(r.Body).Decode(into) }
