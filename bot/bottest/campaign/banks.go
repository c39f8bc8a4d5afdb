// Package campaign holds what campaigns that kill the bot are made of: the bot in a process of its own that lives again and
// again ([Lives]), moments at which it is killed ([Reaper]), people who play ([Person]) on a platform as they see it
// ([Device]), and the judge who says what has gone wrong ([Case]). What is a platform's own stays in its tests.
package campaign

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"greenroom/content"
)

// ideas are what answers are made of: a key point each.
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

// ideasOf are the key points of a bank's n-th question.
func ideasOf(bank, n int) []string {
	return []string{ideas[(bank+n)%8], ideas[(bank+n+3)%8], ideas[(bank+n+5)%8]}
}

// Topic is what the n-th bank is about, as a schedule names it.
func Topic(n int) string { return fmt.Sprint("subject", n) }

// Banks are n banks, one for each schedule, with so many questions that no member meets one twice: it scores once.
func Banks(n, questions int) []*content.Bank {
	banks := make([]*content.Bank, n)
	for i := range banks {
		bank, problems := content.Parse(Topic(i)+".md", []byte(bankText(i, questions)))
		if len(problems) > 0 {
			panic(fmt.Sprint("the campaign's bank: ", problems)) // unreachable: TestBanks
		}
		banks[i] = bank
	}
	return banks
}

func bankText(bank, questions int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\nname: %s\ntopic: %s\nlang: en\n---\n\n", Topic(bank), Topic(bank))
	for n := range questions {
		points := ideasOf(bank, n)
		fmt.Fprintf(&b, "## Question\n**Main question**: How would you design system %d of family %d?\n\n", n, bank)
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

// opinion is an answer that begins unlike any other and holds so many ideas.
func opinion(begin string, random *rand.Rand, n int) string {
	for _, i := range random.Perm(len(ideas))[:n] {
		begin += " " + ideas[i] + "."
	}
	return begin
}
