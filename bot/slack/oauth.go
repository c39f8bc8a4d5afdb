package slack

import "net/http"

// serveOAuth serves /slack/install and /slack/oauth, by which workspaces sign in. It is on the hooks listener.
func (i *installs) serveOAuth(mux *http.ServeMux) {
	mux.HandleFunc("GET /slack/install", http.NotFound)
	mux.HandleFunc("GET /slack/oauth", http.NotFound)
}
