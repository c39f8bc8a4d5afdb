// Package bottest is what tests of the whole bot are made of: conversations as text scripts, a clock that is told what
// time it is, a platform in another process that makes every fault a platform can make, and the campaign that kills the
// bot again and again and then judges what is left. It is imported by tests and by the load command only.
package bottest
