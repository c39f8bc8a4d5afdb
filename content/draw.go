package content

func drawMain(q *Question) []KeyPoint                  { return nil }
func drawFollowUp(q *Question, f *FollowUp) []KeyPoint { return nil }
