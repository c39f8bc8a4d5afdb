package slack

import "net/http"

// Hooks serves what Slack sends over HTTP: /slack/events, /slack/interactive and /slack/commands. Before and after Run, and
// without a signing secret, it answers 503.
func (s *Slack) Hooks() http.Handler {
	mux := http.NewServeMux()
	for path, kind := range map[string]Payload{
		"/slack/events": EventPayload, "/slack/interactive": InteractionPayload, "/slack/commands": CommandPayload,
	} {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) { s.hook(w, r, kind) })
	}
	return mux
}

func (s *Slack) hook(w http.ResponseWriter, r *http.Request, kind Payload) {
	http.Error(w, "Greenroom is starting or stopping.", http.StatusServiceUnavailable)
}
