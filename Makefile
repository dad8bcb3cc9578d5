# make demo   a county in a box: harvested, read, edited behind the archive's back, re-crawled, browsed (SERVE=0 ends after the summary)
# make test   the whole suite, with all the set-up it needs
# make check  format, lint, types, import contracts
# make lock   resolve the dependencies anew into constraints.txt

PYTHON ?= python3
VENV   ?= .venv
SEED   ?= 1
SERVE  ?= 1
BIN    := $(VENV)/bin

.PHONY: demo test check lock clean

# The tests start hundreds of processes: each would compile all modules for itself.
unexport PYTHONDONTWRITEBYTECODE

demo: $(VENV)/.demo
	$(BIN)/nianbao demo --seed $(SEED) $(if $(filter 0 no false,$(SERVE)),--no-serve,--serve)

test: $(VENV)/.test
	@.ci/programs
	$(BIN)/pytest -n auto --dist loadgroup $(TESTS)

check: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; $(PYTHON) is `$(PYTHON) -V 2>&1`. Name another one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'

$(VENV)/.demo: pyproject.toml constraints.txt | $(VENV)/bin/pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[demo]'
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(VENV)/bin/pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[demo,notify,ocr,postgres,s3,tables]' --group test --group check
	@touch $@ $(VENV)/.demo

lock: $(VENV)/.test
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 pyproject.toml --all-extras --group test --group check --no-emit-index-url --custom-compile-command 'make lock' --output-file constraints.txt

clean:
	rm -rf $(VENV) build *.egg-info
