package rest

import (
	"log/slog"
	"time"
)

// Cloudflare bans an address for 10,000 answers of 401, 403 or 429 within ten minutes; those of a shared limit do not count
// (docs.discord.com, Rate Limits, Invalid Request Limit).
const (
	invalidWindow = 10 * time.Minute
	invalidStep   = 10 * time.Second // as exactly as it is counted
	invalidWarn   = 1_000
	invalidStop   = 9_000
)

// invalid counts such answers.
type invalid struct {
	steps  [invalidWindow / invalidStep]int
	sum    int
	at     int64 // the newest step, in steps of Unix time
	warned bool
}

// count is how many there were in the last ten minutes.
func (i *invalid) count(now time.Time) int {
	i.pass(now)
	return i.sum
}

// pass drops what is too old.
func (i *invalid) pass(now time.Time) {
	at := now.Unix() / int64(invalidStep/time.Second)
	for n := 0; i.at < at && n < len(i.steps); n++ {
		i.at++
		i.sum -= i.steps[i.at%int64(len(i.steps))]
		i.steps[i.at%int64(len(i.steps))] = 0
	}
	i.at = max(i.at, at)
	if i.sum < invalidWarn/2 {
		i.warned = false
	}
}

func (l *limits) countInvalid(now time.Time) {
	i := &l.invalid
	i.pass(now)
	i.steps[i.at%int64(len(i.steps))]++
	i.sum++
	if i.sum >= invalidWarn && !i.warned {
		i.warned = true
		l.log.Warn("discord: many requests are refused; at 10,000 in ten minutes Discord bans this machine's address", slog.Int("refused", i.sum))
	}
}
