# shellcheck shell=bash
# Podman's service as Debian has it, in a folder of its own, for one script. Part of setup.sh.
#
# Storage, state, locks, networks and socket are in that folder, which is removed at the end. With the machine's own
# Podman, if there is one, it shares the programs, the bridge podman0 and the list of addresses taken there (/run/containers). Podman allows a state folder's path no more than 50 characters, so it is not in BERTH_WORK.

PODMAN_WAIT_SECONDS=30
PODMAN_FOLDER=
PODMAN_PID=

# Podman's own containers.conf, for the service and the client alike. Locks in shared memory would be those of the
# machine's Podman. Its journal and systemd are asked for nothing, so that a machine without systemd does.
podman_config() {
  cat <<CONFIG
[containers]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
runtime = "runc"
[network]
network_config_dir = "$PODMAN_FOLDER/networks"
CONFIG
}

podman_cli() {
  as_root env "CONTAINERS_CONF=$PODMAN_FOLDER/containers.conf" podman --root "$PODMAN_FOLDER/storage" \
    --runroot "$PODMAN_FOLDER/run" --tmpdir "$PODMAN_FOLDER/tmp" "$@"
}

# Debian's package recommends crun, which refuses machines whose control groups are of the first version and incomplete;
# runc runs everywhere. Without catatonit there is no init for a container.
install_podman() {
  need_root_or_sudo
  local tool missing=
  for tool in podman runc conmon netavark iptables; do
    have_for_root "$tool" || [[ -x /usr/lib/podman/$tool ]] || missing=yes
  done
  [[ -x /usr/libexec/podman/catatonit || -x /usr/bin/catatonit ]] || missing=yes
  [[ -n $missing ]] || return 0
  need_debian Podman
  ensure_apt_packages "container engine" podman runc conmon catatonit netavark iptables
}

podman_answers() {
  [[ $(as_root curl -fs --max-time 10 --unix-socket "$PODMAN_FOLDER/podman.sock" http://engine/_ping) == OK ]]
}

# Starts the service, unless this script has, and sets DOCKER_HOST.
ensure_podman() {
  [[ -z $PODMAN_FOLDER ]] || return 0
  install_podman
  [[ -d /run/systemd/system ]] || mount_cgroups
  PODMAN_FOLDER=$(mktemp -d /var/tmp/berth-podman.XXXXXX)
  chmod 755 "$PODMAN_FOLDER"
  podman_config >"$PODMAN_FOLDER/containers.conf"
  say "starting Podman's service in $PODMAN_FOLDER"
  # The working directory: the monitor of its containers leaves a file there when one runs out of memory.
  # shellcheck disable=SC2016
  PODMAN_PID=$(as_root sh -c 'cd "$1" && PATH=$PATH:/usr/sbin:/sbin CONTAINERS_CONF=$1/containers.conf \
    setsid podman --root "$1/storage" --runroot "$1/run" --tmpdir "$1/tmp" system service --time=0 \
    "unix://$1/podman.sock" >log 2>&1 </dev/null 9>&- & echo $!' sh "$PODMAN_FOLDER")
  if ! await "$PODMAN_WAIT_SECONDS" podman_answers; then
    as_root tail -n 20 "$PODMAN_FOLDER/log" >&2
    die "Podman's service does not answer, see above"
  fi
  ((EUID == 0)) || as_root chown "$EUID" "$PODMAN_FOLDER/podman.sock"
  export DOCKER_HOST=unix://$PODMAN_FOLDER/podman.sock
}

# Ends the service and removes all it had; may be called again.
stop_podman() {
  local folder=$PODMAN_FOLDER pid=$PODMAN_PID
  PODMAN_FOLDER=
  PODMAN_PID=
  [[ -n $folder ]] || return 0
  if [[ -n $pid ]]; then
    as_root kill -TERM "$pid" 2>/dev/null || true
    await 10 not_running "$pid" || as_root kill -KILL "$pid" 2>/dev/null || true
  fi
  awk -v under="$folder/" 'index($5, under) == 1 { print $5 }' /proc/self/mountinfo | sort -r | while read -r mounted; do
    as_root umount "$mounted"
  done
  as_root rm -rf --one-file-system "$folder"
}

not_running() { ! as_root kill -0 "$1"; }
