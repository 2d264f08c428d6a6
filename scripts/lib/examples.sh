# shellcheck shell=bash
# Builds the example functions, and images of them without any registry: the base images are made of this machine's own
# Node.js and of a Java run-time image. Part of setup.sh.

EXAMPLES=$BERTH_ROOT/src/examples
IMAGE_PREFIX=berth
INPUTS_LABEL=dev.berth.inputs
FIXED_TIME=2020-01-01T00:00:00Z

# The examples' names: the folders that have a func.yaml.
example_names() {
  local file
  for file in "$EXAMPLES"/*/func.yaml; do
    basename "$(dirname "$file")"
  done
}

# The names given, or all of them; ends the script at one that does not exist.
chosen_examples() {
  local name names=("$@")
  ((${#names[@]} > 0)) || mapfile -t names < <(example_names)
  for name in "${names[@]}"; do
    [[ -e $EXAMPLES/$name/func.yaml ]] || die "no example function '$name'; there are $(example_names | xargs)"
    echo "$name"
  done
}

hash_text() { sha256sum | cut -c1-16; }

# What an example is made of: its sources, those that it shares with others, and the JDK if it needs one.
example_hash() {
  (
    cd "$EXAMPLES" || exit
    find "$1" wire \( -name node_modules -o -name target \) -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
    [[ ! -e $1/pom.xml ]] || cat "$(jdk_home)/release"
  ) | hash_text
}

# build_examples [NAME...]: runs the build.sh of the examples that have one and have changed since.
build_examples() {
  local name
  for name in $(chosen_examples "$@"); do
    [[ ! -x $EXAMPLES/$name/build.sh ]] || once "build-$name" build_example "$name"
  done
}

build_example() {
  local name=$1 folder=$EXAMPLES/$1 hash stamp
  hash=$(example_hash "$name")
  # Beside what is built, so that it goes when that is removed.
  stamp=$folder/target/inputs
  [[ ! -e $folder/package-lock.json ]] || stamp=$folder/node_modules/inputs
  [[ $(cat "$stamp" 2>/dev/null) != "$hash" ]] || return 0
  say "building the example function $name"
  logged "build-$name" "$folder/build.sh"
  echo "$hash" >"$stamp"
}

# ensure_images [NAME...]: makes the examples' images, berth/NAME:latest, where they are missing or out of date.
ensure_images() { once images build_images "$@"; }

build_images() {
  local name base
  declare -A image_hashes=()
  read_image_hashes
  for name in $(chosen_examples "$@"); do
    base=$(sed -n "s|^FROM $IMAGE_PREFIX/||p" "$EXAMPLES/$name/Dockerfile")
    case $base in
      base-node) ensure_base_node ;;
      base-jre) ensure_base_jre ;;
      *) die "the Dockerfile of $name must be FROM $IMAGE_PREFIX/base-node or $IMAGE_PREFIX/base-jre" ;;
    esac
    ensure_image "$name" "$base"
  done
}

# What the images that there are were made of, by name.
read_image_hashes() {
  local tag hash images
  mapfile -t images < <(engine_cli image ls --quiet --no-trunc --filter "label=$INPUTS_LABEL" | sort -u)
  ((${#images[@]} > 0)) || return 0
  while read -r tag hash; do
    # As Podman calls what is of no registry.
    tag=${tag#localhost/}
    [[ $tag != "$IMAGE_PREFIX"/*:latest ]] || image_hashes[$tag]=$hash
  done < <(engine_cli image inspect -f "{{\$image := .}}{{range .RepoTags}}{{.}} {{index \$image.Config.Labels \"$INPUTS_LABEL\"}}
{{end}}" "${images[@]}")
}

image_is() { [[ ${image_hashes[$IMAGE_PREFIX/$1:latest]:-} == "$2" ]]; }

ensure_image() {
  local name=$1 hash
  hash=$( (
    example_hash "$name"
    echo "${image_hashes[$IMAGE_PREFIX/$2:latest]}"
  ) | hash_text)
  ! image_is "$name" "$hash" || return 0
  say "building the image $IMAGE_PREFIX/$name"
  replacing "$name" "$hash" build_image
}

# The engine gets only what the Dockerfile may copy. The run-time image is in the base, and large.
build_image() {
  local build=(--quiet --force-rm --network none --label "$INPUTS_LABEL=$2" --tag "$IMAGE_PREFIX/$1:latest")
  if [[ ${BERTH_ENGINE:-docker} == podman ]]; then
    build_with_podman "$1" "${build[@]}"
  else
    copied_files "$1" | DOCKER_BUILDKIT=0 docker build "${build[@]}" --file "$1/Dockerfile" -
  fi
}

copied_files() { tar -C "$EXAMPLES" --exclude="$1/target/jre" -cf - "$1" wire; }

# Podman takes no archive.
build_with_podman() {
  local name=$1 folder=$BERTH_WORK/build-$1.$$ code=0
  shift
  mkdir "$folder"
  copied_files "$name" | tar -C "$folder" -xf -
  podman_cli build "$@" --format docker --file "$folder/$name/Dockerfile" "$folder" || code=$?
  rm -rf "$folder"
  return "$code"
}

# replacing NAME HASH MAKE ARGUMENT...: makes an image, and removes the one that had the name before if nothing uses it.
replacing() {
  local name=$1 hash=$2 make=$3 old
  shift 3
  old=$(engine_cli image inspect -f '{{.Id}}' "$IMAGE_PREFIX/$name:latest" 2>/dev/null || true)
  logged "image-$name" "$make" "$name" "$hash" "$@"
  image_hashes[$IMAGE_PREFIX/$name:latest]=$hash
  [[ -z $old ]] || engine_cli image rm "$old" >/dev/null 2>&1 || true
}

# ensure_base NAME MAKE FILE...: makes a base image of the files, which MAKE copies into a root folder, if any changed.
ensure_base() {
  local name=$1 make=$2 hash root=$BERTH_WORK/root-$1
  shift 2
  hash=$( (
    sha256sum <"$BERTH_ROOT/scripts/lib/examples.sh"
    stat -Lc '%n %s %Y' "$@"
  ) | hash_text)
  ! image_is "$name" "$hash" || return 0
  say "making the base image $IMAGE_PREFIX/$name"
  rm -rf "$root"
  make_common_root "$root"
  "$make" "$root" "$@"
  replacing "$name" "$hash" import_root "$root"
  rm -rf "$root"
}

import_root() {
  tar -C "$3" --sort=name --owner=0 --group=0 --numeric-owner --mtime="$FIXED_TIME" -cf - . |
    engine_cli import --change "LABEL $INPUTS_LABEL=$2" --change 'ENV PATH=/opt/jre/bin:/usr/bin' - "$IMAGE_PREFIX/$1:latest"
}

# What programs expect of any root file system. The function runs as 1000:1000.
make_common_root() {
  mkdir -p "$1"/{etc,function,proc,sys,dev,usr/bin,opt}
  mkdir -m 1777 "$1/tmp"
  printf 'root:x:0:0:root:/:/none\nfn:x:1000:1000:function:/function:/none\n' >"$1/etc/passwd"
  printf 'root:x:0:\nfn:x:1000:\n' >"$1/etc/group"
  printf 'hosts: files dns\n' >"$1/etc/nsswitch.conf"
}

# libraries_of FILE...: the shared libraries that the files load from the system, the loader among them.
libraries_of() { ldd "$@" 2>/dev/null | grep -o '/[^ ]*' | grep -v ':$' | sort -u; }

# All libraries go beside the C library, where the loader looks; the loader itself must be at the path that programs name.
copy_libraries() {
  local root=$1 libc library
  shift
  libc=$(printf '%s\n' "$@" | grep '/libc\.so')
  for library in "$@"; do
    case $library in
      */ld-linux*) install -D "$(readlink -f "$library")" "$root$library" ;;
      *) install -D "$(readlink -f "$library")" "$root$(dirname "$libc")/$(basename "$library")" ;;
    esac
  done
}

