# SPDX-License-Identifier: Apache-2.0
# Copyright the Martlet authors

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build release demo down e2e test fuzz lint format bench generate parity clean

BENCHMARKS := Benchmarks/Package.swift Benchmarks/Sources Benchmarks/Tests
SOURCES := Package.swift Sources Tests Plugins $(BENCHMARKS)

help: ## show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## install what build, tests and demo need (Debian packages)
	@scripts/setup

build: setup ## build everything, for development
	swift build --build-tests

release: setup ## build the binary as it is shipped: .build/release/martlet
	swift build -c release --static-swift-stdlib -Xswiftc -cross-module-optimization --product martlet

demo: release ## start a cluster and run a small application on it
	@scripts/demo

down: ## remove all that the demo made
	@scripts/down

e2e: demo ## use demo and API with real clients (KUBECTLS="kubectl1 kubectl2"), and check what comes back
	@scripts/e2e $(KUBECTLS)
	@scripts/e2e-clients $(KUBECTLS)

test: setup ## run all tests
	@scripts/test

fuzz: setup ## feed made-up input to all that reads input (SECONDS=60 SEED=n)
	@scripts/fuzz $(or $(SECONDS),60) $(SEED)

lint: ## check the formatting
	swift format lint --strict --parallel --recursive $(SOURCES)

format: ## apply the formatting
	swift format --in-place --parallel --recursive $(SOURCES)

bench: release ## measure speed and size beside the reference; options in BENCH: make bench BENCH=--full
	swift build -c release --package-path Benchmarks --product martlet-bench
	@Benchmarks/.build/release/martlet-bench --martlet .build/release/martlet $(BENCH)

generate: ## make the committed CRI sources again from their protos
	@scripts/generate-cri

parity: release ## replay recorded exchanges with a real kube-apiserver, where they are there
	@scripts/parity

clean: ## remove what was built
	rm -rf .build
