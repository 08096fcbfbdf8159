# Taltun's entrance: `make` lists what there is. Everything else is Maven (pom.xml).
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.SILENT:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

JAR := target/taltun.jar
AOT := target/taltun.aot
BENCH := target/bench/built
BENCH_JAVA := --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -cp "target/bench/classes:target/classes:target/bench/lib/*"
SOURCES := pom.xml $(shell find src/main -type f 2>/dev/null)

# The first JDK 22+ among JAVA_HOME, the javac on PATH, and the installed ones, newest first. A JRE has no javac.
define FIND_JDK
on_path=$$(readlink -f "$$(command -v javac || true)" || true)
for home in "$${JAVA_HOME:-}" "$${on_path%/bin/javac}" $$(ls -d /usr/lib/jvm/*/ /opt/*jdk*/ "$${HOME:-}"/.sdkman/candidates/java/*/ 2>/dev/null | sort -rV); do
  [ -n "$$home" ] && [ -x "$$home/bin/javac" ] || continue
  version=$$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$$home/release" 2>/dev/null || true)
  [ -n "$$version" ] || version=$$("$$home/bin/javac" -version 2>&1 | sed 's/[^0-9]*\([0-9]*\).*/\1/')
  if [ "$$version" -ge 22 ] 2>/dev/null; then echo "$${home%/}"; exit; fi
done
endef
JAVA_HOME := $(shell $(FIND_JDK))
export JAVA_HOME

MVN := mvn -B -ntp -Dstyle.color=never
# Older Mavens on newer JDKs: no warnings about their own libraries (the option exists since JDK 23).
ifneq ($(shell "$(JAVA_HOME)/bin/java" --sun-misc-unsafe-memory-access=allow --version 2>/dev/null),)
export MAVEN_OPTS += --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED
endif

# What each target runs, as command-or-library:Debian-package.
DEMO_NEEDS := mvn:maven ip:iproute2 ping:iputils-ping iperf3:iperf3 unshare:util-linux libcrypto.so.3:libssl3 libIPSec_MB.so.1:libipsec-mb1
TEST_NEEDS := $(DEMO_NEEDS) wg:wireguard-tools wireguard-go:wireguard-go nft:nftables setpriv:util-linux \
  traceroute:traceroute tracepath:iputils-tracepath
BENCH_NEEDS := mvn:maven ip:iproute2 ping:iputils-ping iperf3:iperf3 libcrypto.so.3:libssl3 libIPSec_MB.so.1:libipsec-mb1 \
  wg:wireguard-tools wireguard-go:wireguard-go fc-list:fontconfig

# usage: $(call need,LIST) - installs what is missing where it can (Debian or Ubuntu, as root), else says what to install.
define need
export PATH="$$PATH:/usr/sbin:/sbin"
missing=
for pair in $(1); do
  name=$${pair%%:*}
  case $$name in
    *.so.*) ldconfig -p 2>/dev/null | grep -qF "$$name" || missing+=" $${pair#*:}" ;;
    *) command -v "$$name" >/dev/null || missing+=" $${pair#*:}" ;;
  esac
done
if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing$$missing"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >/dev/null 2>&1 || true
  for package in $$missing; do
    apt-get install -y -qq --no-install-recommends "$$package" >/dev/null 2>&1 || echo "Could not install $$package; going on without it."
  done
elif [ -n "$$missing" ]; then
  echo "Please install:$$missing (Debian and Ubuntu: sudo apt-get install$$missing); going on without."
fi
command -v mvn >/dev/null || { echo "Maven is missing: install it (Debian and Ubuntu: sudo apt-get install maven)."; exit 1; }
endef

# Files made under sudo stay the caller's.
HAND_BACK = [ -z "$${SUDO_UID:-}" ] || chown -R "$$SUDO_UID:$${SUDO_GID:-$$SUDO_UID}" $$(ls -d target bench/results 2>/dev/null)

# usage: $(call run_demo,WORDS) - as root, in a user namespace, or by sudo, whichever works.
define run_demo
run=(env "TALTUN_JAVA=$(JAVA_HOME)/bin/java" bin/taltun $(1))
if [ "$$(id -u)" = 0 ] || unshare -Urnm true 2>/dev/null; then exec "$${run[@]}"; fi
if command -v sudo >/dev/null; then echo "User namespaces are not allowed here: asking sudo."; exec sudo "$${run[@]}"; fi
echo "The demo needs root, sudo, or unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1)."; exit 1
endef

