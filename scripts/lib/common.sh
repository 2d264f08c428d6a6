# shellcheck shell=bash
# What every script of this folder has in common. To be sourced, with `set -euo pipefail` in force.

BERTH_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Everything the scripts make that is not to be committed, apart from what build.sh of an example makes in its folder.
BERTH_WORK=$BERTH_ROOT/target/scripts
mkdir -p "$BERTH_WORK"

say() { printf '==> %s\n' "$*" >&2; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root: directly, or by sudo. need_root_or_sudo has made sure that one of them works.
as_root() {
  if ((EUID == 0)); then
    "$@"
  else
    sudo -- "$@"
  fi
}

# logged NAME COMMAND...: runs a command with its output in a log file; shows the file's end if the command fails.
logged() {
  local log=$BERTH_WORK/$1.log
  shift
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 30 "$log" >&2
    die "'$*' failed; the whole output is in $log"
  fi
}

# await SECONDS COMMAND...: tries a command until it succeeds; fails when it has not in that time.
await() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.2
  done
}

# free_ports COUNT: so many ports of this machine that nothing listens on. None of those that the system gives to any
# connection, from 32768 on: one of these may be gone when it is needed.
free_ports() {
  local ports=() port
  while ((${#ports[@]} < $1)); do
    port=$((10000 + RANDOM % 22000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || ports+=("$port")
  done
  echo "${ports[@]}"
}

# once NAME COMMAND...: holds a lock while the command runs, so that two scripts do not install or build the same thing.
once() {
  local lock=$BERTH_WORK/$1.lock
  shift
  (
    flock 9
    "$@"
  ) 9>"$lock"
}
