#!/usr/bin/env bash
# Ends the job as brokerform ended, once everything is reported.
. "$(dirname "${BASH_SOURCE[0]}")/shared.sh"

code=${BROKERFORM_EXIT_CODE:-}
[ -n "$code" ] || fail 1 'brokerform was not run; an earlier step says why'
exit "$code"
