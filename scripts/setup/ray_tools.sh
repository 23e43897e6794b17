#!/bin/sh
# What `make test-ray` needs of the machine: programs of the distribution, and what ray_wheels.sh brings. Says nothing
# when all is there.
set -eu

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

/usr/bin/python3 -c 'import ensurepip, venv' 2>/dev/null ||
  fail "make test-ray needs /usr/bin/python3 with venv, which its nodes use: run it on Debian 12 or Ubuntu 22.04"
exec scripts/setup/ray_wheels.sh
