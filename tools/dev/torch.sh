# LibTorch into .torch: one build with headers for everybody is nowhere; the libraries for x86-64 are
# on Maven Central (DJL's), the headers and the libraries for ARM64 in PyPI's wheel. Debian's own (1.13)
# takes 1.4 to 1.7 times the CPU time for a step of training. Sourced by ./dev.

torch_dir=$root/.torch
torch_version=2.7.1
torch_jar_sha256=1769928feaaa2389b4aa68390e7787ce1707290258b167d016a200fced4b8c39
torch_wheel_sha256=236f501f2e383f1cb861337bdf057712182f910f10aeaf509065d54d339e49b2

torch_state() { printf '%s %s %s' "$torch_version" "$(uname -m)" "$(hash_of "$root/tools/dev/unpack_torch.py")"; }
torch_done() { stamped "$torch_dir/.installed" "$(torch_state)"; }

check_sha256() {
  printf '%s  %s\n' "$1" "$2" | sha256sum --check --quiet - || die "$2 is not the file that it should be"
}

fetch_torch_jar() {
  step torch-libraries mvn --batch-mode --quiet \
    org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
    -Dartifact="ai.djl.pytorch:pytorch-native-cpu:$torch_version:jar:linux-x86_64" \
    -DoutputDirectory="$torch_dir/fetched" -Dmdep.stripVersion=true
  check_sha256 "$torch_jar_sha256" "$torch_dir/fetched/pytorch-native-cpu-linux-x86_64.jar"
}

install_torch() {
  say "LibTorch $torch_version into .torch, which trains models (one minute)"
  rm -rf "$torch_dir"
  mkdir -p "$torch_dir/fetched"
  step torch-headers "$venv/bin/pip" download --disable-pip-version-check --progress-bar off --no-deps \
    --platform manylinux_2_28_aarch64 --python-version 3.11 --only-binary :all: \
    --dest "$torch_dir/fetched" "torch==$torch_version"
  local wheel=("$torch_dir"/fetched/torch-*.whl)
  check_sha256 "$torch_wheel_sha256" "${wheel[0]}"
  [ "$(uname -m)" = aarch64 ] || fetch_torch_jar
  step torch-unpack "$venv/bin/python" "$root/tools/dev/unpack_torch.py" "$torch_dir"
  rm -rf "$torch_dir/fetched"
  torch_state >"$torch_dir/.installed"
}
