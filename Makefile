# make demo   trains on the packaged corpus and shows what the model says
# make docs   builds the documentation into build/site, strictly
# make dist   builds and checks what is released, into dist/
# make smoke  tries the wheel in fresh environments
# make test   lints, then runs the tests: on each of the three backends what one
#             may change, the rest once; a few where TensorFlow is not installed
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BARE := .venv-bare
PARTS := test-tensorflow test-jax test-once test-programs test-torch test-bare
PROGRAMS := tests/examples tests/benchmarks
# What `make smoke` tries; those that are not here are passed over.
PYTHONS ?= python3.11 python3.12 python3.13

.PHONY: demo docs docs-zensical dist smoke test lint clean
.PHONY: $(PARTS)

# On JAX, the fastest on a CPU, where KERAS_BACKEND names no other.
demo: export KERAS_BACKEND ?= jax
demo: $(VENV)/installed
	$(BIN)/python examples/text_generation.py --overwrite

# Two parts at a time, the longest first: each keeps one core busy.
test: lint
	$(MAKE) --jobs=2 --output-sync=target \
		$(PARTS)

# One thread each: PyTorch's threads wait for cores that the other part has.
$(PARTS): export OMP_NUM_THREADS = 1

test-tensorflow: $(VENV)/installed-for-tests
	KERAS_BACKEND=tensorflow $(BIN)/python -m pytest --durations=20 -m "not once"

test-jax: $(VENV)/installed-for-tests
	KERAS_BACKEND=jax $(BIN)/python -m pytest --durations=20 -m "not once"

test-torch: $(VENV)/installed-for-tests
	KERAS_BACKEND=torch $(BIN)/python -m pytest --durations=20 -m "not once"

# What is the same on every backend: on PyTorch, which compiles nothing. In two
# parts of about one length.
test-programs: $(VENV)/installed-for-tests
	KERAS_BACKEND=torch $(BIN)/python -m pytest --durations=20 -m once $(PROGRAMS)

test-once: $(VENV)/installed-for-tests
	KERAS_BACKEND=torch $(BIN)/python -m pytest --durations=20 -m once tests \
		$(addprefix --ignore=,$(PROGRAMS))

test-bare: $(BARE)/installed
	KERAS_BACKEND=jax $(BARE)/bin/python -m pytest --durations=20 \
		tests/bare/test_without_tensorflow.py

lint: $(VENV)/installed-for-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(VENV)/installed-for-docs
	$(BIN)/python tools/make_site.py build/pages
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# The successor of mkdocs-material builds the same pages by the same settings.
docs-zensical: $(VENV)/installed-for-docs
	$(BIN)/pip install --quiet zensical==0.0.73
	$(BIN)/python tools/make_site.py build/pages
	$(BIN)/zensical build --strict

# Built from the sdist, as `build` does: the same bytes in every clone.
dist: $(VENV)/installed-for-tests
	rm -rf dist
	$(BIN)/python -m build
	$(BIN)/twine check --strict dist/*

# From its own folder, so that the wheel is imported and not the clone.
smoke: dist
	set -e; tried=; for python in $(PYTHONS); do \
		if ! $$python --version; then echo "$$python: not here"; continue; fi; \
		rm -rf build/smoke; mkdir -p build/smoke; \
		$$python -m venv build/smoke/venv; \
		build/smoke/venv/bin/pip install --quiet dist/*.whl; \
		(cd build/smoke && venv/bin/python ../../tools/smoke_test.py); \
		tried=1; \
	done; rm -rf build/smoke; test "$$tried"

$(VENV)/installed: pyproject.toml Makefile
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable ".[jax,plot]"
	touch $@

$(VENV)/installed-for-docs: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable ".[docs]"
	touch $@

# torch first and by version: the one that the tests were made with.
$(VENV)/installed-for-tests: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet torch==2.13.0
	$(BIN)/pip install --quiet --editable ".[jax,torch,test]"
	touch $@ $(VENV)/installed $(VENV)/installed-for-docs

# Without what packages ask for: keras-hub asks for TensorFlow.
$(BARE)/installed: pyproject.toml tests/bare/requirements.txt
	test -x $(BARE)/bin/python || $(PYTHON) -m venv $(BARE)
	$(BARE)/bin/pip install --quiet --no-deps --no-compile \
		--requirement tests/bare/requirements.txt --editable .
	touch $@

clean:
	rm -rf $(VENV) $(BARE) .cache build dist
