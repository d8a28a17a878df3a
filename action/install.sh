#!/usr/bin/env bash
# Makes brokerform a command of this job. `install.sh locate` says where it is to be, `install.sh` puts it there: built
# from the folder that this script is part of, because brokerform is not on npm yet.
. "$(dirname "${BASH_SOURCE[0]}")/shared.sh"

source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# What a build reads; the Dockerfile copies the same.
inputs=(package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json scripts/build.mjs scripts/join-chunks.mjs src schema)

digest() {
  if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

# The same sources on the same kind of machine give the same folder, so that a cache of it is never a wrong one.
key() {
  local sources
  sources=$(cd "$source" && find "${inputs[@]}" -type f | LC_ALL=C sort | while IFS= read -r file; do digest "$file"; done | digest)
  printf 'brokerform-%s-%s-%s' "$(uname -s -m | tr ' ' '-')" "$(node --print 'process.versions.modules')" "${sources:0:32}"
}

check_node() {
  command -v node >/dev/null || fail 1 'there is no Node.js on this runner; put actions/setup-node before this step'
  node --eval '
    const [major, minor] = process.versions.node.split(".").map(Number);
    process.exitCode = major >= 24 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1;
  ' || fail 1 "brokerform needs Node 20.19, 22.12, or 24 and newer, and this runner has $(node --version); put actions/setup-node before this step"
}

check_node
if [ "${BROKERFORM_INSTALL:-build}" = none ]; then
  command -v brokerform >/dev/null || fail 1 'install: none, but there is no brokerform on the PATH'
  exit 0
fi

key=$(key)
target=${RUNNER_TEMP:-${TMPDIR:-/tmp}}/$key

if [ "${1:-}" = locate ]; then
  set_output key "$key"
  set_output folder "$target"
  exit 0
fi

# One line of conditions, because "set -e" is off wherever somebody asks how a list ended.
build() {
  cd "$1" &&
    npm ci --ignore-scripts --no-audit --no-fund &&
    npm run build &&
    npm prune --omit=dev --ignore-scripts --no-audit --no-fund &&
    rm -rf src scripts &&
    mkdir bin &&
    ln -s ../dist/cli/main.js bin/brokerform
}

if [ ! -d "$target" ]; then
  # From the sources alone: a node_modules or dist that lies beside them is of no interest.
  new=$(mktemp -d "$target.XXXXXX")
  (cd "$source" && tar -cf - "${inputs[@]}") | tar -xf - -C "$new"
  (build "$new") >"$new/install.log" 2>&1 || {
    without_commands cat "$new/install.log" >&2
    rm -rf "$new"
    fail 1 'brokerform could not be built; the log above says why'
  }
  chmod 755 "$new"
  mv "$new" "$target"
fi

if [ -n "${GITHUB_PATH:-}" ]; then
  printf '%s\n' "$target/bin" >>"$GITHUB_PATH"
else
  printf '%s\n' "$target/bin"
fi
"$target/bin/brokerform" --version
