# Shared by ./dev: messages, quiet steps with a log, and what is where. Sourced, never run.
# All messages go to stderr: stdout belongs to the program that is run.

logs=$root/build/logs
venv=$root/.venv

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
[ -t 2 ] || say() { printf '==> %s\n' "$*" >&2; }

die() {
  printf 'dev: %s\n' "$*" >&2
  exit 1
}

# Shows the last line of a log again and again, so that a long step is seen to move: in place in a
# terminal, else a line every half minute.
show_progress() {
  local what=$1 log=$2 pause=30 line
  [ -t 2 ] && pause=1
  trap 'exit 0' TERM
  while :; do
    sleep "$pause" </dev/null >/dev/null 2>&1 &
    wait $!
    line=$(tail -c 400 "$log" 2>/dev/null | tr '\r\t' '\n ' | sed '/^ *$/d' | tail -n 1)
    if [ -t 2 ]; then
      printf '\r\033[K    %3d s  %.*s' "$SECONDS" "$((${COLUMNS:-80} - 14))" "$line" >&2
    else
      printf '    %s: %d s, %.100s\n' "$what" "$SECONDS" "$line" >&2
    fi
  done
}

# step NAME COMMAND...: runs it with its output in build/logs/NAME.log; what is seen is how far it
# is, and on failure the log's name and its last lines.
step() {
  local name=$1 log=$logs/$1.log progress status=0
  shift
  mkdir -p "$logs"
  : >"$log"
  SECONDS=0
  show_progress "$name" "$log" &
  progress=$!
  "$@" >"$log" 2>&1 </dev/null || status=$?
  kill "$progress" 2>/dev/null
  wait "$progress" 2>/dev/null || :
  [ -t 2 ] && printf '\r\033[K' >&2
  [ "$status" = 0 ] && return 0
  printf '\n' >&2
  tail -n 30 "$log" >&2
  die "$name failed (status $status) after $SECONDS s; all of its output is in ${log#"$root"/}"
}

# The hash of files, and whether a stamp file says that this very state was dealt with.
hash_of() { cat "$@" 2>/dev/null | sha256sum | cut -c1-16; }
stamped() { [ -e "$1" ] && [ "$(<"$1")" = "$2" ]; }
