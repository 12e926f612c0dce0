# make app: install everything and open the app. make test: install everything and run the tests.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
PORT   ?= 8501

.PHONY: app test lint assets bench clean

$(VENV)/.app: requirements.txt
	$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else f"facerecon needs Python 3.11 to 3.13, this is {v[0]}.{v[1]}; run: make PYTHON=python3.11 app")'
	test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --requirement requirements.txt
	touch $@

$(VENV)/.test: $(VENV)/.app requirements-dev.txt
	$(PY) -m pip install --quiet --requirement requirements-dev.txt
	touch $@

assets: $(VENV)/.app
	$(PY) -m facerecon assets get

# A weight that cannot be fetched now is asked for again where it is needed.
app: $(VENV)/.app
	-$(PY) -m facerecon assets get
	$(PY) -m streamlit run app.py --server.port $(PORT)

test: $(VENV)/.test assets
	$(PY) -m ruff check .
	$(PY) -m pytest -n 2 --dist loadfile

bench: $(VENV)/.test assets
	$(PY) -m benchmarks.speed

lint: $(VENV)/.test
	$(PY) -m ruff check . && $(PY) -m ruff format --check .

clean:
	rm -rf $(VENV)
