#!/bin/bash
# Runs as root before Ray: `${...}` and `%{...}` must reach the node as they stand here.
set -euo pipefail
readonly target="${1:-/srv/data}"
echo '%{http_code} is for curl' "${target} is for the shell"
install -d -m 0755 "${target}"
