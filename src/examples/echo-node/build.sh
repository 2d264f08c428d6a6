#!/usr/bin/env bash
# Installs the FDK into node_modules, exactly as the lock file has it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
npm ci --omit=dev --no-audit --no-fund --loglevel=error >/dev/null
