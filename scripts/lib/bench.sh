# shellcheck shell=bash
# The programs among the test classes, most of them in src/test/java/dev/berth/bench. Source common.sh, setup.sh and runner.sh first.

BENCH_CLASSPATH=$BERTH_ROOT/target/bench.classpath

# The test classes and the class path to run them with.
ensure_bench_classes() {
  logged bench-classes mvn -B -q -Dquick test-compile
  [[ $BENCH_CLASSPATH -nt pom.xml ]] ||
    logged bench-classpath mvn -B -q -Dquick dependency:build-classpath -Dmdep.includeScope=test \
      "-Dmdep.outputFile=$BENCH_CLASSPATH"
}

# choose_engine ARGUMENT...: by the --engine among them, if there is one.
choose_engine() {
  local engine=${BERTH_ENGINE:-}
  while (($# > 0)); do
    case $1 in
      --engine=*) engine=${1#*=} ;;
      --engine) engine=${2:-} ;;
    esac
    shift
  done
  export BERTH_ENGINE=$engine
}

# bench_program CLASS ARGUMENT...: becomes that program.
bench_program() {
  local class=$1
  shift
  test_program "bench.$class" "$@"
}

# test_program CLASS ARGUMENT...: becomes a program of the test classes, named within dev.berth.
test_program() {
  local class=$1
  shift
  exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx512m -Dio.netty.allocator.type=pooled \
    -cp "target/test-classes:target/classes:$(<"$BENCH_CLASSPATH")" "dev.berth.$class" "$@"
}
