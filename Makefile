# Every target is the real tool's command line. Only Python 3.11 or later, git and make are needed.
PYTHON ?= python3
ENV := .venv
BIN := $(CURDIR)/$(ENV)/bin
DEMO := "$(BIN)/newsletter" -C demo
SAMPLE := $(CURDIR)/templates/sample

.PHONY: demo test lint format bench bench-web bench-collect bench-send bench-import torture torture-collect mutations fuzz-web npm mjml-table client-table messages readme picture lock wheel clean

demo: export NEWSLETTER_HOME := $(CURDIR)/demo/.home
demo: $(ENV)/run
	rm -rf demo
	"$(BIN)/newsletter" init demo --name "Engineering Digest" --from "Engineering Digest <digest@example.com>"
	$(DEMO) add "$(SAMPLE)/digest.txt" --links "$(SAMPLE)/links.tsv" --source "Pinterest Engineering"
	$(DEMO) subscribers import "$(SAMPLE)/readers.csv" --consent confirmed --basis "they are made up"
	$(DEMO) new --subject "Moka, PinConsole, and a one-in-a-million failure" --preheader "Eight write-ups from one engineering team"
	$(DEMO) pick 5d3k6 pclhh wrthp --section "Data platforms"
	$(DEMO) pick batoh 6dpsj 3ziwm --section "Search, ads and recommendations"
	$(DEMO) pick --all --section "Developer experience"
	$(DEMO) check
	$(DEMO) build
	$(DEMO) send 1 --rehearse
	@echo
	@echo "Written: demo/issues/001.md, demo/.newsletter/build/001/ (.html .txt .eml .mjml), one .eml a reader in demo/.newsletter/rehearsals/001/"
	@echo "Next:    cd demo && export NEWSLETTER_HOME=\$$PWD/.home PATH=\"$(BIN):\$$PATH\""
	@echo "         newsletter preview       # see it in the browser"
	@echo "         newsletter edit          # change it; the preview follows"
	@echo "         newsletter send 1        # what a real mailing would do, and the command for it"

test: lint
	"$(BIN)/pytest" -n auto --dist worksteal

lint: $(ENV)/test
	"$(BIN)/ruff" check
	"$(BIN)/ruff" format --check
	"$(BIN)/lint-imports"
	"$(BIN)/mypy"

format: $(ENV)/test
	"$(BIN)/ruff" check --fix
	"$(BIN)/ruff" format

bench: $(ENV)/test
	"$(BIN)/python" -m benchmarks.collect --json dist/bench-labelled.json memory stories
	"$(BIN)/python" -m benchmarks.bench --json dist/bench.json

# The public site beside bare routes.
bench-web: $(ENV)/test
	"$(BIN)/python" -m benchmarks.web --json dist/bench-web.json

# Collecting, winnowing and remembering: how fast, and how right on labelled sets.
bench-collect: $(ENV)/test
	"$(BIN)/python" -m benchmarks.collect --json dist/bench-collect.json

# The sender beside the fastest there is on this machine; some minutes, and it wants the machine for itself.
bench-send: $(ENV)/test
	"$(BIN)/python" -m benchmarks.send --json dist/bench-send.json

# A million people from a file; bars of 60 s and 150 MB. URL names an empty PostgreSQL database, else it is SQLite.
bench-import: $(ENV)/test
	"$(BIN)/python" -m benchmarks.importing --url "$(URL)" --json dist/bench-import.json

# A mailing that is killed again and again, and worse; `make test` does the same on a smaller scale. SEED repeats a run.
torture: READERS ?= 12000
torture: KILLS ?= 200
torture: $(ENV)/test
	TORTURE_READERS=$(READERS) TORTURE_KILLS=$(KILLS) TORTURE_SEED=$(SEED) "$(BIN)/pytest" -s tests/torture

# Fetching, triage and picking, killed again and again; `make test` does it a few times. SEED repeats a run.
torture-collect: KILLS ?= 50
torture-collect: $(ENV)/test
	COLLECT_KILLS=$(KILLS) COLLECT_SEED=$(SEED) "$(BIN)/pytest" -s tests/killed

# Issues and templates broken at random, checked, and mail that comes back, read; `make test` does a few of them. MUTATION_SEED begins elsewhere.
mutations: MUTATIONS ?= 2000
mutations: RETURNED_MUTATIONS ?= 30000
mutations: $(ENV)/test
	MUTATIONS=$(MUTATIONS) RETURNED_MUTATIONS=$(RETURNED_MUTATIONS) MUTATION_SEED=$(MUTATION_SEED) "$(BIN)/pytest" -n auto tests/mutation

# The public site, asked for what nobody would ask; `make test` does a little of it. FUZZ_SEED begins elsewhere.
fuzz-web: FUZZ ?= 20000
fuzz-web: $(ENV)/test
	FUZZ=$(FUZZ) "$(BIN)/pytest" -q tests/fuzz

# What only some tests need, beside Chromium and Postfix's smtp-sink: axe-core and npm's mjml.
npm:
	npm ci --prefix tests/npm --no-audit --no-fund

# MJML's elements and attributes, from npm's mjml; needs `make npm`.
mjml-table:
	node scripts/mjml_table.mjs > newsletter/rendering/components.json

# What mail clients support, taken in from npm's caniemail anew; a new version is a line in the script. Needs npm.
client-table: $(ENV)/run
	"$(BIN)/python" scripts/client_table.py

# The texts of the readers' pages, merged into templates/locale/*.po; then translate what is new there.
messages: $(ENV)/run
	"$(BIN)/python" scripts/messages.py

# The command reference in README.md, from the commands' own help.
readme: $(ENV)/run
	"$(BIN)/python" tests/reference.py

# The README's pictures of built issues; needs Chromium.
picture: $(ENV)/test
	"$(BIN)/python" tests/picture.py
	"$(BIN)/python" tests/studio_picture.py
	"$(BIN)/python" tests/triage_picture.py

wheel: $(ENV)/run
	"$(BIN)/python" -m hatchling build -t wheel

# New exact versions for both lock files; needs uv.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -U pyproject.toml --group build -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -U pyproject.toml --group build --group dev -c requirements.lock -o requirements-dev.lock

$(ENV)/run: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(ENV)
	"$(BIN)/python" -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	"$(BIN)/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(ENV)/test: $(ENV)/run requirements-dev.lock
	"$(BIN)/python" -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

clean:
	rm -rf $(ENV) dist demo .newsletter
