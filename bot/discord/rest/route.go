package rest

import (
	"strings"
)

// route is what Discord's limits tell apart: a method and path, and the one thing in it that is limited by itself. Channels,
// guilds, and webhooks and interactions with their tokens are (docs.discord.com, Rate Limits).
type route struct {
	pattern string // method and path without ids
	major   string // the thing that is limited by itself; empty where there is none
	reply   bool   // to an interaction: the global limit does not count it, and a person waits for it
}

// routeOf reads a path below the base.
func routeOf(method, path string) route {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(strings.Trim(path, "/"), "/")
	r := route{}
	own := 0 // how many parts after the first name what is limited by itself
	switch parts[0] {
	case "channels", "guilds":
		own = 1
	case "webhooks", "interactions":
		own = 2
		r.reply = len(parts) > 2
	}
	own = min(own, len(parts)-1)
	r.major = strings.Join(parts[1:1+own], "/")
	for i := range parts {
		if i > 0 && (i <= own || isID(parts[i])) {
			parts[i] = "*"
		}
	}
	r.pattern = method + " " + strings.Join(parts, "/")
	return r
}

// isID tells whether a part of a path is an id: ids are decimal numbers.
func isID(part string) bool {
	return part != "" && strings.Trim(part, "0123456789") == ""
}

// redacted is a path without query and without the tokens of interactions and webhooks.
func redacted(path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	if len(parts) > 2 && (parts[0] == "webhooks" || parts[0] == "interactions") {
		parts[2] = "…"
	}
	return strings.Join(parts, "/")
}
