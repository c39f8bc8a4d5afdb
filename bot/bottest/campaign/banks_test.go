package campaign

import "testing"

func TestBanks(t *testing.T) {
	for _, b := range Banks(10, 40) {
		if len(b.Questions) != 40 || len(b.Questions[7].KeyPoints) != 3 || len(b.Questions[7].FollowUps) != 2 {
			t.Errorf("bank %s has %d questions", b.Name, len(b.Questions))
		}
	}
}
