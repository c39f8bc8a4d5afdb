package discord

import "time"

// delivery is one payload as it arrived, by the gateway or over HTTP.
type delivery struct {
	dispatch string // the name of the gateway's event; INTERACTION_CREATE over HTTP too
	body     []byte
	at       time.Time // when it arrived
	done     func()    // is called once it is handled for good: by then a restart needs it no more
}

// deliver takes a delivery and returns at once.
func (d *Discord) deliver(in delivery) {}
