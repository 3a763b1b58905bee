# ./dev install and uninstall. Sourced by ./dev.

# install_tree COMMAND... PREFIX: tools/dev/install.py, with sudo where PREFIX is not ours to write.
install_tree() {
  local prefix=${!#} there sudo=
  there=$prefix
  while [ ! -e "$there" ]; do there=$(dirname "$there"); done
  if [ ! -w "$there" ]; then
    [ "$(id -u)" != 0 ] && command -v sudo >/dev/null || die "$there cannot be written by you"
    sudo=sudo
  fi
  $sudo python3 "$root/tools/dev/install.py" "$@"
}

install_product() {
  [ $# = 1 ] || die "install takes a folder, such as /usr/local or ~/fovea"
  setup
  build release product
  install_tree install "$root/build/release" "$1"
}

uninstall_product() {
  [ $# = 1 ] || die "uninstall takes the folder that install was given"
  [ -e "$1" ] || die "there is no folder $1"
  install_tree uninstall "$1"
}
