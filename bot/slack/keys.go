package slack

// Keys is the key ring that encrypts tokens at rest. The zero Keys is empty and encrypts nothing.
type Keys struct{}
