package slack_test

import (
	"fmt"
	"strings"
	"testing"

	"greenroom/content"
)

// ideas are what the day's answers are made of: a key point each.
var ideas = []string{
	"Caching keeps results: a stored result is reused instead of computed again",
	"Indexes speed up reads: a sorted tree finds rows without scanning the table",
	"Replication survives failures: several servers hold copies of the data",
	"Sharding spreads load: each server owns a range of the keys",
	"Queues decouple services: producers continue while consumers are slow",
	"Timeouts bound waiting: a call that hangs is abandoned after a deadline",
	"Retries need idempotence: a repeated request must not charge twice",
	"Monitoring shows trouble: alerts fire when the error rate climbs",
}

// dayBanks has a bank for each schedule of a workspace, so that no member meets a question twice: it scores once.
func dayBanks(schedules int) []*content.Bank {
	var banks []*content.Bank
	for n := range schedules {
		bank, problems := content.Parse(topicOf(n)+".md", []byte(bankText(n)))
		if len(problems) > 0 {
			panic(fmt.Sprint("the day's bank: ", problems)) // unreachable: TestDayBanks
		}
		banks = append(banks, bank)
	}
	return banks
}

func topicOf(n int) string { return fmt.Sprint("subject", n) }

func bankText(n int) string {
	points := []string{ideas[n%8], ideas[(n+3)%8], ideas[(n+5)%8]}
	var b strings.Builder
	fmt.Fprintf(&b, "---\nname: %s\ntopic: %s\nlang: en\n---\n\n", topicOf(n), topicOf(n))
	for i := range 3 {
		fmt.Fprintf(&b, "## Question\n**Main question**: How would you design system %d of family %d?\n\n", i, n)
		b.WriteString("**Explanation**: The candidate should explain what keeps it fast and what keeps it alive.\n\n")
		b.WriteString("**Follow-up questions**:\n\n1. What keeps it fast?\n2. What keeps it alive?\n\n**Key points**:\n")
		for _, p := range points {
			fmt.Fprintf(&b, "- %s\n", p)
		}
		b.WriteString("\n## Answer\n\nIt is built from well known parts.\n\n### Follow-up Questions:\n\n")
		fmt.Fprintf(&b, "#### What keeps it fast?\n\n%s.\n\n#### What keeps it alive?\n\n%s.\n\n", points[0], points[1])
	}
	return b.String()
}

func TestDayBanks(t *testing.T) {
	for _, b := range dayBanks(3) {
		if len(b.Questions) != 3 || len(b.Questions[1].KeyPoints) != 3 || len(b.Questions[1].FollowUps) != 2 {
			t.Errorf("bank %s has %d questions", b.Name, len(b.Questions))
		}
	}
}
