package content

// mathNode is LaTeX as it is shown and said.
func mathNode(kind Kind, source string) Node {
	return Node{Kind: kind, Text: source, Spoken: source, Source: source}
}
