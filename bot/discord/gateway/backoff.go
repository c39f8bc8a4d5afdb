package gateway

import "time"

const (
	firstPause   = 250 * time.Millisecond
	longestPause = time.Minute
)

// backoff is how long to wait after a number of failures in a row: next to nothing after the first, because a session waits
// to be resumed, then twice as long each time. chance, in [0,1), keeps shards apart that failed together.
func backoff(failures int, chance float64) time.Duration {
	if failures <= 1 {
		return time.Duration(chance * float64(firstPause))
	}
	pause := longestPause
	if n := failures - 1; n < 8 {
		pause = min(pause, firstPause<<n)
	}
	return time.Duration((0.5 + chance/2) * float64(pause))
}
