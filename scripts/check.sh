#!/bin/sh
# Everything that needs no test run and no Terraform; CI runs the same. All of it runs, then all failures are named.
set -u

failed=""

run() {
  name=$1
  shift
  "$@" || failed="$failed $name"
}

python=.venv/bin/python
run format "$python" -m ruff format --check --quiet
run lint "$python" -m ruff check --quiet
run types "$python" -m mypy
run boundaries "$python" -m pytest --quiet --no-header tests/test_boundaries.py
run docs "$python" -m scripts.docs --check
# shellcheck disable=SC2046  # one word per file is meant
run shell .venv/bin/shellcheck .ci/run $(git ls-files --cached --others --exclude-standard '*.sh')

[ -z "$failed" ] && echo "check: all clean" && exit 0
echo "error: make check failed at:$failed (make format mends layout and simple lint, make docs the pages)" >&2
exit 2
