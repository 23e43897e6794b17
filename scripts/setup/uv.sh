#!/bin/sh
# Usage: uv.sh ARGUMENT… — the project's uv, with the index that pip is set to.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=scripts/setup/uv_environment.sh
. "$root/scripts/setup/uv_environment.sh"
use_pip_index "$root/.venv/bin/python"
exec "$root/.venv/bin/uv" "$@"
