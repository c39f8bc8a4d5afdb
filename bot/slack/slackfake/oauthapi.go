package slackfake

import "net/http"

// oauth is what is under way between a member who installs and the app.
type oauth struct{}

func newOAuth() oauth { return oauth{} }

// serveAuthorize is the page on which a member installs the app. It takes the lock itself.
func (f *Fake) serveAuthorize(rw http.ResponseWriter, r *http.Request) { http.NotFound(rw, r) }
