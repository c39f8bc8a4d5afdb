package store

import "strings"

// Key writes a Ref from the parts of an ordered tuple: the tenant first, then the name of the kind of record, then its
// ids. No part's text can run into the next, and Key(a, b) begins with Key(a)+"/"; an order by Ref is an order by parts
// as far as they hold only letters, digits and the signs above the slash. It never writes "~": see Space.
func Key(parts ...string) Ref {
	escaped := make([]string, len(parts))
	for i, p := range parts {
		escaped[i] = keyEscape.Replace(p)
	}
	return Ref(strings.Join(escaped, "/"))
}

// Prefix is what every Ref below the tuple begins with: for List.
func Prefix(parts ...string) Ref { return Key(parts...) + "/" }

// Parts reads what Key wrote.
func (r Ref) Parts() []string {
	parts := strings.Split(string(r), "/")
	for i, p := range parts {
		parts[i] = keyUnescape.Replace(p)
	}
	return parts
}

var (
	keyEscape   = strings.NewReplacer("%", "%25", "/", "%2F", "~", "%7E", "\x00", "%00")
	keyUnescape = strings.NewReplacer("%2F", "/", "%7E", "~", "%00", "\x00", "%25", "%")
)
