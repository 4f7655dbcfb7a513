# The two commands a newcomer needs: `make demo`, `make test`.
.DEFAULT_GOAL := help
CARGO ?= cargo
MESH = $(CARGO) run --quiet --package mesh-cli --bin mesh --

.PHONY: help demo up test check fmt bench install new-agent bless clean

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

install: ## Puts `mesh` on the PATH.
	$(CARGO) install --locked --path cli

new-agent: ## Makes an agent from the template: make new-agent NAME=shout
	@scripts/new-agent.sh "$(NAME)"

bless: ## Writes contracts/*.json from the types.
	$(CARGO) run --quiet --package mesh-contracts --example bless

clean: ## Removes what was built, and the local mesh.
	$(CARGO) clean
	rm -rf .mesh
