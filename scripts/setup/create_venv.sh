#!/bin/sh
# Usage: create_venv.sh DIRECTORY LOCK…
# Makes DIRECTORY hold exactly what the locks name, every file checked against its hash.
# A shell script, because it runs where no usable Python may be.
set -eu
# shellcheck source=scripts/setup/uv_environment.sh
. scripts/setup/uv_environment.sh

venv=$1
shift

fail() {
  echo "error: $1" >&2
  exit 2
}

is_usable() {
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null
}

# PYTHON= wins; else the machine's own python3 when it is new enough, else the newest that there is.
find_python() {
  for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.10}; do
    if is_usable "$candidate"; then
      echo "$candidate"
      return
    fi
  done
  fail "no Python 3.10 or newer as ${PYTHON:-python3}: install one, or name it: make setup PYTHON=/path/to/python3"
}

create() {
  python=$(find_python)
  "$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "$python has no venv module: install it (Debian: apt install python3-venv), then: make setup"
  rm -rf "$venv"
  "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --no-compile --disable-pip-version-check \
    --require-hashes --only-binary :all: -r requirements-uv.txt ||
    fail "could not install uv: check the network and the proxy settings, then: make setup"
}

# An environment of another machine, or of a Python that is gone, is made anew.
if ! { [ -x "$venv/bin/uv" ] && is_usable "$venv/bin/python"; }; then
  create
fi

use_pip_index "$venv/bin/python"
"$venv/bin/uv" pip sync --quiet --python "$venv/bin/python" --require-hashes "$@" ||
  fail "could not install $*: the lines above say why; when it is the network, try again: make setup"
