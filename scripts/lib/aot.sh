# shellcheck shell=bash
# What an ahead-of-time cache holds for. Sourced by scripts/berth, which is to need nothing else, and by scripts/lib/aot-cache.

# aot_able HOME: whether the JVM there takes such a cache with profiles in it.
aot_able() {
  [[ -x $1/bin/java && -r $1/release && $(<"$1/release") =~ (^|$'\n')JAVA_VERSION=\"([0-9]+) ]] && ((BASH_REMATCH[2] >= 25))
}

# aot_fits CACHE HOME JAR: whether that JVM has made the cache from that jar.
aot_fits() {
  [[ -f $1 ]] && aot_able "$2" && [[ $(aot_for "$2" "$3") == "$(cat "$1.for" 2> /dev/null)" ]]
}

# aot_maker CACHE: where the JVM is that has made the cache.
aot_maker() {
  cat "$1.jvm" 2> /dev/null
}

# aot_for HOME JAR: names that JVM and that jar, as they are now.
aot_for() {
  grep -E '^(IMPLEMENTOR_VERSION|JAVA_RUNTIME_VERSION|OS_ARCH)=' "$1/release"
  stat -L -c '%s bytes of %Y' "$2"
}
