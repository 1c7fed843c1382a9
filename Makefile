# make run    a person's exercises named, counted and costed: first camera, or else the sample clip
# make test   the tests, but the slow ones (make test-slow)     make check  style, types, imports
# make soak   hours of running, thousands of restarts; SOAK_MINUTES=5 make soak: a shorter one
# make bench  speed of fitness; bench-models: the networks; bench-counters: repetitions; bench-commands: gesture control
#             bench-classifier: classifiers of one's own; bench-transport: the data plane beside its peers
# make sample the sample clip anew                              make picture docs/fitness.png anew
PYTHON ?= python3
BIN = .venv/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: run test test-slow soak check bench bench-models bench-counters bench-commands bench-classifier bench-transport sample picture clean

run: .venv/runtime
	$(BIN)/sensegraph models get
	@mkdir -p out
	$(BIN)/sensegraph run graphs/fitness.yaml --out out/fitness.mp4 --results out/fitness.jsonl

test: .venv/complete
	$(BIN)/sensegraph models get
	$(BIN)/python -m pytest

test-slow: .venv/complete
	$(BIN)/python -m pytest -m slow

soak: .venv/complete
	$(BIN)/python -m pytest -m soak -rs --durations=0 --timeout=0 --capture=no

check: .venv/complete
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/complete
	$(BIN)/python -m benchmarks.fitness

bench-models: .venv/complete
	$(BIN)/python -m benchmarks.models

bench-counters: .venv/complete
	$(BIN)/python -m benchmarks.counters

bench-commands: .venv/complete
	$(BIN)/python -m benchmarks.commands

bench-transport: .venv-bench/complete
	.venv-bench/bin/python -m benchmarks.transport

bench-classifier: .venv/complete
	$(BIN)/sensegraph models get
	$(BIN)/python -m benchmarks.classifier

sample: .venv/complete
	$(BIN)/python -m sensegraph.training.render.workout --out graphs/samples/workout.mp4 --truth graphs/samples/workout.json
	$(BIN)/python -m sensegraph.training.render.gesture_sample --out graphs/samples/gestures.mp4 --truth graphs/samples/gestures.json

picture: .venv/complete
	$(BIN)/sensegraph models get
	$(BIN)/python docs/picture.py

clean:
	rm -rf .venv .venv-bench out

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/runtime: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP) -e .
	@touch $@

.venv/complete: .venv/runtime
	$(PIP) -e '.[train,test]'
	@touch $@

.venv-bench/complete: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@touch $@