# The bases are looked at once per run, however many examples are built on them.
ensure_base_node() {
  [[ -z ${base_node_checked:-} ]] || return 0
  base_node_checked=1
  local node
  node=$(readlink -f "$(command -v node)")
  mapfile -t libraries < <(libraries_of "$node")
  mapfile -t builtins < <(external_builtins "$node" "${libraries[@]}")
  ensure_base base-node make_node_root "$node" "${libraries[@]}" "${builtins[@]}"
}

# Debian's Node.js does not start without some modules of its own that it keeps in files; only the program has their names.
external_builtins() {
  local program programs=() file
  for program in "$@"; do
    [[ ${program##*/} != *node* ]] || programs+=("$program")
  done
  LC_ALL=C grep -aoh '/usr/share/nodejs/[A-Za-z0-9@._/-]*\.js' "${programs[@]}" | sort -u | while read -r file; do
    [[ ! -e $file ]] || echo "$file"
  done
}

make_node_root() {
  install -D "$2" "$1/usr/bin/node"
  copy_libraries "$1" "${libraries[@]}"
  local file
  for file in "${builtins[@]}"; do
    install -D "$(readlink -f "$file")" "$1$file"
  done
}

ensure_base_jre() {
  [[ -z ${base_jre_checked:-} ]] || return 0
  base_jre_checked=1
  local jre=$EXAMPLES/hello-java/target/jre
  mapfile -t libraries < <(libraries_of "$jre/bin/java" "$jre"/lib/*.so "$jre"/lib/server/*.so | grep -v "^$jre")
  ensure_base base-jre make_jre_root "$jre/lib/modules" "$jre/lib/server/libjvm.so" "${libraries[@]}"
}

make_jre_root() {
  cp -a "$EXAMPLES/hello-java/target/jre" "$1/opt/jre"
  copy_libraries "$1" "${libraries[@]}"
}
