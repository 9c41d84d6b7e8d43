# Every target sets up what it needs. A machine needs Node 20 or newer, npm and make; the tools run with the pinned Node 24.
SHELL := /bin/bash
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
bin := node_modules/.bin
installed := node_modules/.installed.json
results := node_modules/.cache/test-results.json
system-results := node_modules/.cache/test-system-results.json

reporters := --reporter=default --reporter=json --reporter=./test/silence-reporter.ts

checks := format lint types dead-code architecture

.PHONY: help setup web server test-browser pictures demo run-demo test test-system check format bench bench-flink bench-flink-connectors update build clean $(addprefix check-,$(checks))

help:
	@echo 'make demo        starts a server with live flights, and its page in the browser'
	@echo 'make server      keeps jobs running, with a console in the browser'
	@echo 'make test        runs every test that needs no server'
	@echo 'make test-system runs the tests against real servers, which it installs, and in a browser'
	@echo 'make test-browser runs the tests of the console in Chromium'
	@echo 'make pictures    takes the pictures of the README anew'
	@echo 'make check       formatting, lint, types, dead code, rooms and tidiness'
	@echo 'make bench       measures speed'
	@echo 'make bench-flink measures speed beside Flink, and writes docs/benchmarks.md'
	@echo 'make bench-flink-connectors measures rows between real systems beside Flink'
	@echo 'make update      rewrites golden files and docs/errors.md, then shows what changed'
	@echo 'make format      formats the sources and applies the safe fixes of the linters'
	@echo 'make web         builds the console to web/dist/'
	@echo 'make build       writes the published form to dist/ and web/dist/'

# Compared by content: a clone or a branch switch gives files times that mean nothing.
setup:
	@cmp -s package-lock.json $(installed) || { npm ci --loglevel=error && cp package-lock.json $(installed); }

# Keeps jobs running, with the console in a browser.
server: web
	@bin/millrace server $(ARGS)

# Without a terminal it ends by itself.
demo: web
	@bin/millrace demo $(ARGS)

test: setup
	@mkdir -p $(dir $(results)) && rm -f $(results)
	@$(bin)/vitest run $(reporters) --outputFile.json=$(results)

# What the servers need is built once, into the cache of the user; a server or a browser that cannot be had is a failure.
test-system: web
	@mkdir -p $(dir $(system-results)) && rm -f $(system-results)
	@$(bin)/vitest run --config vitest.system.config.ts $(reporters) --outputFile.json=$(system-results)

# Installs Chromium where it is missing.
test-browser: web
	@$(bin)/vitest run --config vitest.browser.config.ts

# Pictures of the demo for the README and the guide, taken in Chromium.
pictures: web
	@node --conditions=source --disable-warning=ExperimentalWarning test/browser/take-pictures.ts

# Runs every check even when one fails, and says the state of each in one line.
check: setup
	@failed=0; for name in $(checks); do \
	  if $(MAKE) --no-print-directory check-$$name; then echo "check $$name: passed"; else echo "check $$name: failed"; failed=1; fi; \
	done; exit $$failed

check-format:
	@$(bin)/biome check --error-on-warnings .

check-lint:
	@$(bin)/oxlint

check-types:
	@node_modules/typescript-7/bin/tsc --project . && node_modules/typescript-7/bin/tsc --project web

check-dead-code:
	@$(bin)/knip --no-config-hints

check-architecture:
	@$(bin)/vitest run --reporter=dot test/architecture

format: setup
	@$(bin)/biome check --write . ; $(bin)/oxlint --fix

bench: setup
	@node --conditions=source --disable-warning=ExperimentalWarning bench/main.ts $(ARGS)

# Needs Linux, Maven and a JDK of version 17; Flink is put together in the cache of the user.
bench-flink: setup
	@node --conditions=source --disable-warning=ExperimentalWarning bench/flink/main.ts $(ARGS)

# The same for rows between real systems.
bench-flink-connectors: setup
	@node --conditions=source --disable-warning=ExperimentalWarning bench/connectors.ts --flink

update: setup
	@UPDATE=1 $(bin)/vitest run --update --reporter=dot || echo 'Some tests fail for another reason than an old golden file.'
	@git --no-pager diff --stat && git --no-pager diff
	@git ls-files --others --exclude-standard | sed 's/^/new file: /'

# The console, which the server serves; it is built again only when something of it has changed.
web: setup
	@node web/build.ts

build: setup
	@rm -rf dist && $(bin)/tsc --project tsconfig.build.json && node web/build.ts

clean:
	rm -rf dist web/dist node_modules
