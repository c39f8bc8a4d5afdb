package main

// load measures how much Greenroom carries on this machine.
type load struct {
	Slack   loadSlack   `cmd:"" help:"Measure graded answers over signed HTTP beside a bare signed-request-and-commit loop."`
	Discord loadDiscord `cmd:"" help:"Measure graded answers by gateway beside a bot of discord.js without a store."`
	Server  loadServer  `cmd:"" hidden:"" help:"One of the servers that load measures."`
}