.PHONY: help build demo demo-lighthouse test test-nat soak bench bench-hub bench-flood bench-paths bench-lighthouse bench-micro bindings clean jdk

help: ## this list
	echo "Taltun, a userspace VPN engine. usage: make TARGET"
	sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-16s %s\n", $$1, $$2}'

build: jdk ## target/taltun.jar
	$(call need,mvn:maven)
	$(MAKE) $(AOT)
	echo "$(JAR) is built; bin/taltun starts it. Try: make demo"

$(JAR): $(SOURCES) | jdk
	echo "Building $(JAR) (the first time downloads its libraries)."
	$(MVN) -q -Dmaven.test.skip=true -Dspotless.check.skip=true package
	$(HAND_BACK)

# What bin/taltun starts faster with; JDK 25 and newer make it.
$(AOT): $(JAR)
	bin/taltun-train >/dev/null 2>&1 || true
	$(HAND_BACK)

demo: jdk ## two nodes in two namespaces of this machine: handshake, ping, throughput (about half a minute)
	$(call need,$(DEMO_NEEDS))
	$(MAKE) $(AOT)
	$(call run_demo,demo)

demo-lighthouse: jdk ## two nodes behind NATs and a lighthouse: relay first, direct path, NAT killed, recovery (about two minutes)
	$(call need,$(DEMO_NEEDS) nft:nftables)
	$(MAKE) $(AOT)
	$(call run_demo,demo --lighthouse)

test: jdk ## every test; the namespace tests need root (sudo make test)
	$(call need,$(TEST_NEEDS))
	mkdir -p target
	status=0
	{ failed=0; $(MVN) verify || failed=$$?; $(MVN) -Pbench test || failed=$$?; exit $$failed; } 2>&1 |
	  sed -u 's/\x1b\[[0-9;]*m//g' | tee target/test.log || status=$$?
	$(HAND_BACK)
	[ "$$(id -u)" = 0 ] || echo "Not root: the namespace tests were skipped; sudo make test runs them."
	# Surefire ran the tests within the JVM, Failsafe those that run the jar, Surefire the bench tools': one sum closes the output.
	awk -v status=$$status '
	  /Tests run:.*Skipped: [0-9]+ *$$/ { gsub(/[^0-9]+/, " "); split($$0, n, " "); for (i = 1; i <= 4; i++) sum[i] += n[i]; seen = 1 }
	  END {
	    if (!seen) { print "[ERROR] The build failed before any test ran."; exit }
	    printf "[%s] Tests run: %d, Failures: %d, Errors: %d, Skipped: %d\n", status ? "ERROR" : "INFO", sum[1], sum[2], sum[3], sum[4]
	  }' target/test.log
	exit $$status

test-nat: jdk ## the NAT matrix, traversal and changes of network, all of them; make test runs some (root, eight minutes)
	if [ "$$(id -u)" != 0 ]; then echo "make test-nat makes network namespaces, which needs root: sudo make test-nat"; exit 1; fi
	$(call need,$(TEST_NEEDS))
	status=0
	$(call figures,NatMatrixTest$(comma)TraversalTest$(comma)NetworkChangeTest,-Dtaltun.nat=all) || status=$$?
	$(HAND_BACK)
	[ $$status != 0 ] || echo "All of them passed."
	exit $$status

# Settings: TIMES (10).
soak: jdk ## the simulations over and over with new random numbers, which a build does not vary (half a minute each time)
	for i in $$(seq $(or $(TIMES),10)); do
	  $(MVN) -q test -Dspotless.check.skip=true -Dtest='*SimulationTest' -Dtaltun.seed=random
	  echo "$$i of $(or $(TIMES),10) passed"
	done

