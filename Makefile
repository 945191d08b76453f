# CGO_ENABLED=0: one static binary, no C compiler needed.
# -trimpath: the binary names no path of the machine that built it.
export CGO_ENABLED = 0
GO ?= go

.PHONY: build test test-kill test-pages test-openapi test-slurm test-kubernetes check vet format race fuzz bench gen gen-check

build: ## bin/kanzei
	$(GO) build -trimpath -ldflags='-s -w' -o bin/kanzei ./cmd/kanzei

test: ## every test, then the sentences that test the law
	$(GO) test -timeout 30m ./...
	$(GO) run ./cmd/kanzei law check law
	$(GO) run ./cmd/kanzei law test

test-kill: ## kills a sweep and runs it as two machines do; SWEEP=FILE SHARDS=N, docs/sweeps/draws.yaml in 16 by default: a quarter of an hour
	SWEEP=$(abspath $(or $(SWEEP),docs/sweeps/draws.yaml)) SHARDS=$(or $(SHARDS),16) $(GO) test ./cmd/kanzei -run '^TestSweepKilled$$' -count=1 -timeout 3h -v

test-slurm: build ## a sweep on a Slurm of three nodes, one of which dies; needs root, slurm-wlm, munge
	sweep/testdata/slurm.sh bin/kanzei sweep/testdata/slurm.yaml 6

check: format vet gen-law test ## what to run before a commit

format:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'run gofmt -w on these files'; exit 1; }

vet:
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

gen-law: ## the embedded edition is what the instruments give
	$(GO) run ./internal/gen -check law

gen: ## rebuild every edition from the sources (see DATA.md)
	$(GO) run ./internal/gen

gen-check:
	$(GO) run ./internal/gen -check

race:
	CGO_ENABLED=1 $(GO) test -race ./...

fuzz: ## half a minute for each fuzz target
	@for p in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$p | grep '^Fuzz'); do \
	    echo "$$p $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $${FUZZTIME:-30s} $$p || exit 1; \
	  done; done

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./...

test-openapi: build ## the OpenAPI document against a public validator and a public generator of clients
	@cd test/openapi && if $(GO) mod download; then KANZEI=$(CURDIR)/bin/kanzei $(GO) test -count=1 .; \
	else echo 'test-openapi: skipped, the modules of test/openapi cannot be fetched'; fi

test-pages: build ## the pages in a real browser; needs node, npm and chromium
	cd test/pages && npm install --no-audit --no-fund --no-package-lock --silent && KANZEI=$(CURDIR)/bin/kanzei npm test --silent

test-kubernetes: build ## the Job of a sweep against the types Kubernetes publishes; fetches them
	cd test/kubernetes && KANZEI=$(CURDIR)/bin/kanzei $(GO) test ./...
