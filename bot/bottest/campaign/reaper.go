package campaign

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"
)

// Strike is a moment at which the bot is killed.
type Strike struct {
	Call  string        // the name of a call, as the test's tap says it, or of what people do; empty: never
	Nth   int           // at the n-th
	When  Phase         // of a call
	Delay time.Duration // after it
}

// Phase is when in a call.
type Phase int

// The phases of a call.
const (
	Before Phase = iota // nothing was done
	Amid                // it was done and the bot was not told
	After               // the bot was told
)

// AnyStrike chooses a moment at one of the first four calls with one of these names.
func AnyStrike(random *rand.Rand, calls ...string) Strike {
	s := Strike{Nth: 1 + random.IntN(4), When: Phase(random.IntN(3)), Delay: time.Duration(random.IntN(4000)) * time.Microsecond}
	s.Call = calls[random.IntN(len(calls))]
	return s
}

// Kills tells whether it comes at all.
func (s Strike) Kills() bool { return s.Call != "" }

// Reaper kills lives at chosen moments.
type Reaper struct {
	mu     sync.Mutex
	life   *Life
	strike Strike
	seen   int // calls of the strike's name since it was armed
	hit    bool
	killed map[int]bool // lives, by number
}

// Lives tells which life it is.
func (r *Reaper) Lives(l *Life) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.life = l
}

// Life is the number of the life that it is.
func (r *Reaper) Life() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.life.Number
}

// Arm chooses the next moment.
func (r *Reaper) Arm(s Strike) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.strike, r.seen, r.hit = s, 0, false
}

// Struck tells whether the moment has come.
func (r *Reaper) Struck() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.hit
}

// Killed tells whether a life was killed; Kills how many were.
func (r *Reaper) Killed(life int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.killed[life]
}

// Kills is how many lives were killed.
func (r *Reaper) Kills() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.killed)
}

// Strike kills the life now, or after a while.
func (r *Reaper) Strike(after time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.killed == nil {
		r.killed = map[int]bool{}
	}
	l := r.life
	r.hit, r.killed[l.Number] = true, true
	if after == 0 {
		l.Kill()
		return
	}
	time.AfterFunc(after, l.Kill)
}

// Moment counts something that people do, and kills where it is the strike's.
func (r *Reaper) Moment(call string) {
	if s, now := r.moment(call); now {
		r.Strike(s.Delay)
	}
}

// moment counts a call and tells whether it is the strike's.
func (r *Reaper) moment(call string) (Strike, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.hit || call != r.strike.Call {
		return Strike{}, false
	}
	r.seen++
	return r.strike, r.seen == r.strike.Nth
}

// Tap stands between the bot and its platform. call names a request; one without a name passes untouched, as what is streamed
// must. carry has the platform serve a request that has one, and may look at it; nil where the platform ends the connection.
func (r *Reaper) Tap(platform http.Handler, call func(*http.Request) string, carry func(call string, req *http.Request) *httptest.ResponseRecorder) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		name := call(req)
		if name == "" {
			platform.ServeHTTP(w, req)
			return
		}
		s, now := r.moment(name)
		if now && s.When == Before {
			r.Strike(0)
			panic(http.ErrAbortHandler)
		}
		answer := carry(name, req)
		if now && s.When == Amid || answer == nil {
			if now {
				r.Strike(0)
			}
			panic(http.ErrAbortHandler)
		}
		for name, values := range answer.Header() {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
		if now {
			r.Strike(s.Delay)
		}
	})
}

// Carry has a platform serve a request; nil where it ends the connection.
func Carry(platform http.Handler, r *http.Request) (answer *httptest.ResponseRecorder) {
	defer func() {
		if p := recover(); p == http.ErrAbortHandler {
			answer = nil
		} else if p != nil {
			panic(p)
		}
	}()
	answer = httptest.NewRecorder()
	platform.ServeHTTP(answer, r)
	return answer
}
