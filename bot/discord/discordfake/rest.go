package discordfake

import (
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Limits is other numbers than Discord's own; zero fields are Discord's.
type Limits struct {
	Nonce    time.Duration // how long enforce_nonce remembers: "the past few minutes"; 3 minutes
	Threads  int           // active threads of a guild; 1,000 (userdoccers)
	File     int           // bytes of one attachment; 10 MiB
	OldEdits int           // edits of messages older than an hour, by channel and hour; 5: Discord names no number, apps report "a few"

	Global  int           // requests a second; 50
	Posts   int           // messages in one channel in five seconds; 5
	Invalid int           // 401, 403 and 429 in ten minutes, after which Cloudflare answers; 10,000
	Ban     time.Duration // for how long it does; 10 minutes
}

func (l Limits) filled() Limits {
	for _, n := range []struct {
		field *int
		value int
	}{
		{&l.Threads, 1000}, {&l.File, 10 << 20}, {&l.OldEdits, 5}, {&l.Global, 50}, {&l.Posts, 5}, {&l.Invalid, 10_000},
	} {
		if *n.field == 0 {
			*n.field = n.value
		}
	}
	if l.Nonce == 0 {
		l.Nonce = 3 * time.Minute
	}
	if l.Ban == 0 {
		l.Ban = 10 * time.Minute
	}
	return l
}

// rest is the REST API's own state.
type rest struct {
	limits   Limits
	routes   *node
	faults   Faults
	script   []scripted
	rates    rates
	commands map[string]*commandList // by guild; global ones under the empty id
	app      map[string]any          // what PATCH applications/@me has set
	revoked  bool                    // the token was reset
}

func newRest(f *Fake) *rest {
	return &rest{limits: f.cfg.Limits.filled(), faults: f.cfg.Faults, rates: newRates(), commands: map[string]*commandList{}, app: map[string]any{}}
}

// RevokeToken makes the bot's token invalid, as a reset in the developer portal does.
func (f *Fake) RevokeToken() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rest.revoked = true
}

// call is one REST request.
type call struct {
	vars  map[string]string // of the path
	query url.Values
	body  json.RawMessage // JSON, or payload_json of a multipart body; nil without one
	files []upload
	route *route
}

// read reads the body into v.
func (c *call) read(v any) *refusal {
	if len(c.body) == 0 {
		return nil
	}
	if err := decode(c.body, v); err != nil {
		wrong := fieldErrors{}
		wrong.add("", "BASE_TYPE_INVALID", err.Error())
		return wrong.refusal()
	}
	return nil
}

// has tells whether the body names a field.
func (c *call) has(field string) bool {
	var all map[string]json.RawMessage
	_ = json.Unmarshal(c.body, &all) // it was read before
	_, ok := all[field]
	return ok
}

// route is one REST endpoint. Its handler runs with the lock held.
type route struct {
	method, path string // path such as channels/{channel}/messages
	open         bool   // needs no bot token: the path itself holds one
	schema       string // of the body, in Discord's OpenAPI description; found by method and path where it is empty
	limit        limit
	serve        func(f *Fake, c *call) (status int, answer any, refused *refusal)
}

// name is what tests and counters call the route.
func (r *route) name() string { return r.method + " " + r.path }

// endpoints is the whole API, as far as the fake has it.
func (f *Fake) endpoints() (all []route) {
	for _, some := range [][]route{messageRoutes, threadRoutes, channelRoutes, guildRoutes, commandRoutes, f.wire.endpoints()} {
		all = append(all, some...)
	}
	return all
}

// node is a place in the tree of routes, by segments of the path.
type node struct {
	literal map[string]*node
	wild    *node
	name    string // of the variable that leads here
	methods map[string]*route
}

func newNode() *node { return &node{literal: map[string]*node{}, methods: map[string]*route{}} }

func newTree(routes []route) *node {
	root := newNode()
	for i, r := range routes {
		at := root
		for _, part := range strings.Split(r.path, "/") {
			variable, isWild := strings.CutPrefix(part, "{")
			switch {
			case isWild && at.wild == nil:
				at.wild = newNode()
				at.wild.name = strings.TrimSuffix(variable, "}")
				at = at.wild
			case isWild:
				at = at.wild
			default:
				if at.literal[part] == nil {
					at.literal[part] = newNode()
				}
				at = at.literal[part]
			}
		}
		at.methods[r.method] = &routes[i]
	}
	return root
}

// find gives the place of a path and its variables; nil where there is none.
func (n *node) find(parts []string, vars map[string]string) *node {
	if len(parts) == 0 {
		if len(n.methods) == 0 {
			return nil
		}
		return n
	}
	if next := n.literal[parts[0]]; next != nil {
		if found := next.find(parts[1:], vars); found != nil {
			return found
		}
	}
	if n.wild == nil || parts[0] == "" {
		return nil
	}
	vars[n.wild.name] = parts[0]
	return n.wild.find(parts[1:], vars)
}

