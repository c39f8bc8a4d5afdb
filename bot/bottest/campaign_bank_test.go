package bottest

import (
	"fmt"
	"strings"

	"greenroom/content"
)

// lots is how many topics the campaign's bank has, one for each schedule.
const lots = 10

// ideas are what the campaign's answers are made of: a key point each.
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

// pointsOf are the key points of one question.
func pointsOf(lot, n int) []string {
	return []string{ideas[(lot+n)%8], ideas[(lot+n+3)%8], ideas[(lot+n+5)%8]}
}

// campaignBanks has so many questions that no member meets one twice.
func campaignBanks() []*content.Bank {
	var banks []*content.Bank
	for lot := range lots {
		bank, problems := content.Parse(fmt.Sprintf("lot%d.md", lot), []byte(lotText(lot)))
		if len(problems) > 0 {
			panic(fmt.Sprint("campaign bank: ", problems)) // unreachable: TestCampaignBank
		}
		banks = append(banks, bank)
	}
	return banks
}

func lotText(lot int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\nname: lot%d\ntopic: lot%d\nlang: en\n---\n\n", lot, lot)
	for n := range 40 {
		fmt.Fprintf(&b, "## Question\n**Main question**: How would you design system %d of family %d?\n\n", n, lot)
		b.WriteString("**Explanation**: The candidate should explain what keeps it fast and what keeps it alive.\n\n")
		b.WriteString("**Follow-up questions**:\n\n1. What keeps it fast?\n2. What keeps it alive?\n\n**Key points**:\n")
		for _, p := range pointsOf(lot, n) {
			fmt.Fprintf(&b, "- %s\n", p)
		}
		b.WriteString("\n## Answer\n\nIt is built from well known parts.\n\n### Follow-up Questions:\n\n")
		fmt.Fprintf(&b, "#### What keeps it fast?\n\n%s.\n\n", pointsOf(lot, n)[0])
		fmt.Fprintf(&b, "#### What keeps it alive?\n\n%s.\n\n", pointsOf(lot, n)[1])
	}
	return b.String()
}
