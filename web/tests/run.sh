#!/bin/sh
# The page's tests in a real browser against the real program.
#   web/tests/run.sh FOVEA [PLAYWRIGHT ARGUMENTS]
# FOVEA is the built program. Without it, FOVEA_WEB_URL names a running site to test instead (what
# needs processes of its own is skipped then). Chromium: FOVEA_CHROMIUM, else /usr/bin/chromium.
set -eu
web=$(cd "$(dirname "$0")/.." && pwd)
if [ "${1:-}" ] && [ -z "${FOVEA_WEB_URL:-}" ]; then
  FOVEA_PROGRAM=$(realpath "$1")
  export FOVEA_PROGRAM
fi
[ $# -gt 0 ] && shift
[ -d "$web/../.venv/bin" ] && PATH="$web/../.venv/bin:$PATH"
cd "$web"
[ -d node_modules/@playwright/test ] || PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund
exec node node_modules/@playwright/test/cli.js test "$@"
