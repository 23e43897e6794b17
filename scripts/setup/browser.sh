#!/bin/sh
# The browser in which the tests look at report.html. Says nothing when there is one.
set -eu

fail() {
  echo "error: $1" >&2
  exit 2
}

for name in "${RAYFORM_BROWSER:-chromium}" chromium chromium-browser google-chrome google-chrome-stable; do
  command -v "$name" >/dev/null && exit 0
done

by_hand="install Chromium, or name a browser of its kind with RAYFORM_BROWSER=<program>"
command -v apt-get >/dev/null || fail "there is no browser for the tests of report.html: $by_hand"
[ "$(id -u)" = 0 ] || fail "there is no browser for the tests of report.html: sudo scripts/setup/browser.sh, or $by_hand"

mkdir -p build
install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >build/browser.log 2>&1
}
install || { apt-get update -qq >build/browser.log 2>&1 && install; } ||
  fail "apt-get could not install chromium (see build/browser.log): $by_hand"
