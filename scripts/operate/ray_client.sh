#!/bin/sh
# Usage: ray_client.sh VERSION ARGUMENT… — `ray ARGUMENT…` of that version on this machine; uv keeps it for the next time.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/setup/uv_environment.sh
. scripts/setup/uv_environment.sh
use_pip_index .venv/bin/python

version=$1
shift
exec .venv/bin/uv tool run --quiet --python .venv/bin/python --from "ray[default]==$version" ray "$@"
