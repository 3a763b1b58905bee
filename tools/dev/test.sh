# ./dev test, soak, fuzz and lint. Sourced by ./dev.

build_asan() { build asan; }

# ThreadSanitizer is slow to build and to run: its preset names the modules that are made of threads.
build_tsan() { build tsan unit_tests; }

# LeakSanitizer looks for its own threads in /proc. Where /proc shows the processes of another
# namespace (some containers and chroots), it ends every test as failed: it is left out there.
check_leaks_if_possible() {
  local pid rest
  read -r pid rest </proc/self/stat
  [ "$pid" = "$BASHPID" ] && return
  say "/proc shows another process namespace: the tests run without the search for leaks"
  export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
}

# ctest over the build folders named before `--`, as one run with one summary.
ctest_over() {
  check_leaks_if_possible
  export TBB_ENABLE_SANITIZERS=1  # the engine's TBB loads parts of itself in a way that ASan refuses else
  python3 "$root/tools/dev/run_tests.py" "$root/build" "$@"
}

run_tests() {
  local what=${1:-all}
  [ $# = 0 ] || shift
  setup
  default_data
  case $what in
    all)
      build release
      build_asan
      build_tsan
      ctest_over release asan tsan -- "$@" ;;
    unit)
      build release
      # Many of them wait for something, and compute nothing meanwhile.
      ctest_over release -- -L unit -LE long -j $((2 * $(nproc))) "$@" ;;
    long)
      build release
      ctest_over release -- -L long "$@" ;;
    tidy)
      build release product
      ctest_over release -- -L tidy "$@" ;;
    sanitize)
      build_asan
      build_tsan
      ctest_over asan tsan -- "$@" ;;
    scenarios | page)
      build release
      ctest_over release -- -L "^${what%s}$" "$@" ;;
    *) die "'$what' is not a kind of test: all, unit, long, tidy, sanitize, scenarios or page" ;;
  esac
}

run_soak() {
  setup
  build release product
  default_data
  "$root/.venv/bin/python" "$root/scenarios/site/soak_test.py" "$root/build/release/bin/fovea" \
    --minutes "${1:-30}" --seed "${2:-$RANDOM}"
}

# One fuzzer; its output goes to a log of its own, its end is told in a line.
run_fuzzer() {
  local program=$1 seconds=$2 name=${1##*/}
  local work=$root/build/fuzz/fuzz/$name log=$root/build/logs/fuzz-$name.log
  local stem=${name#fovea_} module corpus options
  stem=${stem%_fuzz} module=${stem%%_*}
  corpus=$root/src/$module/corpus/${stem#*_}
  options=$root/src/$module/${stem#*_}_fuzz.options # as cmake/FoveaModule.cmake reads it
  options=$(sed -nE 's/^([a-z_]+) = ([0-9]+)$/-\1=\2/p' "$options" 2>/dev/null || true)
  mkdir -p "$work"
  if "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    $options -artifact_prefix="$work/" "$work" $([ -d "$corpus" ] && echo "$corpus") >"$log" 2>&1; then
    say "$name: clean, $(sed -n 's/.*number_of_executed_units: *//p' "$log") runs in $seconds s"
  else
    say "$name: FOUND SOMETHING; see build/logs/fuzz-$name.log, the input is in build/fuzz/fuzz/$name"
    return 1
  fi
}

# As many at once as there are processors.
run_fuzzers() {
  local name=${1:-} seconds=${2:-60} program programs=()
  setup
  build fuzz
  check_leaks_if_possible
  for program in "$root"/build/fuzz/bin/fovea_*"$name"*_fuzz; do
    [ -x "$program" ] && programs+=("$program")
  done
  [ ${#programs[@]} -gt 0 ] || die "no fuzzer's name contains '$name'"
  mkdir -p "$root/build/logs"
  say "${#programs[@]} fuzzers, $seconds s each, $(nproc) at once"
  export -f run_fuzzer say
  export root
  printf '%s\0' "${programs[@]}" | xargs -0 -P "$(nproc)" -I{} bash -c 'run_fuzzer "$1" "$2"' _ {} "$seconds" ||
    die "a fuzzer found something"
}

run_lint() {
  setup
  build release product
  python3 "$root/tools/dev/clang_tidy.py" --build "$root/build/release" all
  ctest_over release -- -L tidy
}