// match finds the route of a request. It takes the lock itself.
func (f *Fake) match(r *http.Request) (*call, *refusal) {
	f.mu.Lock()
	if f.rest.routes == nil {
		f.rest.routes = newTree(f.endpoints())
	}
	root := f.rest.routes
	f.mu.Unlock()
	c := &call{vars: map[string]string{}, query: r.URL.Query()}
	at := root.find(strings.Split(strings.TrimPrefix(r.URL.Path, "/api/v10/"), "/"), c.vars)
	if at == nil {
		return c, notFound()
	}
	c.route = at.methods[r.Method]
	if c.route == nil {
		return c, notAllowed()
	}
	return c, nil
}

// serveREST answers below /api/v10/. It takes the lock itself, and lets it go while it waits.
func (f *Fake) serveREST(rw http.ResponseWriter, r *http.Request) {
	if !f.begin() {
		panic(http.ErrAbortHandler) // net/http ends the connection
	}
	defer f.calls.Done()
	c, refused := f.match(r)
	mishap := f.mishap(c, r)
	if refused == nil {
		refused = c.readBody(rw, r)
	}
	f.wait(mishap.late)
	if mishap.drops(false) {
		panic(http.ErrAbortHandler)
	}
	a := f.answer(c, r, mishap, refused)
	if mishap.drops(true) {
		panic(http.ErrAbortHandler)
	}
	a.write(rw)
}

// begin counts a request that is under way; false once the fake is closed. It takes the lock itself.
func (f *Fake) begin() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.closed {
		f.calls.Add(1)
	}
	return !f.closed
}

// wait lets time pass, whether the app still listens or not: what it sent is carried out. It holds no lock.
func (f *Fake) wait(d time.Duration) {
	if d == 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-f.ended:
	}
}

// answer is what goes back to the app.
type answer struct {
	status int
	header http.Header
	body   any    // JSON; nil for none
	html   string // in place of it
}

func (a *answer) write(rw http.ResponseWriter) {
	for name, values := range a.header {
		rw.Header()[name] = values
	}
	switch {
	case a.html != "":
		rw.Header().Set("Content-Type", "text/html; charset=UTF-8")
		rw.WriteHeader(a.status)
		_, _ = io.WriteString(rw, a.html) // the app is gone
	case a.body == nil:
		rw.WriteHeader(a.status)
	default:
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(a.status)
		_ = json.NewEncoder(rw).Encode(a.body)
	}
}

// answer does what a request asks, if it may. It takes the lock itself.
func (f *Fake) answer(c *call, r *http.Request, m mishap, refused *refusal) *answer {
	if refused == nil && c.route.serve != nil && !f.unchecked.Load() {
		refused = f.checkCall(c) // of no use to an app without rights, but it changes nothing
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.cfg.Now()
	rates := &f.rest.rates
	rates.count(c, now)
	a := &answer{status: http.StatusOK, header: http.Header{}}
	if f.cfg.RateLimits && rates.banned(now) {
		return f.cloudflare(a, now)
	}
	a.header.Set("Via", "1.1 google")
	if f.limited(a, c, m, now) {
		return a
	}
	if early := f.mayCall(c, r); early != nil {
		refused = early
	}
	if refused == nil {
		refused = m.before()
	}
	if refused == nil {
		a.status, a.body, refused = c.route.serve(f, c)
	}
	if refused == nil {
		refused = m.after()
	}
	if refused != nil {
		a.status, a.body = refused.status, refused.json()
		if refused.after > 0 {
			a.header.Set("Retry-After", seconds(refused.after))
		}
	}
	f.invalid(a, now)
	return a
}

// mayCall refuses who has no token, or does not say what it is.
func (f *Fake) mayCall(c *call, r *http.Request) *refusal {
	switch {
	case !strings.HasPrefix(r.UserAgent(), "DiscordBot (") && r.Header.Get("X-Forwarded-For") == "":
		return refuse(40333) // docs.discord.com, API Reference, User Agent: others may be blocked
	case c.route != nil && c.route.open:
		return nil
	case f.rest.revoked || r.Header.Get("Authorization") != "Bot "+f.cfg.Token:
		return unauthorized()
	}
	return nil
}

// maxBody is what one request may have (docs.discord.com, Uploading Files).
const maxBody = 25 << 20

// readBody reads JSON, or a multipart form with payload_json and files.
func (c *call) readBody(rw http.ResponseWriter, r *http.Request) *refusal {
	if r.Method == http.MethodGet || r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return nil
	}
	body := http.MaxBytesReader(rw, r.Body, maxBody)
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/json":
		raw, err := io.ReadAll(body)
		if err != nil {
			return refuse(40005)
		}
		if len(raw) > 0 && !json.Valid(raw) {
			return refuse(50109)
		}
		c.body = raw
		return nil
	case "multipart/form-data":
		return c.readForm(multipart.NewReader(body, params["boundary"]))
	}
	return refuse(50109) // Discord reads a form where no type is named; none of the fake's routes means one
}

func (c *call) readForm(form *multipart.Reader) *refusal {
	for {
		part, err := form.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return refuse(40005)
		}
		raw, err := io.ReadAll(part)
		if err != nil {
			return refuse(40005)
		}
		switch {
		case part.FormName() == "payload_json":
			if !json.Valid(raw) {
				return refuse(50109)
			}
			c.body = raw
		case part.FileName() != "":
			c.files = append(c.files, upload{part.FormName(), part.FileName(), part.Header.Get("Content-Type"), raw})
		}
	}
}
