# make run | make test | make check | make format | make lock | make install | make bench |
# make bench-pages

PYTHON = python3
IN_VENV = .venv/bin/python

# What Django's deployment check sees; nothing is asked of these servers.
PRODUCTION = env \
	DATABASE_URL=postgres://sift@localhost/sift \
	REDIS_URL=redis://localhost:6379/0 \
	SECRET_KEY=only-to-check-the-settings-0123456789-abcdefghijklmnopqrstuvwxyz \
	ALLOWED_HOSTS=sift.example.co.uk \
	SIFT_HTTPS=on DEBUG=off

COMPILE = .venv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --custom-compile-command "make lock"

.PHONY: run test check format lock install develop python bench bench-pages

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

# Beside others, and in an environment of its own: bench/README.md. BENCH="--scale 50000 --rounds 1" is quick.
bench: python
	@test -x bench/.venv/bin/python || $(PYTHON) -m venv bench/.venv
	@bench/.venv/bin/python -m pip install --quiet --disable-pip-version-check \
		--require-hashes --requirement bench/requirements.lock
	@bench/.venv/bin/python -m bench $(BENCH)

# Pages of a big agency beside a small one's; it needs no more than Sift itself.
bench-pages: install
	@$(IN_VENV) -m bench.pages $(BENCH)

install: python
	@$(PYTHON) requirements/install.py run

develop: python
	@$(PYTHON) requirements/install.py develop

python:
	@command -v $(PYTHON) >/dev/null || { echo "Sift needs Python 3.11 or newer: there is no $(PYTHON)." >&2; exit 1; }
