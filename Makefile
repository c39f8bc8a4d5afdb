# Everything here is a short name for a go command; nothing needs make.

.DEFAULT_GOAL := help
.PHONY: help run test short race lint fmt fuzz bench ci

TOOL := go tool -modfile=tools/go.mod

help: ## show these lines
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 14

run: ## serve the playground at http://127.0.0.1:8080
	go run ./cmd/greenroom

test: ## run every test
	go test ./...

short: ## run the quick tests
	go test -short ./...

race: ## run the quick tests under the race detector
	go test -race -short ./...

lint: ## vet and staticcheck
	go vet ./...
	$(TOOL) staticcheck ./...

fmt: ## format the code
	$(TOOL) gofumpt -w .

fuzz: ## fuzz one target for a minute: make fuzz pkg=./content target=FuzzParse
	go test -run '^$$' -fuzz '^$(target)$$' -fuzztime 1m $(pkg)

bench: ## run the benchmarks
	go test -run '^$$' -bench . ./...

ci: ## run what every change must pass
	.ci/run
