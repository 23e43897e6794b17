#!/bin/sh
# The wheels that nodes install, and a Python that has them: Ray, and the AWS CLI that an image of AWS has. Needs no root
# and says nothing when all is there.
set -eu
# shellcheck source=scripts/setup/uv_environment.sh
. scripts/setup/uv_environment.sh

lock=requirements-ray.txt
wheels=build/ray-wheels
tools=build/ray-tools

fail() {
  echo "error: $1" >&2
  exit 2
}

# The nodes use the Python of the distribution, whatever Python runs the tests.
python=/usr/bin/python3
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null ||
  fail "the tests with Ray need $python of version 3.10 or newer, which their nodes use: run them on Debian 12 or Ubuntu 22.04"

is_made() {
  [ -f "$1/.lock" ] && cmp -s "$1/.lock" "$lock"
}

if ! is_made "$wheels"; then
  rm -rf "$wheels"
  mkdir -p "$wheels"
  .venv/bin/python -m pip --python "$python" download -qq --disable-pip-version-check --no-deps \
    --require-hashes --only-binary :all: --dest "$wheels" --requirement "$lock" ||
    fail "could not download the wheels of $lock: check the network and the proxy settings, then again"
  cp "$lock" "$wheels/.lock"
fi
if ! is_made "$tools"; then
  rm -rf "$tools"
  .venv/bin/uv venv --quiet --python "$python" "$tools"
  .venv/bin/uv pip sync --quiet --python "$tools/bin/python" --no-index --find-links "$wheels" --require-hashes "$lock"
  cp "$lock" "$tools/.lock"
fi
