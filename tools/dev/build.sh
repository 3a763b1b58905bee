# ./dev build: the page, then a CMake preset. Sourced by ./dev.

# The page is built by Vite into web/dist, which the build embeds; only when its sources changed.
web_state() {
  (cd "$root/web" && find . \( -name node_modules -o -name dist -o -name test-results \) -prune -o \
    -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) | hash_of -
}

build_page() {
  [ -e "$root/web/package.json" ] || return 0
  local state
  state=$(web_state)
  [ -e "$root/web/dist/index.html" ] && stamped "$root/build/page.stamp" "$state" && return 0
  say "building the page"
  step page env -C "$root/web" PATH="$venv/bin:$PATH" npm run build
  mkdir -p "$root/build"
  printf '%s\n' "$state" >"$root/build/page.stamp"
}

configure() {
  local preset=$1 folder=$root/build/$1 state parts=()
  # What only the demo was set up for has neither the trainer nor tests.
  torch_done || parts+=(-DFOVEA_TRAIN=OFF)
  [ -z "$(level=all packages_missing)" ] || parts+=(-DBUILD_TESTING=OFF)
  state="$(hash_of "$root/CMakePresets.json") ${parts[*]}"
  [ -e "$folder/build.ninja" ] && stamped "$folder/preset.stamp" "$state" && return 0
  say "configuring build/$preset"
  # Afresh: over the cache of another compiler CMake starts again by itself, without the preset's
  # other values, and builds something else under the same name.
  step "configure-$preset" env -C "$root" cmake --fresh --preset "$preset" "${parts[@]}"
  printf '%s\n' "$state" >"$folder/preset.stamp"
}

# build PRESET [TARGET...]: everything, or these targets.
build() {
  local preset=$1 folder=$root/build/$1
  shift
  case $preset in dev | release | asan | tsan | fuzz) ;; *)
    die "no preset named '$preset': dev, release, asan, tsan or fuzz" ;;
  esac
  build_page
  configure "$preset"
  # Nothing to do is the usual case of `./dev fovea`: say nothing then.
  if ! ninja -C "$folder" -n "$@" 2>/dev/null | grep -q 'no work to do'; then
    say "building build/$preset${*:+ ($*)}"
  fi
  step "build-$preset" env NINJA_STATUS='[%f/%t] ' ninja -C "$folder" "$@"
}
