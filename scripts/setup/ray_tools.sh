#!/bin/sh
# What `make test-ray` needs of the machine: programs of the distribution, the wheels that the nodes install, and the
# AWS CLI that an image of AWS has. Says nothing when all is there.
set -eu
# shellcheck source=scripts/setup/uv_environment.sh
. scripts/setup/uv_environment.sh

lock=requirements-ray.txt
wheels=build/ray-wheels
tools=build/ray-tools

fail() {
  echo "error: $1" >&2
  exit 2
}

[ "$(uname)" = Linux ] || fail "make test-ray boots Linux machines and this is $(uname): run it on Linux, or let CI run it"
[ "$(id -u)" = 0 ] || fail "make test-ray makes network namespaces and mounts, which only root may: sudo make test-ray"

# Debian's packages, each with a program of it.
missing=
for pair in nftables:nft conntrack:conntrack redis-server:redis-server redis-tools:redis-cli dnsmasq-base:dnsmasq \
  openssh-server:sshd systemd-container:systemd-nspawn openssl:openssl iproute2:ip util-linux:nsenter curl:curl procps:sysctl \
  rsync:rsync sudo:sudo; do
  PATH=$PATH:/usr/sbin:/sbin command -v "${pair#*:}" >/dev/null || missing="$missing ${pair%%:*}"
done
/usr/bin/python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
if [ -n "$missing" ]; then
  command -v apt-get >/dev/null || fail "make test-ray needs$missing and there is no apt-get: install them, then again"
  # Services that come with a package must not start here: 101 is "not allowed".
  policy=/usr/sbin/policy-rc.d
  [ -e "$policy" ] || { trap 'rm -f "$policy"' EXIT && printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy"; }
  install() {
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >build/ray-tools.log 2>&1
  }
  mkdir -p build
  install || { apt-get update -qq >build/ray-tools.log 2>&1 && install; } ||
    fail "apt-get could not install$missing: see build/ray-tools.log"
fi

# The nodes use the Python of the distribution, whatever Python runs the tests.
python=/usr/bin/python3
"$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' 2>/dev/null ||
  fail "make test-ray needs $python of version 3.10 or newer, which its nodes use: run it on Debian 12 or Ubuntu 22.04"

is_made() {
  [ -f "$1/.lock" ] && cmp -s "$1/.lock" "$lock"
}

if ! is_made "$wheels"; then
  rm -rf "$wheels"
  mkdir -p "$wheels"
  .venv/bin/python -m pip --python "$python" download -qq --disable-pip-version-check --no-deps \
    --require-hashes --only-binary :all: --dest "$wheels" --requirement "$lock" ||
    fail "could not download the wheels of $lock: check the network and the proxy settings, then: make test-ray"
  cp "$lock" "$wheels/.lock"
fi
if ! is_made "$tools"; then
  rm -rf "$tools"
  .venv/bin/uv venv --quiet --python "$python" "$tools"
  .venv/bin/uv pip sync --quiet --python "$tools/bin/python" --no-index --find-links "$wheels" --require-hashes "$lock"
  cp "$lock" "$tools/.lock"
fi
