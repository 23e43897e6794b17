#!/bin/sh
# The node that jsii starts (JSII_NODE, see modules/aws.py).
exec node --require "$(dirname "$0")/lazy_provider_hook.cjs" "$@"
