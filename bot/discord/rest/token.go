package rest

import "time"

// tokenAgain is how long nothing is sent after Discord has refused the bot's token. It may have erred, so then one request asks.
const tokenAgain = time.Minute

func (l *limits) refuseToken(now time.Time) {
	if l.closed[badToken].IsZero() {
		l.log.Error("discord: the bot's token is refused; nothing is sent")
	}
	l.stop(badToken, now.Add(tokenAgain))
}

// acceptToken ends that.
func (l *limits) acceptToken() {
	if !l.closed[badToken].IsZero() {
		l.log.Info("discord: the bot's token is accepted again")
		l.closed[badToken] = time.Time{}
	}
}

// Trouble says in a sentence what stops requests and what to do; empty when nothing does, or what does passes by itself.
func (c *Client) Trouble() string {
	l := c.limits
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	switch {
	case !l.closed[badToken].IsZero():
		return "Discord refuses the bot's token: copy a new one from your app's page at discord.com/developers/applications, under Bot, and restart Greenroom with it."
	case now.Before(l.closed[edgeLimit]):
		return "Cloudflare does not let this machine's address through to Discord for a while: whatever else sends requests to Discord from here should stop."
	case l.invalid.count(now) >= invalidStop:
		return "Discord has refused so many requests in ten minutes that it would soon ban this machine's address, so only replies are sent: the log says what was refused."
	}
	return ""
}
