#!/bin/bash
# Runs as root before Ray: `${...}` and `%{...}` must reach the node as they stand here.
set -euo pipefail
readonly target="${1:-/srv/data}"
printf '%{http_code} is for curl, %s is for printf\n' "${target}"
install -d -m 0755 "${target}"
