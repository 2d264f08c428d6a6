# shellcheck shell=bash
# Makes packages of the jar: one file system root with all that it needs, which the image is, and parts of it for the others.
# To be sourced after setup.sh and runner.sh.

PACKAGING=$BERTH_ROOT/src/packaging
PACKAGES=$BERTH_ROOT/target/packages
# A root in which the program runs as it will once installed.
PACKAGE_ROOT=$PACKAGES/root
INSTALLED=/usr/lib/berth
VERSION=$(sed -n 's/.* NUMBER = "\(.*\)";/\1/p' "$BERTH_ROOT/src/main/java/dev/berth/observe/Version.java")
IMAGE=$IMAGE_PREFIX/runner:$VERSION

# What is looked up by name only, so that the jar does not show it: elliptic curves for TLS, the figures of the JVM, names of
# machines, random numbers that can be split, and what Netty does by reflection.
MODULES_BY_NAME=jdk.crypto.ec,jdk.management,jdk.naming.dns,jdk.random,jdk.unsupported,java.net.http

DEB_COMPRESSION=(-Zxz)
[[ -z ${short:-} ]] || DEB_COMPRESSION=(-Zgzip -z1)

case $(uname -m) in
  x86_64) NETTY_ARCH=x86_64 DEBIAN_ARCH=amd64 ;;
  aarch64) NETTY_ARCH=aarch_64 DEBIAN_ARCH=arm64 ;;
  *) die "packages are made on x86-64 and arm64 only, not on $(uname -m)" ;;
esac

# Built once per run, and only when what it is made of has changed.
ensure_package_root() {
  local hash
  hash=$( (
    sha256sum target/berth.jar scripts/lib/package.sh "$PACKAGING/jvm.options"
    cat "$JAVA_HOME/release"
  ) | hash_text)
  [[ $(cat "$PACKAGES/root.inputs" 2>/dev/null) != "$hash" ]] || return 0
  say "making a Java runtime for the jar"
  rm -rf "$PACKAGE_ROOT" "$PACKAGES/root.inputs"
  make_common_root "$PACKAGE_ROOT"
  rmdir "$PACKAGE_ROOT/function"
  printf 'root:x:0:0:root:/:/none\n' >"$PACKAGE_ROOT/etc/passwd"
  printf 'root:x:0:\n' >"$PACKAGE_ROOT/etc/group"
  install -D -m 644 target/berth.jar "$PACKAGE_ROOT$INSTALLED/berth.jar"
  logged jlink make_runtime "$PACKAGE_ROOT$INSTALLED"
  unpack_native "$PACKAGE_ROOT$INSTALLED"
  local programs libraries
  mapfile -t programs < <(find "$PACKAGE_ROOT$INSTALLED" -name '*.so' -o -path '*/bin/java' -o -name jspawnhelper)
  mapfile -t libraries < <(libraries_of "${programs[@]}" | grep -v "^$PACKAGE_ROOT")
  # The C library opens these by name, to look up users and machines, where it does not have them built in.
  mapfile -t -O ${#libraries[@]} libraries < <(find "$(dirname "$(printf '%s\n' "${libraries[@]}" | grep '/libc\.so')")/" \
    -maxdepth 1 -name 'libnss_files.so.2' -o -maxdepth 1 -name 'libnss_dns.so.2' -o -maxdepth 1 -name 'libresolv.so.2')
  copy_libraries "$PACKAGE_ROOT" "${libraries[@]}"
  mkdir -m 711 -p "$PACKAGE_ROOT/run/berth"
  mkdir "$PACKAGE_ROOT/var"
  ln -s ../run "$PACKAGE_ROOT/var/run"
  record_archive "$PACKAGE_ROOT" "$INSTALLED"
  echo "$hash" >"$PACKAGES/root.inputs"
}

