# shellcheck shell=bash
# Sets up what the scripts need on a fresh Debian machine: each ensure_ function installs one thing if it is missing, says
# so in a line, and is quiet and quick when there is nothing to do. Source common.sh first.
#
# BERTH_ENGINE=process does without a container engine and images; BERTH_ENGINE=podman starts Podman's service, which the
# script has to stop (stop_podman).

# shellcheck source-path=SCRIPTDIR
source "$BERTH_ROOT/scripts/lib/docker.sh"
source "$BERTH_ROOT/scripts/lib/podman.sh"
source "$BERTH_ROOT/scripts/lib/examples.sh"

LEAST_JAVA=17
LEAST_NODE=18

need_root_or_sudo() {
  ((EUID == 0)) && return
  have sudo || die "this needs root, to install packages or start an engine: run it as root, or install sudo"
  sudo -v || die "this needs root, to install packages or start an engine: sudo refused"
}

# ensure_apt_packages WHY PACKAGE...: installs the packages that are missing.
ensure_apt_packages() {
  local why=$1 missing=() package
  shift
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
  done
  ((${#missing[@]} > 0)) || return 0
  need_root_or_sudo
  say "installing ${missing[*]} ($why)"
  once apt install_packages "${missing[@]}"
}

# The package lists are fetched once per run, and only when something is to be installed.
install_packages() {
  local quiet=(as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
  if [[ ! -e $BERTH_WORK/apt-updated.$$ ]]; then
    rm -f "$BERTH_WORK"/apt-updated.*
    logged apt-update "${quiet[@]}" update
    touch "$BERTH_WORK/apt-updated.$$"
  fi
  logged apt-install "${quiet[@]}" install --no-install-recommends "$@"
}

# need_debian WHAT: ends the script on a machine whose packages it cannot install.
need_debian() {
  ! have apt-get || ! have dpkg-query || return 0
  die "$1 is missing, and only Debian's packages can be installed from here; install by hand: a JDK >= $LEAST_JAVA with" \
    "javac and jlink, Maven >= 3.8, Node.js >= $LEAST_NODE with npm, gcc with the C library's headers, curl, and Docker"
}

ensure_tools() {
  local missing=() tool
  for tool in curl git flock sha256sum; do
    have "$tool" || missing+=("$tool")
  done
  ((${#missing[@]} > 0)) || return 0
  need_debian "${missing[*]}"
  ensure_apt_packages "tools of the scripts" ca-certificates curl git util-linux coreutils
}

java_major() { sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"; }

# A JDK new enough with the compiler, the headers and the tools to make a run-time image.
jdk_is_fit() {
  local home
  have javac && have jlink || return 1
  home=$(jdk_home)
  [[ -e $home/release && -e $home/include/jni.h && -e $home/jmods/java.base.jmod ]] && (($(java_major "$home") >= LEAST_JAVA))
}

jdk_home() { dirname "$(dirname "$(readlink -f "$(command -v javac)")")"; }

ensure_jdk() {
  if ! jdk_is_fit; then
    need_debian "a JDK >= $LEAST_JAVA"
    ensure_apt_packages "Java" openjdk-17-jdk-headless
    hash -r
    jdk_is_fit || use_debians_jdk
  fi
  JAVA_HOME=$(jdk_home)
  export JAVA_HOME
}

# An older JDK may come first on the path; this one is then put before it, for this script alone.
use_debians_jdk() {
  local home
  home=$(echo /usr/lib/jvm/java-17-openjdk-*)
  [[ -x $home/bin/javac ]] || die "openjdk-17-jdk-headless is installed, but there is no javac in $home"
  PATH=$home/bin:$PATH
  jdk_is_fit || die "the JDK in $home is not usable"
}

ensure_maven() {
  have mvn && return
  need_debian Maven
  ensure_apt_packages "builds" maven
}

node_is_fit() { have node && (($(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0) >= LEAST_NODE)); }

ensure_node() {
  if ! node_is_fit; then
    need_debian "Node.js >= $LEAST_NODE"
    ensure_apt_packages "example functions" nodejs
    hash -r
    node_is_fit || die "Debian's Node.js is older than $LEAST_NODE; install a newer one by hand"
  fi
  have npm && return
  need_debian npm
  ensure_apt_packages "example functions" npm
}

ensure_gcc() {
  have gcc && [[ -e /usr/include/stdio.h ]] && return
  need_debian "a C compiler"
  ensure_apt_packages "the Java function's native library" gcc libc6-dev
}

engine_wanted() { [[ ${BERTH_ENGINE:-docker} != process ]]; }

ensure_engine() {
  if [[ ${BERTH_ENGINE:-docker} == podman ]]; then
    ensure_podman
  else
    ensure_docker
  fi
}

# What a build of Berth itself needs.
ensure_build_tools() {
  ensure_tools
  ensure_jdk
  ensure_maven
}

# What the example functions need, built and ready to run: as processes always, as images if there is an engine.
ensure_examples() {
  ensure_build_tools
  ensure_node
  ensure_gcc
  build_examples "$@"
  if engine_wanted; then
    ensure_engine
    ensure_images "$@"
  fi
}

# Starts a registry on the loopback address and prints its address; for tests of pulling only.
ensure_registry() {
  local port=${1:-5000} home=$BERTH_WORK/registry
  if curl -fs --max-time 5 "http://127.0.0.1:$port/v2/" >/dev/null; then
    echo "127.0.0.1:$port"
    return
  fi
  have docker-registry || {
    need_debian docker-registry
    install_registry
  }
  mkdir -p "$home"
  cat >"$home/config.yml" <<CONFIG
version: 0.1
log:
  level: warn
storage:
  filesystem:
    rootdirectory: $home/data
  delete:
    enabled: true
http:
  addr: 127.0.0.1:$port
CONFIG
  say "starting a registry on 127.0.0.1:$port (log: $home/log)"
  setsid docker-registry serve "$home/config.yml" >"$home/log" 2>&1 </dev/null &
  echo $! >"$home/pid"
  if ! await 20 curl -fs --max-time 5 "http://127.0.0.1:$port/v2/"; then
    tail -n 20 "$home/log" >&2
    die "the registry does not answer on 127.0.0.1:$port, see above"
  fi
  echo "127.0.0.1:$port"
}

# Debian's package would start a registry of its own on all addresses.
install_registry() { install_unstarted "tests of pulling" docker-registry; }

# Prometheus, unless it is there. Its service is not started.
ensure_prometheus() { have prometheus || install_unstarted "tests of monitoring" prometheus; }

# install_unstarted WHY PACKAGE: Debian would start the package's service at once.
install_unstarted() {
  local policy=/usr/sbin/policy-rc.d
  if [[ -e $policy ]]; then
    ensure_apt_packages "$1" "$2"
    return
  fi
  need_root_or_sudo
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
  ensure_apt_packages "$1" "$2" || true
  as_root rm -f "$policy"
}
