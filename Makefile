# make run | make test | make check | make format | make lock | make install | make image |
# make release VERSION=1.2.0 | make bench | make bench-pages

PYTHON = python3
IN_VENV = .venv/bin/python

# What Django's deployment check sees; nothing is asked of these servers.
PRODUCTION = env \
	DATABASE_URL=postgres://sift@localhost/sift \
	REDIS_URL=redis://localhost:6379/0 \
	SECRET_KEY=only-to-check-the-settings-0123456789-abcdefghijklmnopqrstuvwxyz \
	ALLOWED_HOSTS=sift.example.co.uk SIFT_URL=https://sift.example.co.uk \
	SIFT_HTTPS=on DEBUG=off

COMPILE = .venv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --custom-compile-command "make lock"

# Without the settings that would send packages elsewhere.
AT_HOME = env -u PYTHONHOME -u PYTHONPATH -u PIP_TARGET -u PIP_PREFIX -u PIP_ROOT -u PIP_PYTHON \
	PIP_USER=0
MAKE_VENV = $(AT_HOME) "$$BASE" -m venv
PIP_INSTALL = $(AT_HOME) $(IN_VENV) -m pip install --quiet --disable-pip-version-check --no-input \
	--require-hashes --requirement

.PHONY: run test check format lock install develop always python image release bench bench-pages

run: install
	@$(IN_VENV) -m sift_site.development.launch

# Dozens of processes are started; bytecode spares each from compiling Sift anew.
test: develop
	@$(IN_VENV) -m tests.equipment
	@env -u PYTHONDONTWRITEBYTECODE $(IN_VENV) -m pytest --numprocesses=auto --maxprocesses=4 \
		--dist=loadfile --no-loadscope-reorder

# Without a database makemigrations warns that it cannot compare its history; nothing else is asked.
check: develop
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@$(IN_VENV) -m tests.documents
	@$(PRODUCTION) $(IN_VENV) -W "ignore:Got an error checking:RuntimeWarning" \
		manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(IN_VENV) manage.py check --deploy --fail-level WARNING

format: develop
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

lock: develop
	@$(IN_VENV) -m pip install --quiet --disable-pip-version-check uv
	@$(COMPILE) --output-file requirements/run.lock
	@$(COMPILE) --group develop --output-file requirements/develop.lock
	@$(COMPILE) bench/requirements.in --constraint requirements/run.lock \
		--output-file bench/requirements.lock

# Writes the version and its date down, commits and tags: make release VERSION=1.2.0
release: develop
	@$(IN_VENV) -m sift_site.development.releasing "$(VERSION)"

# By whichever container engine there is: CONTAINERS=docker, or podman.
image: CONTAINERS = $(shell command -v podman || echo docker)
image: VERSION = $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
image:
	@$(CONTAINERS) build --build-arg VERSION=$(VERSION) --file Containerfile \
		--tag sift:$(VERSION) --tag sift:latest .

# Beside others, and in an environment of its own: bench/README.md. BENCH="--scale 50000 --rounds 1" is quick.
bench: python
	@test -x bench/.venv/bin/python || $(PYTHON) -m venv bench/.venv
	@bench/.venv/bin/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes --requirement bench/requirements.lock
	@bench/.venv/bin/python -m bench $(BENCH)

# Pages of a big agency beside a small one's; it needs no more than Sift itself.
bench-pages: install
	@$(IN_VENV) -m bench.pages $(BENCH)

# One make at a time. A .venv that is a link is somebody's own arrangement, and left alone.
install: LOCK = run.lock
develop: LOCK = develop.lock
install develop: python
	@test -L .venv || $(PYTHON) requirements/in_turn.py $(MAKE) --no-print-directory .venv/$(LOCK)

# A copy of what was installed last. Until pip is done nothing is sure; develop.lock holds all of run.lock.
.venv/%.lock: requirements/%.lock .venv/.made always
	@cmp -s $< $@ || { echo "Installing $<..." && rm -f .venv/*.lock && \
		$(PIP_INSTALL) $< && cp $(sort $< requirements/run.lock) .venv/; }

# An environment works where it was made and with the same Python, and nowhere else.
.venv/.made: always
	@test "$$PLACE" = "$$(cat $@ 2>/dev/null)" || { echo "Making .venv..." && rm -rf .venv && \
		$(MAKE_VENV) .venv && printf '%s\n' "$$PLACE" > $@; }

python:
	@command -v $(PYTHON) >/dev/null || { echo "Sift needs Python 3.11 or newer: there is no $(PYTHON)." >&2; exit 1; }