# make_runtime FOLDER: FOLDER/runtime, with the modules that FOLDER/berth.jar needs.
make_runtime() {
  local modules options
  modules=$("$JAVA_HOME/bin/jdeps" --print-module-deps --ignore-missing-deps --multi-release 17 "$1/berth.jar")
  options=$(sed '/^#/d' "$PACKAGING/jvm.options" | paste -sd ' ')
  # Compiled code that is thrown away goes back to the system; Java 17 has that since 17.0.9.
  options+=" -XX:+IgnoreUnrecognizedVMOptions -XX:TrimNativeHeapInterval=5000"
  "$JAVA_HOME/bin/jlink" --add-modules "$modules,$MODULES_BY_NAME" --output "$1/runtime" --add-options="$options" \
    --strip-java-debug-attributes --no-header-files --no-man-pages --exclude-files='/java.desktop/lib/*,**jrunscript,**jrt-fs.jar'
  "$1/runtime/bin/java" -Xshare:dump -XX:SharedArchiveFile="$1/runtime/lib/server/classes.jsa"
}

# So that nothing has to be unpacked to a temporary folder, which may not allow programs.
unpack_native() {
  local name=libnetty_transport_native_epoll_$NETTY_ARCH.so
  mkdir -p "$1/native"
  (cd "$1/native" && "$JAVA_HOME/bin/jar" xf "$1/berth.jar" "META-INF/native/$name" && mv "META-INF/native/$name" . && rm -r META-INF)
}

# record_archive ROOT FOLDER: the class archive of ROOT/FOLDER, recorded within ROOT: it holds for one place only. An engine of
# this machine is asked for its version, so that the classes for that are in it.
record_archive() {
  local root=$1 folder=$2 sockets=/run/record-$$ socket
  socket=$(docker_socket)
  need_root_or_sudo
  say "recording the class archive for $folder"
  # The folder for sockets is like no other runner's: what runners leave behind is removed by those of the same folder.
  # shellcheck disable=SC2016
  logged archive as_root unshare --mount --pid --fork sh -euc '
    root=$1 folder=$2 socket=$3
    shift 3
    mount --make-rprivate /
    mount -t tmpfs none "$root/run"
    mount -t tmpfs none "$root/tmp"
    mount -t tmpfs none "$root/etc"
    cp -L /etc/hosts /etc/resolv.conf /etc/nsswitch.conf /etc/passwd /etc/group "$root/etc/"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    if [ -S "$socket" ]; then
      touch "$root/run/docker.sock"
      mount --bind "$socket" "$root/run/docker.sock"
    fi
    exec timeout 120 chroot "$root" "$folder/runtime/bin/java" "$@"
  ' sh "$root" "$folder" "$socket" \
    "-XX:ArchiveClassesAtExit=$folder/berth.jsa" -Xlog:disable -Xlog:all=error:stderr "-Djava.library.path=$folder/native" \
    -jar "$folder/berth.jar" run --rehearse --port 0 --set node.rehearsalCalls=200 --set grpc.host=127.0.0.1 \
    --set "worker.socketRoot=$sockets" --set engine.pullTimeout=5s
  as_root chmod 644 "$root$folder/berth.jsa"
  as_root sh -c "echo '$folder' >'$root$folder/archive.home'"
}

