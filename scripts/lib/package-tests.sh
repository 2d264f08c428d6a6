# shellcheck shell=bash
# Tries packages: each is unpacked or installed where it leaves nothing behind, and a function is called through it.
# To be sourced after package.sh.

EXPOSURE_LIMIT=25 # of systemd-analyze security, in tenths
SYSTEMD_IMAGE=berth-package-test:$$
SYSTEMD_BOX=berth-package-test-$$
IMAGE_BOX=berth-image-test-$$
PACKAGE_SCRATCH=

# test_packages short|whole KIND...
test_packages() {
  local extent=$1 kind
  shift
  ensure_examples echo-node test-fn old-formats
  ensure_apt_packages "tests of packages" curl openssl systemd
  PACKAGE_SCRATCH=$(mktemp -d "${TMPDIR:-/tmp}/berth-packages.XXXXXX")
  trap clean_package_tests EXIT
  for kind in "$@"; do
    "test_$kind" "$extent"
  done
  test_monitoring
  clean_package_tests
  trap - EXIT
  say "packages work: $*"
}

# Only what these tests made.
clean_package_tests() {
  stop_prometheus
  stop_runner || true
  rmdir "$RUNNER_SOCKETS" 2>/dev/null || true
  docker rm --force --volumes "$SYSTEMD_BOX" "$IMAGE_BOX" >/dev/null 2>&1 || true
  docker image rm "$SYSTEMD_IMAGE" >/dev/null 2>&1 || true
  if [[ -d $PACKAGE_SCRATCH ]]; then
    as_root umount --recursive --lazy "$PACKAGE_SCRATCH/run" 2>/dev/null || true
    as_root rm -rf --one-file-system "$PACKAGE_SCRATCH"
  fi
}

# expect TEXT COMMAND...: fails unless the command's output has the text.
expect() {
  local text=$1 output
  shift
  output=$("$@" 2>&1) || die "'$*' failed: $output"
  [[ $output == *"$text"* ]] || die "'$*' should print '$text', but printed: $output"
}

expect_call() { expect "$1" "${@:2}" berth/echo-node --body "$1"; }

# --- tar ---

# At its own place below /opt, which only this process and its children see; by the class archive or not at all.
test_tar() {
  local extent=$1 name=berth-$VERSION berth
  say "testing the tarball"
  # shellcheck disable=SC2016
  berth=(unshare --mount sh -euc 'mount --bind "$0" /opt; exec "$@"' "$PACKAGE_SCRATCH/opt"
    env BERTH_JAVA_OPTS=-Xshare:on "/opt/$name/bin/berth")
  ((EUID == 0)) || berth=(sudo -- "${berth[@]}")
  mkdir -p "$PACKAGE_SCRATCH/opt"
  tar -C "$PACKAGE_SCRATCH/opt" -xzf "$PACKAGES/$name-linux-$DEBIAN_ARCH.tar.gz"
  expect "berth $VERSION" "${berth[@]}" --version
  # Elsewhere it does without, and has nothing to say about that.
  expect "berth $VERSION" "$PACKAGE_SCRATCH/opt/$name/bin/berth" --version
  [[ $("$PACKAGE_SCRATCH/opt/$name/bin/berth" --version 2>&1) == "berth $VERSION" ]] || die "the tarball's runtime complains"
  RUNNER_COMMAND=("${berth[@]}")
  start_runner docker
  expect_call tarball "${berth[@]}" call "$RUNNER"
  if [[ $extent == whole ]]; then
    say "the conformance kit against the packaged runtime"
    scripts/conformance "$RUNNER" | tail -n 5
  fi
  stop_runner_clean docker
}

# --- deb ---

test_deb() {
  local extent=$1 deb=$PACKAGES/berth_${VERSION}_$DEBIAN_ARCH.deb tree=$PACKAGE_SCRATCH/deb
  say "testing the Debian package"
  dpkg-deb -x "$deb" "$tree"
  test_units "$tree"
  # shellcheck disable=SC2016
  expect "complete -o default -F _complete_berth berth" bash -c '. "$0" && complete -p berth' \
    "$tree/usr/share/bash-completion/completions/berth"
  [[ $extent == whole ]] || return 0
  ensure_apt_packages "checks of the Debian package" lintian debootstrap
  lintian --fail-on error,warning --allow-root "$deb" || die "lintian has found something"
  test_under_systemd "$deb"
}

