CARGO_FLAGS = --release --locked

.PHONY: test lint
test: lint
	cargo test $(CARGO_FLAGS) --workspace

lint:
	cargo fmt --all --check
	cargo clippy $(CARGO_FLAGS) --workspace --all-targets -- -D warnings
