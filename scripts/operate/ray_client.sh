#!/bin/sh
# Usage: ray_client.sh VERSION ARGUMENT… — `ray ARGUMENT…` of that version on this machine; uv keeps it for the next time.
set -eu
cd "$(dirname "$0")/../.."
version=$1
shift
case "${1:-}" in
  up | down) with=boto3 ;; # only Ray's launcher speaks to AWS
  *) with= ;;
esac
exec scripts/setup/uv.sh tool run --quiet --python .venv/bin/python ${with:+--with "$with"} \
  --from "ray[default]==$version" ray "$@"