# docs FOLDER: what every package says of itself.
copy_documents() {
  mkdir -p "$1"
  cp src/site/markdown/*.md "$1/"
}

# copy_monitoring FOLDER: the dashboard and the rules, for the operator to load.
copy_monitoring() {
  install -D -m 644 conf/grafana/berth.json "$1/grafana/berth.json"
  install -D -m 644 conf/prometheus/berth-rules.yaml "$1/prometheus/berth-rules.yaml"
}

package_tar() {
  local name=berth-$VERSION home file
  home=/opt/$name
  ensure_package_root
  file=$PACKAGES/$name-linux-$DEBIAN_ARCH.tar.gz
  as_root rm -rf "${PACKAGE_ROOT:?}/opt"
  mkdir -p "$PACKAGE_ROOT$home/lib" "$PACKAGE_ROOT$home/bin" "$PACKAGE_ROOT$home/conf"
  cp -a "$PACKAGE_ROOT$INSTALLED" "$PACKAGE_ROOT$home/lib/berth"
  as_root rm "$PACKAGE_ROOT$home/lib/berth/berth.jsa"
  record_archive "$PACKAGE_ROOT" "$home/lib/berth"
  install -m 755 scripts/berth "$PACKAGE_ROOT$home/bin/berth"
  install -m 644 conf/berth.yaml "$PACKAGE_ROOT$home/conf/berth.yaml"
  copy_monitoring "$PACKAGE_ROOT$home/conf"
  copy_documents "$PACKAGE_ROOT$home/doc"
  completion >"$PACKAGE_ROOT$home/conf/berth.bash-completion"
  tar -C "$PACKAGE_ROOT/opt" --sort=name --owner=0 --group=0 --numeric-owner -czf "$file" "$name"
  as_root rm -rf "${PACKAGE_ROOT:?}/opt"
  say "made $(du -h "$file" | cut -f1) $file"
}

# Read by a shell, not run.
completion() {
  "$PACKAGE_ROOT$INSTALLED/runtime/bin/java" -jar "$PACKAGE_ROOT$INSTALLED/berth.jar" generate-completion | sed '1{/^#!/d}'
}

# depends_of LIBRARY...: the Debian packages that have the libraries, at least as new as here.
depends_of() {
  local library package
  for library in "$@"; do
    dpkg-query -S "*${library##*/}" 2>/dev/null
  done | grep -F -f <(printf '/%s\n' "${@##*/}") | cut -d: -f1 | sort -u | while read -r package; do
    # Only what has its files where the loader looks; a version without what Debian alone added to it.
    [[ -n $(dpkg-query -L "$package" | grep -E '^(/usr)?/lib/[^/]+-linux-gnu[^/]*/lib|/ld-linux') ]] || continue
    echo "$package (>= $(dpkg-query -W -f '${source:Upstream-Version}' "$package"))"
  done | paste -sd, | sed 's/,/, /g'
}

# settings_of_package FILE: the settings, with those changed that a service needs.
settings_of_package() {
  local setting
  sed -e 's|^  #socketRoot:$|  socketRoot: /run/berth|' \
    -e 's|^  #socketTmpfs: auto$|  socketTmpfs: off|' \
    -e 's|^  #kind: auto$|  kind: docker|' conf/berth.yaml >"$1"
  for setting in 'socketRoot: /run/berth' 'socketTmpfs: off' 'kind: docker'; do
    grep -qx "  $setting" "$1" || die "conf/berth.yaml has no line for '$setting' to be put into"
  done
}

