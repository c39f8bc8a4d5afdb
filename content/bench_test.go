package content

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/text"
)

// benchBanks are banks to read: the user's where it is here, and our sample a hundred times under other names.
func benchBanks(b *testing.B) map[string][]byte {
	b.Helper()
	var many strings.Builder
	for i := range 100 {
		n := strconv.Itoa(i)
		many.WriteString(strings.ReplaceAll(strings.Replace(sample, "loops/what", "loops/"+n, 1), "loop?", "loop "+n+"?"))
	}
	banks := map[string][]byte{"sample": []byte(many.String())}
	if src, err := os.ReadFile("../../shared/banks/python-async.md"); err == nil {
		banks["user"] = src
	}
	return banks
}

func BenchmarkParse(b *testing.B) {
	for name, src := range benchBanks(b) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				if bank, _ := Parse("bank.md", src); len(bank.Questions) == 0 {
					b.Fatal("no questions")
				}
			}
		})
	}
}

// BenchmarkGoldmark is the bare parse of the same bytes.
func BenchmarkGoldmark(b *testing.B) {
	for name, src := range benchBanks(b) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			p := goldmark.DefaultParser()
			for b.Loop() {
				if !p.Parse(text.NewReader(src)).HasChildren() {
					b.Fatal("nothing parsed")
				}
			}
		})
	}
}
