#!/usr/bin/env bash
# `brokerform validate` for pre-commit, which has cloned this repository. npm cannot build a global package from git, so
# brokerform is built as for the action: once a version, into the user's cache.
set -euo pipefail

cache=${XDG_CACHE_HOME:-$HOME/.cache}/brokerform
mkdir -p "$cache"
# Inside of a workflow this is no step of the action: the path is for us, and not for the steps that follow.
bin=$(env -u GITHUB_ACTIONS -u GITHUB_PATH RUNNER_TEMP="$cache" "$(dirname "${BASH_SOURCE[0]}")/install.sh" | sed -n 1p)
exec "$bin/brokerform" validate "$@"
