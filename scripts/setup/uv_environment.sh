#!/bin/sh
# Sourced by what runs uv: gives it what it does not take from the machine by itself.

# The system's certificates, for machines behind a proxy that signs with its own.
UV_SYSTEM_CERTS=1
export UV_SYSTEM_CERTS

# Usage: use_pip_index PYTHON. uv does not read pip's settings; a machine that may only reach a mirror has it there.
use_pip_index() {
  [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ] || return 0
  pip_index=${PIP_INDEX_URL:-$("$1" -m pip --disable-pip-version-check config get global.index-url 2>/dev/null || true)}
  [ -n "$pip_index" ] || return 0
  UV_DEFAULT_INDEX=$pip_index
  export UV_DEFAULT_INDEX
}
