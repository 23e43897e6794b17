#!/bin/sh
# Makes .venv-checkov hold exactly what its lock names. Apart from .venv, because checkov pins what we use newer.
set -eu

# shellcheck source=scripts/setup/uv_environment.sh
. scripts/setup/uv_environment.sh
use_pip_index .venv/bin/python

rm -rf .venv-checkov
.venv/bin/uv venv --quiet --python .venv/bin/python .venv-checkov
.venv/bin/uv pip sync --quiet --python .venv-checkov/bin/python --require-hashes requirements-checkov.txt || {
  echo "error: could not install checkov: the lines above say why; then: make checkov" >&2
  exit 2
}
