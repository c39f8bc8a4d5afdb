package discordfake

// interaction is one action of a person on which the app may respond.
type interaction struct {
	id, token string
	kind      int
	by        *person
	channel   *channel
}

// form is a modal that a person has open.
type form struct{}
