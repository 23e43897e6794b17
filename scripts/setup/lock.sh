#!/bin/sh
# Usage: lock.sh NAME…
# Writes NAME.txt from NAME.in for each name: exact versions with hashes, for every supported Python and platform.
# No index address goes in: a lock must serve behind any mirror.
set -eu
# shellcheck source=scripts/setup/uv_environment.sh
. scripts/setup/uv_environment.sh
use_pip_index .venv/bin/python

for name in "$@"; do
  # Of requirements-kube only the files of the package itself are used.
  alone=
  [ "$name" != requirements-kube ] || alone=--no-deps
  # shellcheck disable=SC2086
  .venv/bin/uv pip compile "$name.in" --output-file "$name.txt" --quiet $alone \
    --universal --python-version 3.10 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'
done
