// Package discordfake is a strict Discord: the REST API and the gateway, with people who act and see, in memory. It refuses
// what Discord refuses, with Discord's own codes.
package discordfake