# The units as systemd reads them, and what they expose; without the program and the page, which are not on this machine.
test_units() {
  local units=$PACKAGE_SCRATCH/units exposure
  mkdir -p "$units"
  cp "$1"/lib/systemd/system/* "$units/"
  sed -i 's|^ExecStart=/usr/bin/berth |ExecStart=/bin/true |' "$units/berth.service"
  [[ -z $(systemd-analyze verify --man=no "$units"/* 2>&1 | grep -F "$units") ]] || systemd-analyze verify --man=no "$units"/*
  exposure=$(systemd-analyze security --offline=true --no-pager "$units/berth.service" | sed -n 's/.*exposure level.*: \([0-9]*\)\.\([0-9]\).*/\1\2/p')
  ((10#$exposure <= EXPOSURE_LIMIT)) || die "the unit's exposure is $exposure tenths, more than $EXPOSURE_LIMIT"
}

# Installed in a Debian of its own, where systemd is the first process; functions run on this machine's engine.
test_under_systemd() {
  local run=$PACKAGE_SCRATCH/run root=$PACKAGE_SCRATCH/debian container
  say "installing the package in a Debian with systemd"
  logged debootstrap as_root debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,adduser,libstdc++6,zlib1g \
    "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root"
  as_root tar -C "$root" --exclude='./var/cache/apt/*' -cf - . | docker import --change 'ENV container=docker' - "$SYSTEMD_IMAGE" >/dev/null
  as_root rm -rf --one-file-system "$root"
  # Its /run is shared, so that the engine sees the sockets of functions, wherever the package mounts them.
  mkdir -p "$run"
  as_root mount -t tmpfs -o mode=755 none "$run"
  as_root mount --make-shared "$run"
  as_root touch "$run/docker.sock"
  as_root mount --bind "$(docker_socket)" "$run/docker.sock"
  docker run --detach --name "$SYSTEMD_BOX" --hostname "$SYSTEMD_BOX" --cgroupns host --tty --stop-signal SIGRTMIN+3 \
    --cap-add SYS_ADMIN --cap-add DAC_READ_SEARCH --cap-add SYS_PTRACE \
    --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
    --volume /sys/fs/cgroup:/sys/fs/cgroup --volume "$run:/run:rshared" "$SYSTEMD_IMAGE" /lib/systemd/systemd >/dev/null
  # shellcheck disable=SC2016
  await 60 in_box sh -c '[ "$(systemctl is-system-running)" = running ]' || {
    docker logs "$SYSTEMD_BOX" | tail -n 20 >&2
    die "systemd does not come up in a container of this engine"
  }
  docker cp "$1" "$SYSTEMD_BOX:/root/berth.deb" >/dev/null
  expect "systemctl enable --now berth" in_box dpkg --install /root/berth.deb
  in_box sed -i "s|^  #engineSocketRoot:\$|  engineSocketRoot: $run/berth|" /etc/berth/berth.yaml
  in_box sed -i '$a BERTH_WORKER_FREEZE_IDLE=0' /etc/default/berth

  in_box systemctl enable --quiet --now berth
  expect "listening on 0.0.0.0:9190, engine docker" in_box systemctl show --property StatusText berth
  expect_call packaged in_box berth call 127.0.0.1:9190
  container=$(function_container "$SYSTEMD_BOX:/run/berth")
  # Not root, yet it freezes by file: the engine does not know of it.
  await 20 frozen "$container" || die "the service does not freeze containers by their control group's file"
  expect running docker inspect --format '{{.State.Status}}' "$container"
  expect_call woken in_box berth call 127.0.0.1:9190
  local fed
  fed=$(in_box systemctl show --property WatchdogTimestampMonotonic berth)
  # shellcheck disable=SC2016
  await 30 in_box sh -c '[ "$(systemctl show --property WatchdogTimestampMonotonic berth)" != "$1" ]' sh "$fed" ||
    die "the watchdog is not fed"

  say "stopping it while a call runs"
  # shellcheck disable=SC2016
  in_box sh -c 'berth call 127.0.0.1:9190 berth/test-fn -H "X-Do: sleep 5000; send late" >/root/answer 2>&1; echo " code $?" >>/root/answer' &
  local caller=$!
  await 20 in_box sh -c "berth status 127.0.0.1:9190 | grep -q ' 1 busy'" || die "the slow call does not run"
  in_box systemctl stop berth
  wait "$caller"
  expect "late code 0" in_box cat /root/answer
  expect Result=success in_box systemctl show --property Result berth

  # As the service sees the machine; that the runner port is cleartext is all that it misses.
  expect "ok    freezer" in_box sh -c 'systemd-run --pipe --wait --quiet --uid=berth -p AmbientCapabilities=CAP_DAC_OVERRIDE berth doctor || [ $? = 1 ]'

  in_box systemctl start berth
  local before
  before=$(in_box systemctl show --property InvocationID berth)
  in_box dpkg --install /root/berth.deb >/dev/null 2>&1
  # Nobody waits for the restart.
  # shellcheck disable=SC2016
  await 30 in_box sh -c '[ "$(systemctl show --property InvocationID berth)" != "$1" ] && systemctl is-active berth' sh "$before" ||
    die "an upgrade does not restart the service"
  expect_call upgraded in_box berth call 127.0.0.1:9190
  in_box dpkg --purge berth >/dev/null 2>&1
  expect "" in_box sh -c '! getent passwd berth && ! ls -d /etc/berth /etc/default/berth /usr/lib/berth /run/berth 2>/dev/null'
  [[ -z $(docker ps --all --quiet --filter "label=dev.berth.owner=$SYSTEMD_BOX:/run/berth") ]] || die "containers are left"
}

in_box() { docker exec "$SYSTEMD_BOX" "$@"; }

# function_container OWNER: what runs of that owner's but the places it holds ready.
function_container() {
  docker ps --quiet --no-trunc --filter "label=dev.berth.owner=$1" --filter label=dev.berth.role=function
}

# As either version of control groups has it.
frozen() {
  local state
  for state in /sys/fs/cgroup/freezer/docker/"$1"/freezer.state /sys/fs/cgroup/{system.slice/docker-"$1".scope,docker/"$1"}/cgroup.events; do
    [[ ! -e $state ]] || ! grep -qE 'FROZEN|frozen 1' "$state" || return 0
  done
  return 1
}

# --- image ---

# As an operator would run it, with as few rights as it can do with, a temporary folder that allows no programs, and TLS by
# elliptic curves, which the runtime must have.
test_image() {
  local sockets=$PACKAGE_SCRATCH/sockets tls=$PACKAGE_SCRATCH/tls
  local java=$INSTALLED/runtime/bin/java jar=$INSTALLED/berth.jar container
  say "testing the image"
  expect "berth $VERSION" docker run --rm --network none --entrypoint "$java" "$IMAGE" \
    -XX:SharedArchiveFile="$INSTALLED/berth.jsa" -Xshare:on -jar "$jar" --version
  mkdir -m 711 "$sockets" "$tls"
  make_certificates "$tls"
  docker run --detach --name "$IMAGE_BOX" --hostname "$IMAGE_BOX" --read-only --tmpfs /tmp:noexec \
    --cap-drop ALL --cap-add DAC_OVERRIDE --security-opt no-new-privileges \
    --volume "$(docker_socket):/var/run/docker.sock" --volume "$sockets:$sockets" --volume "$tls:/tls:ro" \
    --volume /sys/fs/cgroup:/sys/fs/cgroup \
    --env "BERTH_WORKER_SOCKET_ROOT=$sockets" --env BERTH_GRPC_TLS_CERTIFICATE=/tls/tls.crt --env BERTH_GRPC_TLS_KEY=/tls/tls.key \
    "$IMAGE" >/dev/null
  await 30 image_listens || die "the image does not start: $(docker logs "$IMAGE_BOX" 2>&1 | tail -n 5)"
  expect_call image docker exec "$IMAGE_BOX" "$java" -jar "$jar" call --ca /tls/ca.crt localhost:9190
  container=$(function_container "$IMAGE_BOX:$sockets")
  await 20 frozen "$container" || die "the image does not freeze containers by their control group's file"
  docker stop --time 30 "$IMAGE_BOX" >/dev/null
  expect 0 docker inspect --format '{{.State.ExitCode}}' "$IMAGE_BOX"
  [[ -z $(find "$sockets" -mindepth 1) ]] || die "socket folders are left"
  [[ -z $(docker ps --all --quiet --filter "label=dev.berth.owner=$IMAGE_BOX:$sockets") ]] || die "containers are left"
}

# make_certificates FOLDER: an authority, and a certificate for localhost that it has signed.
make_certificates() {
  local new=(openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2)
  logged openssl "${new[@]}" -subj "/CN=packages" -keyout "$1/ca.key" -out "$1/ca.crt"
  logged openssl "${new[@]}" -CA "$1/ca.crt" -CAkey "$1/ca.key" -subj /CN=localhost -addext basicConstraints=CA:FALSE \
    -addext subjectAltName=DNS:localhost -keyout "$1/tls.key" -out "$1/tls.crt"
}

image_listens() { docker logs "$IMAGE_BOX" 2>/dev/null | grep ' listening on '; }

# --- chart ---

# Rendered by Helm's engine, read strictly; and the settings that come out are shown to the runner.
test_chart() {
  local work=$PACKAGE_SCRATCH/chart check=$PACKAGING/chart-check classes=$PACKAGES/chart-check.classpath name
  say "testing the chart"
  mkdir -p "$work" "$work/files/tls" "$work/files/cluster" "$work/files/tokens"
  for name in read operator; do
    (umask 077 && openssl rand -hex 16 >"$work/files/tokens/$name")
  done
  [[ $classes -nt $check/pom.xml ]] ||
    logged chart-check mvn -B -q -f "$check/pom.xml" dependency:build-classpath "-Dmdep.outputFile=$classes"
  "$JAVA_HOME/bin/java" -XX:TieredStopAtLevel=1 -cp "$(<"$classes")" "$check/ChartCheck.java" "$PACKAGES/chart/berth" "$work" ||
    die "the chart is not right, see above"
  for name in tls cluster; do
    make_certificates "$work/files/$name"
  done
  for name in "$work"/*.yaml; do
    sed -i "s|/etc/berth/|$work/files/|" "$name"
    expect '"check":"settings","level":"ok"' env BERTH_CLUSTER_PUBLIC_HOST=10.0.0.1 \
      sh -c '"$@" || [ $? -le 2 ]' sh scripts/berth doctor --json --config "$name"
  done
}
