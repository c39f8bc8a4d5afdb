// Package slackfake is a strict Slack in memory: workspaces with people and channels, the Web API, Socket Mode, signed HTTP
// delivery. It refuses what Slack refuses, with Slack's own error strings, and does to an app what Slack does: limits,
// lost answers, doubled and repeated deliveries, connections that end.
//
// It shares no code with the adapter that it tests. Limits and strings are from docs.slack.dev and the official SDKs
// (@slack/types 3.2.0, @slack/web-api 8.2.0), as noted where they are used.
package slackfake