package_deb() {
  local tree=$PACKAGES/deb deb=$PACKAGING/deb file libraries
  file=$PACKAGES/berth_${VERSION}_$DEBIAN_ARCH.deb
  have dpkg-deb || need_debian dpkg-deb
  ensure_package_root
  as_root rm -rf "$tree"
  mkdir -p "$tree"/DEBIAN "$tree"/etc/berth "$tree"/etc/default "$tree"/usr/{bin,lib,share/{doc/berth,man/man1,bash-completion/completions,lintian/overrides}} \
    "$tree"/lib/systemd/system
  cp -a "$PACKAGE_ROOT$INSTALLED" "$tree$INSTALLED"
  install -m 755 scripts/berth "$tree/usr/bin/berth"
  settings_of_package "$tree/etc/berth/berth.yaml"
  install -m 644 "$deb/berth.default" "$tree/etc/default/berth"
  install -m 644 "$deb/berth.service" "$deb/run-berth.mount" "$tree/lib/systemd/system/"
  completion >"$tree/usr/share/bash-completion/completions/berth"
  gzip -9nc "$deb/berth.1" >"$tree/usr/share/man/man1/berth.1.gz"
  copy_documents "$tree/usr/share/doc/berth"
  copy_monitoring "$tree/usr/share/berth"
  install -m 644 "$deb/copyright" "$tree/usr/share/doc/berth/"
  printf 'berth (%s) stable; urgency=medium\n\n  * See the documents beside this file.\n\n -- %s  %s\n' "$VERSION" \
    "$(sed -n 's/^Maintainer: //p' "$deb/control")" "$(date -R)" | gzip -9nc >"$tree/usr/share/doc/berth/changelog.gz"
  install -m 644 "$deb/lintian-overrides" "$tree/usr/share/lintian/overrides/berth"
  install -m 755 "$deb/postinst" "$deb/prerm" "$deb/postrm" "$tree/DEBIAN/"
  printf '/etc/berth/berth.yaml\n/etc/default/berth\n' >"$tree/DEBIAN/conffiles"
  mapfile -t libraries < <(find "$PACKAGE_ROOT"/lib* -type f)
  sed -e "s/@VERSION@/$VERSION/" -e "s/@ARCH@/$DEBIAN_ARCH/" -e "s/@SIZE@/$(du -sk --exclude=DEBIAN "$tree" | cut -f1)/" \
    -e "s/@DEPENDS@/$(depends_of "${libraries[@]}")/" "$deb/control" >"$tree/DEBIAN/control"
  (cd "$tree" && find . -path ./DEBIAN -prune -o -type f -print0 | sed -z 's|^\./||' | sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
  # The umask of whoever builds says nothing of those who install; times are kept, for the class archive holds for that of the jar.
  as_root find "$tree" -type d -exec chmod 755 {} +
  as_root find "$tree" -type f ! -perm /111 -exec chmod 644 {} +
  as_root chmod 640 "$tree/etc/berth/berth.yaml"
  env -u SOURCE_DATE_EPOCH dpkg-deb --root-owner-group "${DEB_COMPRESSION[@]}" --build "$tree" "$file" >/dev/null
  as_root rm -rf "$tree"
  say "made $(du -h "$file" | cut -f1) $file"
}

# Imported into the engine, for there is no base to build on. No shell is in it, so the JVM is what it starts.
package_image() {
  local file=$PACKAGES/berth-image-$VERSION-$DEBIAN_ARCH.tar.gz old
  ensure_package_root
  mkdir -p "$PACKAGE_ROOT/etc/berth"
  settings_of_package "$PACKAGE_ROOT/etc/berth/berth.yaml"
  ensure_docker
  old=$(docker image inspect -f '{{.Id}}' "$IMAGE" 2>/dev/null || true)
  tar -C "$PACKAGE_ROOT" --exclude=./opt --sort=name --owner=0 --group=0 --numeric-owner -cf - . |
    docker import \
      --change "ENTRYPOINT [\"$INSTALLED/runtime/bin/java\", \"-Djava.library.path=$INSTALLED/native\", \
        \"-XX:SharedArchiveFile=$INSTALLED/berth.jsa\", \"-Xshare:auto\", \"-jar\", \"$INSTALLED/berth.jar\"]" \
      --change 'CMD ["run"]' \
      --change 'ENV _JAVA_SR_SIGNUM=40' \
      --change 'EXPOSE 9190 9191' \
      - "$IMAGE" >/dev/null
  [[ -z $old || $old == "$(docker image inspect -f '{{.Id}}' "$IMAGE")" ]] || docker image rm "$old" >/dev/null 2>&1 || true
  say "made the image $IMAGE"
  [[ -z ${short:-} ]] || return 0
  docker save "$IMAGE" | gzip >"$file"
  say "made $(du -h "$file" | cut -f1) $file"
}

package_chart() {
  local chart=$PACKAGES/chart/berth file=$PACKAGES/berth-chart-$VERSION.tgz
  rm -rf "$PACKAGES/chart"
  mkdir -p "$PACKAGES/chart"
  cp -r "$PACKAGING/chart" "$chart"
  sed -i "s/^\(version\|appVersion\): .*/\1: $VERSION/" "$chart/Chart.yaml"
  tar -C "$PACKAGES/chart" --sort=name --owner=0 --group=0 --numeric-owner -czf "$file" berth
  say "made $file"
}
