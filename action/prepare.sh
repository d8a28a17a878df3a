#!/usr/bin/env bash
# Checks the inputs, all of them, and names what the next steps share.
. "$(dirname "${BASH_SOURCE[0]}")/shared.sh"

command=${BROKERFORM_COMMAND:-plan}
folder=${BROKERFORM_WORKING_DIRECTORY:-.}
problems=()

case $command in
  validate | test | diff | plan | apply | drift) ;;
  *) problems+=("command: \"$command\" is none of validate, test, diff, plan, apply, drift") ;;
esac
[ -d "$folder" ] || problems+=("working-directory: \"$folder\" is no folder of this checkout; is actions/checkout before this step?")
if [ -n "${BROKERFORM_ALLOW:-}" ] && [ "$command" != plan ]; then
  problems+=("allow: only a plan takes it; what is applied was allowed when it was planned")
fi
if [ -n "${BROKERFORM_PLAN:-}" ] && [ "$command" != apply ]; then
  problems+=("plan: only apply takes it")
fi
while IFS= read -r line; do
  case $line in
    --[a-z]*) ;;
    *) problems+=("args: \"$line\" is no option; write one a line, as --option or --option=value") ;;
  esac
done < <(lines_of "${BROKERFORM_ARGS:-}")
for input in "prune=${BROKERFORM_PRUNE:-}" "comment=${BROKERFORM_COMMENT:-}" "sarif=${BROKERFORM_SARIF:-}"; do
  case ${input#*=} in
    '' | true | false) ;;
    *) problems+=("${input%%=*}: \"${input#*=}\" is neither true nor false") ;;
  esac
done
if [ "${BROKERFORM_PRUNE:-}" = true ] && [ "$command" != plan ] && [ "$command" != diff ]; then
  problems+=("prune: only plan and diff take it; what is applied was planned with it")
fi
case ${BROKERFORM_INSTALL:-build} in
  build | none) ;;
  *) problems+=("install: \"$BROKERFORM_INSTALL\" is neither build nor none") ;;
esac

if [ "${#problems[@]}" -gt 0 ]; then
  for problem in "${problems[@]}"; do annotate error "brokerform" "$problem"; done
  exit 64
fi

artifact=brokerform-plan
[ -z "${BROKERFORM_ENV:-}" ] || artifact+="-$(slug "$BROKERFORM_ENV")"
[ "$folder" = . ] || artifact+="-$(slug "$folder")"
set_output artifact "$artifact"

if [ "$command" = apply ] && [ -z "${BROKERFORM_PLAN:-}" ]; then
  download=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/brokerform-plan.XXXXXX")
  set_output download "$download"
  set_output download-plan "$download/saved-plan.json"
fi
