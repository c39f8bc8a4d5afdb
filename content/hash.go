package content

// Hash is the content hash of a question: equal for questions that read the same, wherever they stand. 32 hex digits.
func Hash(q *Question) string {
	return ""
}
