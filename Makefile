# The verbs of the book. Each does one thing and leaves the how to tools/.
.DEFAULT_GOAL := help
.PHONY: help book pdf serve test test-site chromium test-hardy test-numpy sabotage mutants links test-binder dist notebooks tidy bench clean env

venv := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)/python

# The first of these that runs and is new enough: a version manager's python3 may exist and fail.
pythons := $(or $(PYTHON),python3 python3.13 python3.12 python3.11)
python = $(shell for p in $(pythons); do \
    "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)

help:  ## this list
	@awk -F ':.*## *' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

book: env  ## build the book into _build/html; a warning is an error
	@$(venv) -m tools.book

pdf: env  ## print the whole book: _build/the-loss-book.pdf, by Chromium
	@$(venv) -m tools.pdf.make

serve: book  ## build the book and serve it on this computer
	@$(venv) -m tools.serve

test: env  ## check everything that changed since it last passed; ALL=1 checks the rest too
	@$(venv) -m tools.test $(if $(ALL),--all)

test-site: env  ## read the built book in a browser: offline, light and dark, wide and narrow
	@$(venv) -m tools.test_site $(ARGS)

chromium: env  ## install the browser that test-site needs, if there is none (Debian and its kin)
	@$(venv) -m tools.chromium

test-hardy: env  ## run the notebooks as on other readers' computers, outputs compared
	@$(venv) -m tools.hardy $(if $(ALL),--all)

sabotage: env  ## plant 200 errors, one at a time, and list those that no check finds; N=20, SEED=…
	@$(venv) -m tools.sabotage $(if $(N),--number $(N)) $(if $(SEED),--seed $(SEED))

links: env  ## follow every link to another server
	@$(venv) -m tools.links

test-binder: env  ## run every notebook as on Binder, in a browser: its time and its memory; NAMES=…
	@$(venv) -m tools.binder $(NAMES)

dist: env  ## build the package's wheel and source archive into dist/, and check them
	@$(venv) -m tools.dist

notebooks: env  ## execute the chapters that changed: book/src/*.md into book/chapters/*.ipynb
	@$(venv) -m tools.notebooks

tidy: env  ## format the code and mend what ruff can mend
	@$(venv) -m ruff check --fix . && $(venv) -m ruff format .

bench: env  ## measure speed and accuracy against the other libraries
	@$(venv) -m benchmarks

test-numpy: env  ## test the package with the oldest and the newest NumPy, in environments of their own
	@$(venv) -m tools.numpy_matrix

mutants: env  ## break each loss on purpose, one change at a time: do its tests notice? (an hour)
	@$(venv) -m tools.mutants $(MODULES)

clean:  ## remove the built book and every record of what passed
	rm -rf _build .cache

env:
	@$(or $(python),$(error The Loss Book needs Python 3.11 or newer, and found none among: $(pythons))) tools/environment.py
