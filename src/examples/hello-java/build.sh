#!/usr/bin/env bash
# Builds everything that `target/jre/bin/java @java.args` needs, into target/: the jars, the FDK's native library, a small
# Java run-time image, and a class data archive that halves the time to the first call.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

jdk=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")

build_jars() {
  JAVA_HOME=$jdk mvn -q -B clean package
}

build_native() {
  mkdir -p target/native
  gcc -std=c11 -O2 -Wall -Wextra -Werror -fPIC -shared -I"$jdk/include" -I"$jdk/include/linux" \
    -o target/native/libfnunixsocket.so native/fnunixsocket.c
}

# java.base is all that the FDK and Jackson need for this function; jdk.unsupported has the Unsafe of the FDK's typetools.
build_jre() {
  "$jdk/bin/jlink" --add-modules java.base,jdk.unsupported --strip-java-debug-attributes \
    --no-header-files --no-man-pages --output target/jre
  # The archive is tied to the run-time image's time stamp: a fixed one lets a rebuilt image of the same JDK fit.
  find target/jre -exec touch -h -d '2020-01-01T00:00:00Z' {} +
}

# Notes which classes a start and one call load, then archives them.
build_archive() {
  local tries=0
  scratch=$(mktemp -d /tmp/hello-XXXXXX)
  FN_FORMAT=http-stream FN_LISTENER="unix:$scratch/lsnr.sock" \
    target/jre/bin/java -XX:DumpLoadedClassList=target/classes.lst @java.args >"$scratch/log" 2>&1 &
  function_pid=$!
  until [[ -e $scratch/lsnr.sock ]]; do
    if ! kill -0 "$function_pid" 2>/dev/null || ((++tries > 600)); then
      cat "$scratch/log" >&2
      echo "hello-java: the function does not start, see above" >&2
      return 1
    fi
    sleep 0.05
  done
  curl -sSf --max-time 30 --unix-socket "$scratch/lsnr.sock" -H 'Content-Type: text/plain' -H 'Fn-Call-Id: build' \
    -H 'Fn-Deadline: 2099-01-01T00:00:00Z' -H 'Transfer-Encoding: chunked' -d builder http://localhost/call |
    grep -q 'Hello, builder!'
  stop_function
  # The dump is made with G1, as it alone can archive the module graph; the archive then serves any collector.
  target/jre/bin/java -Xshare:dump -Xlog:disable -Xlog:all=error -XX:+UseG1GC -XX:SharedClassListFile=target/classes.lst \
    -XX:SharedArchiveFile=target/function.jsa -cp target/function.jar >/dev/null
}

stop_function() {
  if [[ -n $function_pid ]]; then
    kill "$function_pid" 2>/dev/null || true
    wait "$function_pid" || true
    function_pid=
  fi
  if [[ -n $scratch ]]; then
    rm -rf "$scratch"
  fi
}

function_pid=
scratch=
trap stop_function EXIT
build_jars
build_native
build_jre
build_archive
