# shellcheck shell=bash
# A container engine that answers. Part of setup.sh.

DOCKERD_LOG=/var/log/berth-dockerd.log
DOCKERD_WAIT_SECONDS=60

# The engine's socket answers the ping that the runner itself starts with; no client program is needed for that.
docker_socket() {
  local host=${DOCKER_HOST:-unix:///var/run/docker.sock}
  [[ $host == unix://* ]] || die "DOCKER_HOST is $host; only an engine behind a Unix socket can be used"
  echo "${host#unix://}"
}

engine_answers() { [[ $(curl -fs --max-time 10 --unix-socket "$(docker_socket)" http://engine/_ping) == OK ]]; }

# The client program of the engine that is in use.
engine_cli() {
  if [[ ${BERTH_ENGINE:-docker} == podman ]]; then
    podman_cli "$@"
  else
    docker "$@"
  fi
}

# Makes sure that an engine answers and that there is a client program to build images with.
ensure_docker() {
  local socket denied
  socket=$(docker_socket)
  denied="this user may not use $socket: run as root, or as a member of the group docker"
  if ! engine_answers; then
    [[ ! -S $socket || -w $socket ]] || die "$denied"
    once docker start_engine
    engine_answers || die "$denied"
  fi
  have docker && return
  need_debian "Docker's client"
  ensure_apt_packages "container images" docker.io
}

root_engine_answers() {
  [[ $(as_root curl -fs --max-time 10 --unix-socket "$(docker_socket)" http://engine/_ping) == OK ]]
}

start_engine() {
  need_root_or_sudo
  # It may answer root alone, or another script has started it while this one waited for the lock.
  root_engine_answers && return
  [[ -z ${DOCKER_HOST:-} ]] || die "no engine answers at DOCKER_HOST=$DOCKER_HOST"
  if ! have_for_root dockerd; then
    need_debian "a Docker engine"
    ensure_apt_packages "container engine" docker.io
  fi
  # For the engine's bridge network, and for its --init; not every release's package depends on them.
  have_for_root iptables || ensure_apt_packages "container engine" iptables
  have_for_root docker-init || ensure_apt_packages "container engine" tini
  if [[ -d /run/systemd/system ]]; then
    start_service
  elif ! daemon_comes_up; then
    mount_cgroups
    start_daemon_somehow
  fi
}

have_for_root() { as_root sh -c "PATH=\$PATH:/usr/sbin:/sbin; command -v $1" >/dev/null 2>&1; }

start_service() {
  say "starting the docker service"
  as_root systemctl start docker || true
  if ! await "$DOCKERD_WAIT_SECONDS" root_engine_answers; then
    as_root journalctl -u docker -n 30 --no-pager >&2 || true
    die "the docker service does not answer, see above; BERTH_ENGINE=process does without it"
  fi
}

# In a bare container or virtual machine nobody may have mounted the control groups.
mount_cgroups() {
  [[ -e /sys/fs/cgroup/cgroup.controllers ]] && return
  local controller
  mountpoint -q /sys/fs/cgroup || as_root mount -t tmpfs cgroup_root /sys/fs/cgroup || return 0
  while read -r controller _ _ enabled; do
    [[ $controller != \#* && $enabled == 1 ]] || continue
    mountpoint -q "/sys/fs/cgroup/$controller" && continue
    as_root mkdir -p "/sys/fs/cgroup/$controller"
    as_root mount -t cgroup -o "$controller" "$controller" "/sys/fs/cgroup/$controller" 2>/dev/null ||
      as_root rmdir "/sys/fs/cgroup/$controller" 2>/dev/null || true
  done </proc/cgroups
}

# Starts dockerd, and once more with less asked of the kernel where its log says that this was at fault.
start_daemon_somehow() {
  local options=()
  start_daemon && return
  if log_blames 'graphdriver|storage-driver|overlay'; then
    options+=(--storage-driver=vfs)
  fi
  if log_blames 'iptables|nftables|bridge|network controller'; then
    options+=(--iptables=false --ip6tables=false --bridge=none)
  fi
  ((${#options[@]} == 0)) || ! start_daemon "${options[@]}" || return 0
  die "dockerd does not start, see above; BERTH_ENGINE=process does without it"
}

log_blames() { as_root grep -v 'level=info' "$DOCKERD_LOG" | grep -qiE "$1"; }

# start_daemon OPTION...: starts dockerd apart from this script, so that it outlives it. Fails, with the log's end shown,
# when the daemon ends or does not answer in time.
start_daemon() {
  local pid deadline=$((SECONDS + DOCKERD_WAIT_SECONDS))
  say "starting dockerd $* (log: $DOCKERD_LOG)"
  # shellcheck disable=SC2016
  pid=$(as_root sh -c 'PATH=$PATH:/usr/sbin:/sbin; log=$1; shift
    setsid dockerd "$@" >"$log" 2>&1 </dev/null 9>&- & echo $!' sh "$DOCKERD_LOG" "$@")
  until root_engine_answers; do
    if ! as_root kill -0 "$pid" 2>/dev/null || ((SECONDS >= deadline)); then
      as_root kill "$pid" 2>/dev/null || true
      echo "the end of $DOCKERD_LOG:" >&2
      as_root tail -n 20 "$DOCKERD_LOG" >&2
      return 1
    fi
    sleep 0.2
  done
}

# Whether a daemon is there already, as after the installation of its package, and answers in time. A pid file that a killed
# one left is removed, for the next daemon refuses to start when that number is in use again.
daemon_comes_up() {
  local file=/var/run/docker.pid
  as_root test -e "$file" || return 1
  if daemon_lives "$(as_root cat "$file")"; then
    await "$DOCKERD_WAIT_SECONDS" root_engine_answers && return
    die "a dockerd runs, but does not answer at $(docker_socket)"
  fi
  as_root rm -f "$file"
  return 1
}

# A zombie has a name, but no program.
daemon_lives() { [[ $(as_root readlink "/proc/$1/exe") == *dockerd* ]]; }