# Settings: REPS (5), SECONDS of each TCP flow (2), QUICK=1 for a first impression, ONLY=raw,taltun-aes,... for some.
bench: jdk ## Taltun beside the bare link and the tunnels on PATH: table, JSON, charts (root, 15 minutes; QUICK=1: two)
	if [ "$$(id -u)" != 0 ]; then echo "make bench makes network namespaces, which needs root: sudo make bench"; exit 1; fi
	$(call need,$(BENCH_NEEDS))
	$(MAKE) $(AOT) $(BENCH)
	status=0; "$(JAVA_HOME)/bin/java" $(BENCH_JAVA) dev.taltun.bench.Bench $(if $(REPS),--reps "$(REPS)") $(if $(SECONDS),--seconds "$(SECONDS)") \
	  $(if $(QUICK),--quick) $(if $(ONLY),--only "$(ONLY)") || status=$$?
	$(HAND_BACK)
	exit $$status

# Settings: ROUNDS (5), SECONDS of each flow (2).
bench-hub: jdk ## a TCP flow from spoke to spoke through a hub: wireguard-go, Taltun with both ciphers (root, three minutes)
	if [ "$$(id -u)" != 0 ]; then echo "make bench-hub makes network namespaces, which needs root: sudo make bench-hub"; exit 1; fi
	$(call need,$(BENCH_NEEDS))
	$(MAKE) $(AOT)
	ROUNDS=$(or $(ROUNDS),5) SECONDS_EACH=$(or $(SECONDS),2) bench/hub.sh

# usage: $(call figures,TEST,PROPERTIES) - runs one of the tests that only print medians.
comma := ,
figures = $(MVN) -q verify -Dspotless.check.skip=true -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false -Dit.test=$(1) $(2)

# Settings: RUNS (5).
bench-flood: jdk ## a TCP flow and a new peer under 100,000 forged initiations a second (root, three minutes)
	$(call need,$(TEST_NEEDS))
	$(call figures,FloodFiguresTest,-Dtaltun.flood=figures -Dtaltun.flood.runs=$(or $(RUNS),5))

# Settings: RUNS (10), DELAY of every packet in ms (0).
bench-paths: jdk ## how soon two nodes behind NATs reach each other, and again after a cut (root, ten minutes)
	$(call need,$(TEST_NEEDS))
	$(call figures,NatFiguresTest,-Dtaltun.nat=figures -Dtaltun.nat.runs=$(or $(RUNS),10) -Dtaltun.nat.delay=$(or $(DELAY),0))

# Settings: NODES (10000), RATE (5000) registrations a second to offer, SECONDS of each measurement (10).
bench-lighthouse: jdk ## a lighthouse with 10,000 nodes on this machine: memory, registrations a second and core (one minute)
	$(call need,mvn:maven libcrypto.so.3:libssl3 libIPSec_MB.so.1:libipsec-mb1)
	$(MAKE) $(AOT) $(BENCH)
	"$(JAVA_HOME)/bin/java" $(BENCH_JAVA) dev.taltun.bench.LighthouseBench $(if $(NODES),--nodes "$(NODES)") $(if $(RATE),--rate "$(RATE)") \
	  $(if $(SECONDS),--seconds "$(SECONDS)")
	$(HAND_BACK)

bench-micro: jdk ## JMH: ciphers, routing, segmenting, coalescing, checksums, replay window, handshakes (5 minutes; ONLY=REGEX)
	$(call need,mvn:maven libcrypto.so.3:libssl3 libIPSec_MB.so.1:libipsec-mb1)
	$(MAKE) $(BENCH)
	"$(JAVA_HOME)/bin/java" $(BENCH_JAVA) dev.taltun.bench.micro.Micro $(if $(QUICK),--quick) $(if $(ONLY),--only "$(ONLY)")
	$(HAND_BACK)

# The bench tools and their libraries.
$(BENCH): $(SOURCES) $(shell find bench/src bench/test -type f 2>/dev/null) | jdk
	echo "Building the bench tools (the first time downloads their libraries)."
	$(MVN) -q -Pbench -Dspotless.check.skip=true process-test-classes
	touch $(BENCH)
	$(HAND_BACK)

bindings: jdk ## generates src/main/java/dev/taltun/ffi/linux anew (needs jextract)
	jextract/generate.sh

clean: ## removes what was built
	rm -rf target bench/results

jdk:
	$(if $(JAVA_HOME),,$(error No JDK 22 or newer found in JAVA_HOME, PATH or /usr/lib/jvm: install Temurin (https://adoptium.net) or the package of your distribution, e.g. openjdk-25-jdk-headless))
