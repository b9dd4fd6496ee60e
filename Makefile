# Targets for users (install, run) and for developers (test, check, bench, lock). `make help` lists them.

SIZE = tiny
HOST = 127.0.0.1
PORT = 8000
PYTHON =
SECONDS = 60
SEED = 0
PICTURES =

BIN = .venv/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check -qq install
LOCK = uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
       --generate-hashes --no-emit-index-url --no-header $(UPGRADE)
UPGRADE =

# A process that a library ends with a signal says where it was.
test: export PYTHONFAULTHANDLER = 1

.DEFAULT_GOAL = help
.PHONY: help install run test check fuzz bench pictures lock clean
.DELETE_ON_ERROR:

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 18
	@echo "Options: make run SIZE=city PORT=8000 HOST=127.0.0.1; make install PYTHON=python3.12"

install: .venv/.run ## Make .venv with the geogrid command
	@tools/forget_kernels.sh

run: install ## Build the synthetic city (SIZE=tiny or city) and serve its map
	@if [ ! -f demo/$(SIZE)/workspace.toml ]; then \
	    echo "Building the synthetic city demo/$(SIZE) ..."; \
	    rm -rf demo/$(SIZE).part && mkdir -p demo && \
	    $(BIN)/geogrid demo demo/$(SIZE).part --size $(SIZE) >/dev/null && \
	    mv demo/$(SIZE).part demo/$(SIZE); \
	fi
	@exec $(BIN)/geogrid serve demo/$(SIZE) --host $(HOST) --port $(PORT)

# The kernels run a second time as plain Python, which finds reads and writes outside an array.
# Beside that they are compiled, once: parts that start together would each compile them.
# The main run comes last, in three parts at once of about the same length: browsers wait a good
# deal, so that two parts would leave two cores idle for a third of the time.
FIRST = tests/cli $(sort $(wildcard tests/e2e/test_[a-h]*.py))
SECOND = tests/analysis $(filter-out $(FIRST),$(sort $(wildcard tests/e2e/test_*.py)))
test: .venv/.dev ## Run all tests, in Python, node and a browser
	@tools/install_browser.sh
	@tools/forget_kernels.sh
	@if command -v node >/dev/null; then node --test --test-reporter=spec $$(find tests -name '*.test.mjs'); \
	    else echo "node is missing: the tests of the map's JavaScript are skipped"; fi
	@echo "The kernels, as plain Python and compiled:"
	@said=$$(mktemp); \
	    $(BIN)/python -m pytest -q tests/kernels >"$$said" 2>&1 & compiled=$$!; \
	    NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -qq tests/kernels; status=$$?; \
	    wait $$compiled || status=1; cat "$$said"; rm "$$said"; exit $$status
	@echo "Everything else, in three parts at once; two of them tell theirs when the third is done:"
	@said=$$(mktemp -d); \
	    $(BIN)/python -m pytest -q $(FIRST) >"$$said/first" 2>&1 & first=$$!; \
	    $(BIN)/python -m pytest -q $(SECOND) >"$$said/second" 2>&1 & second=$$!; \
	    $(BIN)/python -m pytest -q tests $(addprefix --ignore=tests/,analysis cli e2e kernels); status=$$?; \
	    wait $$first || status=1; cat "$$said/first"; \
	    wait $$second || status=1; cat "$$said/second"; \
	    rm -r "$$said"; exit $$status

check: .venv/.dev ## Check style, types, layers, docstrings, spelling and sizes
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy geogrid webmap
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/numpydoc lint $$(find geogrid -name '*.py' ! -path '*/cli/*')
	@# Parameters of a command are told by its --help, those of a view by its route.
	@$(BIN)/numpydoc lint --ignore PR01 $$(find geogrid/cli webmap -name '*.py')
	@$(BIN)/typos
	@$(BIN)/python tools/check_sizes.py

fuzz: .venv/.dev ## Feed damaged files to the readers for SECONDS=60
	@$(BIN)/python tools/fuzz_readers.py $(SECONDS) $(SEED)

bench: .venv/.bench ## Compare with other libraries and print the tables
	@for script in benchmarks/*.py; do \
	    echo "== $$script"; $(BIN)/python "$$script" || exit 1; \
	done

pictures: .venv/.dev ## Take every picture of docs/img anew; PICTURES=desk.png for some
	@tools/install_browser.sh
	@$(BIN)/python tools/take_pictures.py $(PICTURES)

lock: ## Add what pyproject.toml asks for to the locks; UPGRADE=--upgrade for new versions
	@command -v uv >/dev/null || { echo "make lock needs uv: pipx install uv"; exit 1; }
	@$(LOCK) --group build -o requirements/run.lock
	@$(LOCK) -c requirements/run.lock --group build --group test --group check \
	    -o requirements/dev.lock
	@$(LOCK) -c requirements/dev.lock --group build --group bench -o requirements/bench.lock

clean: ## Remove .venv and everything that was made, but not demo/
	@rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis test-artifacts
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each file marks that a lock is installed; it is older than the lock when the lock changes.
.venv/.run: requirements/run.lock pyproject.toml
	@python=$$(PYTHON="$(PYTHON)" tools/find_python.sh) && \
	    { [ -x $(BIN)/pip ] || "$$python" -m venv .venv; }
	@echo "Installing geogrid into .venv ..."
	@$(PIP) --require-hashes -r requirements/run.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: .venv/.run requirements/dev.lock
	@echo "Installing what tests and checks need ..."
	@$(PIP) --require-hashes -r requirements/dev.lock
	@touch $@

.venv/.bench: .venv/.run requirements/bench.lock
	@echo "Installing what the benchmarks compare with ..."
	@$(PIP) --require-hashes -r requirements/bench.lock
	@touch $@
