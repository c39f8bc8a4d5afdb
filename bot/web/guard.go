package web

import (
	"net"
	"net/http"
	"strings"
)

// policy allows the page's own files and nothing else: no inline script or style, no frame, no other host.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard stands before every page: it checks the host name (against DNS rebinding), refuses posts from other sites,
// bounds bodies and sets the headers that tell browsers to be careful.
func (p *Playground) guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if !p.cfg.Open && !loopback(r.Host) {
			p.sorry(w, http.StatusMisdirectedRequest, "This playground is for this computer only",
				"Open it as http://127.0.0.1 with its port. To serve it under another name, start Greenroom with --open.")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		cross.ServeHTTP(w, r)
	})
}

// loopback tells whether a Host header names this computer: localhost and what is below it (RFC 6761), or a loopback address.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
