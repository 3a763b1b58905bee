# ./dev setup: brings what the build and the tests need; for the demo, less. Each part first looks
# whether it is there, so that doing nothing takes a moment. Sourced by ./dev.

packages_file=$root/tools/dev/packages.txt
level=all  # or demo: what building and showing the product needs, without trainer and tests

packages_wanted() {
  sed 's/#.*//; s/[[:space:]]*$//; /^$/d' "$packages_file" |
    if [ "$level" = demo ]; then sed '/^---$/,$d'; else sed '/^---$/d'; fi
}

packages_missing() {
  dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' 2>/dev/null |
    awk 'NR == FNR { if ($1 == "ii") have[$2] = 1; next } !($1 in have)' - <(packages_wanted)
}

python_requirements() {
  printf -- '-r\n%s\n' "$root/requirements.txt"
  [ "$level" = demo ] || printf -- '-r\n%s\n' "$root/requirements-test.txt"
}
python_state() { hash_of "$root/requirements.txt" $([ "$level" = demo ] || echo "$root/requirements-test.txt"); }
# What was set up for the tests does for the demo as well.
python_done() {
  stamped "$venv/.installed" "$(python_state)" ||
    { [ "$level" = demo ] && stamped "$venv/.installed" "$(level=all python_state)"; }
}

node_state() { hash_of "$root"/web/package-lock.json; }
node_done() {
  [ ! -e "$root/web/package-lock.json" ] || stamped "$root/web/node_modules/.installed" "$(node_state)"
}

install_packages() {
  local sudo=
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null ||
      die "installing Debian packages needs root: run 'apt-get install $*' as root, then ./dev again"
    sudo=sudo
    sudo true || die "sudo was refused; the packages are listed in tools/dev/packages.txt"
  fi
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
  say "apt: fetching the package lists"
  step apt-update $sudo "${apt[@]}" update
  say "apt: installing $# packages and what they need (one to five minutes)"
  step apt-install $sudo "${apt[@]}" install -y --no-install-recommends "$@"
  # Java, which came with this, keeps its own list of authorities: those of this machine's owner
  # reach it by this only.
  step ca-certificates $sudo update-ca-certificates
}

install_python() {
  local requirements
  mapfile -t requirements < <(python_requirements)
  say "pip: OpenVINO and Node into .venv (one to three minutes)"
  rm -f "$venv/.installed"
  step venv python3 -m venv "$venv"
  step pip "$venv/bin/pip" install --disable-pip-version-check --progress-bar off --require-hashes \
    --only-binary :all: "${requirements[@]}"
  python_state >"$venv/.installed"
}

install_node() {
  say "npm: what builds and tests the page, into web/node_modules"
  step npm env -C "$root/web" PATH="$venv/bin:$PATH" npm ci --no-audit --no-fund
  node_state >"$root/web/node_modules/.installed"
}

# Asks once, and only a person: --yes or no terminal means yes.
confirm() {
  [ -t 0 ] && [ -t 2 ] && [ "$yes" = 0 ] || return 0
  local answer
  read -r -p "Install this now? [Y/n] " answer
  case $answer in "" | y | Y | yes) ;; *) die "nothing was installed" ;; esac
}

setup() {
  local missing=() todo=()
  command -v dpkg-query >/dev/null ||
    die "setup works on Debian 12; elsewhere install by hand what tools/dev/packages.txt lists"
  mapfile -t missing < <(packages_missing)
  [ ${#missing[@]} = 0 ] ||
    todo+=("${#missing[@]} Debian packages with apt, up to 3 GB (tools/dev/packages.txt)")
  python_done || todo+=("OpenVINO, Node and Python packages from PyPI into .venv, 1 GB (requirements*.txt)")
  [ "$level" = demo ] || torch_done || todo+=("LibTorch into .torch, 0.5 GB, fetched with Maven and pip (tools/dev/torch.sh)")
  node_done || todo+=("npm packages into web/node_modules (web/package-lock.json)")
  [ ${#todo[@]} = 0 ] && return 0
  say "Fovea needs, and this will install:"
  printf '      - %s\n' "${todo[@]}" >&2
  confirm
  local start
  start=$(date +%s)
  [ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
  python_done || install_python
  [ "$level" = demo ] || torch_done || install_torch
  node_done || install_node
  say "set up in $(($(date +%s) - start)) s"
}
