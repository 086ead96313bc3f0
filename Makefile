# make run | test | wheel | bench | faults | fuzz | screenshots | lock | sbom | audit     each sets up what it needs first
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
HOST_PYTHON := $(shell command -v $(PYTHON) 2>/dev/null || command -v python3)
# a browser is opened only where there is a screen
DESKTOP := $(if $(DISPLAY)$(WAYLAND_DISPLAY)$(filter Darwin,$(shell uname -s)),1,0)

# of `make fuzz`, shared by all doors
MINUTES ?= 30

# tools that look at the environment from outside
TOOLS := .venv-release
PIP := -m pip install --quiet --disable-pip-version-check
LOCK := requirements.lock requirements-dev.lock

.PHONY: run test setup format wheel bench faults fuzz screenshots lock sbom audit clean
.DEFAULT_GOAL := test

$(BIN)/python:
	$(HOST_PYTHON) -m venv $(VENV)

# First what is locked, by sha256; then torch, whose build each index has its own of, and this package.
$(READY): pyproject.toml hatch_build.py $(LOCK) | $(BIN)/python
	$(BIN)/python $(PIP) --require-hashes --no-deps $(addprefix -r ,$(LOCK))
	$(BIN)/python $(PIP) -e ".[dev]"
	touch $@

setup: $(READY)

run: setup
	HAIC_NOMOGRAM_DEMO=1 HAIC_NOMOGRAM_OPEN_BROWSER=$(DESKTOP) $(BIN)/haic-nomogram serve

test: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -m 'not browser' -n 2 --dist loadfile --no-loadscope-reorder
	$(BIN)/pytest -m browser

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

wheel: setup
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	@ls dist/*.whl

bench: setup
	$(BIN)/python benchmarks/bench_startup.py
	$(BIN)/python benchmarks/bench_assess.py
	$(BIN)/python benchmarks/bench_slider.py
	$(BIN)/python benchmarks/bench_drag.py
	$(BIN)/python benchmarks/bench_viewer.py
	$(BIN)/python benchmarks/bench_segmenter.py
	$(BIN)/python benchmarks/bench_survival.py
	$(BIN)/python benchmarks/bench_page_work.py
	$(BIN)/python benchmarks/bench_sessions.py

fuzz: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[fuzz]"
	$(BIN)/python -m tests.fuzz --minutes $(MINUTES)

# kills, full disks, cut connections and clocks that jump; minutes, and not part of `test`
faults: setup
	$(BIN)/python benchmarks/faults.py

screenshots: setup
	$(BIN)/python docs/make_screenshots.py

$(TOOLS)/.installed: requirements-release.lock
	$(HOST_PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python $(PIP) --require-hashes -r $<
	touch $@

lock: setup $(TOOLS)/.installed
	PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" $(BIN)/python docs/make_lock.py

sbom: setup $(TOOLS)/.installed
	$(TOOLS)/bin/python docs/make_sbom.py $(BIN)/python dist/sbom.cdx.json

audit: setup $(TOOLS)/.installed
	$(TOOLS)/bin/python docs/check_vulnerabilities.py

clean:
	rm -rf $(VENV) $(TOOLS) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
