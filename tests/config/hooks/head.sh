#!/bin/bash
set -euo pipefail
echo "a hook ran on $(hostname)"
