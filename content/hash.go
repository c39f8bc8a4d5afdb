package content

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Hash is the content hash of a question, 32 hex digits: two questions have the same one only when everything that is
// played of them is the same. Where they stand in a file and what was warned of do not count.
func Hash(q *Question) string {
	c := *q
	c.Source, c.Warnings, c.Segments = Source{}, nil, nil
	data, err := json.Marshal(c)
	if err != nil {
		panic("content: " + err.Error()) // unreachable: a question is strings, numbers and booleans
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:16])
}
