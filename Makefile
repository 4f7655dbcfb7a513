# The two commands a newcomer needs: `make demo`, `make test`.
.DEFAULT_GOAL := help
CARGO ?= cargo
# Selected by target, not by package: the same features as in `make test`, so that nothing is compiled twice.
MESH = $(CARGO) run --quiet --bin mesh --

.PHONY: help demo up test check fmt bench bench-lambda soak package install new-agent bless clean up-aws down-aws test-aws test-web test-sdks deploy matrix outage fuzz simulate chaos chaos-aws bench-peers replay-1000 eval diff

help: ## Lists the targets.
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

demo: ## Sends one request through the whole mesh and shows the article.
	@$(CARGO) build --bin mesh
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
	$(CARGO) run --quiet $(if $(filter dev,$(PROFILE)),,--release) --bin soak -- --minutes $(or $(MINUTES),30) $(ARGS)

package: ## Lambda zips: make package [ARCH=arm64] [AGENTS="review site"] [PROFILE=dev]
	@ARCH="$(ARCH)" AGENTS="$(AGENTS)" PROFILE="$(PROFILE)" CARGO="$(CARGO)" scripts/package.sh

simulate: ## Whole meshes in simulated time: make simulate SEEDS=100000
	$(CARGO) run --release --quiet --package simulator -- --seeds 0..$(or $(SEEDS),100000)

chaos: ## 20,000 requests while processes are killed, then an audit: make chaos [REQUESTS=1000 SEED=7]
	@$(CARGO) run --quiet --release --package mesh-chaos -- --requests $(or $(REQUESTS),20000) --seed $(or $(SEED),1) $(ARGS)

chaos-aws: ## 2,000 requests on the local endpoint while functions are killed: make chaos-aws [REQUESTS=200 SEED=7]
	@tests/aws/chaos/run --requests $(or $(REQUESTS),2000) --seed $(or $(SEED),1) $(ARGS)

replay-1000: ## A thousand dead letters of five causes: plan, apply killed half-way, verify; measures.
	$(CARGO) test --release -p mesh-cli --test replay -- --ignored --nocapture

bench-peers: ## The same flow and faults on the mesh, Powertools and shove; benches/README.md says how.
	CARGO="$(CARGO)" benches/peers/prepare.sh
	target/bench-peers/venv/bin/python benches/peers/run.py $(ARGS)

matrix: ## Every call of a port interrupted, before and after, in every way its message comes back.
	$(CARGO) test --release --package mesh-tests --test matrix_all -- --nocapture

outage: ## An hour without the model's provider at 60 requests a minute, on a simulated clock.
	$(CARGO) test --release --package mesh-tests --test outage_hour -- --nocapture

eval: ## Compares models on 20 requests by the review's checks: make eval MODELS="offline/text-v1 openai/gpt-5-mini"
	$(CARGO) run --release --quiet --bin mesh -- models eval $(MODELS) $(ARGS)

diff: ## `mesh contracts diff` against a validator, with many changed schemas and bodies; minutes.
	$(CARGO) test --release --package mesh-contracts --test diff -- --ignored --nocapture

fuzz: ## Looks for inputs that break a rule: make fuzz [TARGET=decode] [SECONDS=600]
	@CARGO="$(CARGO)" scripts/fuzz.sh "$(TARGET)" "$(or $(SECONDS),60)"

install: ## Puts `mesh` on the PATH.
	$(CARGO) install --locked --path cli

new-agent: ## Makes an agent from the template: make new-agent NAME=shout
	@scripts/new-agent.sh "$(NAME)"

bless: ## Writes contracts/*.json, asyncapi.json and docs/contracts.html.
	$(CARGO) run --quiet --example bless

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

test-sdks: ## The providers' fixtures, read by the providers' own SDKs: make test-sdks [ARGS="-k azure"]
	@tests/sdks/run $(ARGS)

deploy: ## Packages, plans, asks, applies, looks, sends one request: make deploy ENV=dev
	@scripts/deploy.sh "$(ENV)" $(ARGS)
