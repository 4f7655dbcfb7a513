# The two commands a newcomer needs: `make demo`, `make test`.
.DEFAULT_GOAL := help
CARGO ?= cargo
MESH = $(CARGO) run --quiet --package mesh-cli --bin mesh --

.PHONY: help demo up test check fmt bench bench-lambda soak package install new-agent bless clean up-aws down-aws test-aws test-web deploy

help: ## Lists the targets.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

demo: ## Sends one request through the whole mesh and shows the article.
	@$(CARGO) build --package mesh-cli
	@$(MESH) demo $(ARGS)

up: ## Runs the mesh until it is stopped.
	@$(MESH) up $(ARGS)

test: ## Everything that needs nothing but cargo.
	$(CARGO) test

check: ## Formatting and lints.
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --all-features -- --deny warnings

fmt: ## Formats the code.
	$(CARGO) fmt --all

bench: ## Measures; benches/README.md says what and how.
	$(CARGO) bench --package mesh-benches

bench-lambda: ## Measures the Lambda functions beside Powertools for Python; benches/README.md says how.
	CARGO="$(CARGO)" benches/lambda/prepare.sh
	$(CARGO) run --quiet --release --package mesh-bench-lambda --bin bench-lambda -- $(ARGS)

soak: package ## Half an hour of load, memory flat; a provider's limit kept: make soak [MINUTES=2]
	$(CARGO) run --quiet $(if $(filter dev,$(PROFILE)),,--release) --package mesh-bench-lambda --bin soak -- --minutes $(or $(MINUTES),30) $(ARGS)

package: ## Lambda zips: make package [ARCH=arm64] [AGENTS="review site"] [PROFILE=dev]
	@ARCH="$(ARCH)" AGENTS="$(AGENTS)" PROFILE="$(PROFILE)" CARGO="$(CARGO)" scripts/package.sh

install: ## Puts `mesh` on the PATH.
	$(CARGO) install --locked --path cli

new-agent: ## Makes an agent from the template: make new-agent NAME=shout
	@scripts/new-agent.sh "$(NAME)"

bless: ## Writes contracts/*.json from the types.
	$(CARGO) run --quiet --package mesh-contracts --example bless

clean: ## Removes what was built, and the local mesh.
	$(CARGO) clean
	rm -rf .mesh

up-aws: ## The mesh on a local AWS endpoint, by Terraform: make up-aws [ARGS=--model-stub]
	@python3 localstack/stack.py up $(ARGS)

down-aws: ## Stops and removes what up-aws started.
	@python3 localstack/stack.py down $(ARGS)

test-aws: ## Conformance suites and the whole mesh on a local AWS endpoint: make test-aws [ARGS="-k burst"]
	@tests/aws/run $(ARGS)

test-web: ## What readers and callers see, by browser, validators and fuzzer: make test-web [ARGS="-k feed"]
	@tests/web/run $(ARGS)

deploy: ## Packages, plans, asks, applies, looks, sends one request: make deploy ENV=dev
	@scripts/deploy.sh "$(ENV)" $(ARGS)
