# The two commands of the README are `make demo` and `make test`; both share one Cargo profile.
CARGO = cargo
FLAGS = --release --locked
PORT ?= 8061

.PHONY: help demo build test lint test-rust test-browser known-answers soak bench

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

## make demo    build, simulate two rounds and open the program on http://127.0.0.1:8061
demo: build
	target/release/selaras demo --port $(PORT)

build:
	@scripts/setup data
	$(CARGO) build $(FLAGS) --bin selaras

## make test    everything a clean checkout must pass, fast things first
test: lint test-rust test-browser

## make lint    format, warnings, licences of dependencies, spelling
lint:
	@scripts/setup tests
	$(CARGO) fmt --all --check
	$(CARGO) clippy $(FLAGS) --workspace --all-targets -- -D warnings
	@scripts/check-dependencies
	@scripts/check-spelling

test-rust:
	$(CARGO) test $(FLAGS) --workspace --lib --bins --tests

## make known-answers   estimators against independent implementations, one line a case
known-answers:
	$(CARGO) test $(FLAGS) -p selaras-stats --test known_answers

## make soak    full simulations, attacked rounds, 200,000 damaged files, in parts; run again to go on
soak:
	@scripts/setup data
	@scripts/soak $(CARGO) $(FLAGS)

BENCH = target/bench

## make bench   speed and size against polars, duckdb and numpy, in paired runs; plans of the nation
bench: build
	$(CARGO) build $(FLAGS) --example bootstrap_speed --example national_plans --example align_speed
	test -x $(BENCH)/venv/bin/python || python3 -m venv $(BENCH)/venv
	$(BENCH)/venv/bin/pip install --quiet --requirement benches/requirements.txt
	$(BENCH)/venv/bin/python benches/run.py target/release/selaras target/release/examples $(BENCH)/national

test-browser: build
	@scripts/test-browser target/release/selaras
