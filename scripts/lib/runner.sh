# shellcheck shell=bash
# A runner of this checkout, started and stopped by a script. To be sourced after setup.sh.

RUNNER=127.0.0.1:0
RUNNER_PID=
# What is to be started.
RUNNER_COMMAND=(scripts/berth)
RUNNER_OUT=$BERTH_WORK/runner.$$.out
RUNNER_LOG=$BERTH_WORK/runner.log
RUNNER_START_SECONDS=60
RUNNER_STOP_SECONDS=60
# Socket directories of these runners go here, so that what they leave can be told from others'.
RUNNER_SOCKETS=${TMPDIR:-/tmp}/berth-scripts.$$

# Builds the jar if a source is newer than it.
ensure_jar() {
  if [[ -f target/berth.jar && -z $(find pom.xml src/main proto -newer target/berth.jar -type f -print -quit) ]]; then
    return
  fi
  say "building target/berth.jar"
  once jar logged build mvn -B -DskipTests -Dspotless.check.skip=true package
}

# start_runner docker|podman|process [OPTION...]: sets RUNNER to the address and RUNNER_PID; ends the script if it does not come up.
start_runner() {
  local engine=$1
  shift
  mkdir -p "$RUNNER_SOCKETS"
  "${RUNNER_COMMAND[@]}" run --port 0 --engine "${engine/podman/docker}" --set "worker.socketRoot=$RUNNER_SOCKETS" --set grpc.host=127.0.0.1 "$@" \
    >"$RUNNER_OUT" 2>"$RUNNER_LOG" </dev/null &
  RUNNER_PID=$!
  local end=$((SECONDS + RUNNER_START_SECONDS))
  until grep -qs ' listening on ' "$RUNNER_OUT"; do
    if ! kill -0 "$RUNNER_PID" 2>/dev/null || ((SECONDS >= end)); then
      tail -n 20 "$RUNNER_LOG" >&2
      die "the runner did not start; its log is $RUNNER_LOG"
    fi
    sleep 0.05
  done
  RUNNER=127.0.0.1:$(sed -n 's/.* listening on [^ ]*:\([0-9]*\),.*/\1/p' "$RUNNER_OUT")
}

# Stops it as an operator would; a runner that does not stop in time is a failure.
stop_runner() {
  local pid=$RUNNER_PID
  RUNNER_PID=
  rm -f "$RUNNER_OUT"
  [[ -n $pid ]] || return 0
  kill -TERM "$pid" 2>/dev/null || true
  local end=$((SECONDS + RUNNER_STOP_SECONDS))
  while kill -0 "$pid" 2>/dev/null; do
    if ((SECONDS >= end)); then
      kill -KILL "$pid"
      die "the runner did not stop within $RUNNER_STOP_SECONDS s; its log is $RUNNER_LOG"
    fi
    sleep 0.05
  done
  wait "$pid" || die "the runner ended with exit code $?; its log is $RUNNER_LOG"
}

# stop_runner_clean ENGINE: stops it, and ends the script if it has left anything.
stop_runner_clean() {
  local left
  stop_runner
  left=$(leftovers "$1")
  [[ -z $left ]] || die "left behind: $left"
}

# leftovers ENGINE: what a stopped runner of this script has left; prints nothing if it is nothing.
leftovers() {
  local engine=$1
  [[ $engine == process ]] || engine_cli ps --all --quiet --filter "label=dev.berth.owner=$(hostname):$RUNNER_SOCKETS"
  find "$RUNNER_SOCKETS" -mindepth 1
  grep -lsa "BERTH_OWNER=[^[:space:]]*$RUNNER_SOCKETS" /proc/[0-9]*/environ || true
  rmdir "$RUNNER_SOCKETS" 2>/dev/null || true
}
