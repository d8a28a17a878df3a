#!/usr/bin/env bash
# Runs one command of brokerform, and tells what came of it: outputs, the summary, annotations. It ends with 0 also where
# brokerform does not, so that the comment is written first; finish.sh ends the job.
. "$(dirname "${BASH_SOURCE[0]}")/shared.sh"

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
command=${BROKERFORM_COMMAND:-plan}
results=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/brokerform-results.XXXXXX")
markdown=$results/$command.md
json=$results/$command.json
args=()
# As --option=value, so that no value is taken for an option.
[ -z "${BROKERFORM_ENV:-}" ] || args+=("--env=$BROKERFORM_ENV")
[ "${BROKERFORM_PRUNE:-}" != true ] || args+=(--prune)

# The stored plan's path is meant from where the step was started.
plan=${BROKERFORM_PLAN:-}
case $plan in '' | /*) ;; *) plan=$PWD/$plan ;; esac
cd "${BROKERFORM_WORKING_DIRECTORY:-.}" || fail 64 "working-directory: there is no such folder"

# What brokers and files hold is in the output, so it must not command the runner.
run() {
  code=0
  without_commands tee_brokerform "$@" || code=$?
}

tee_brokerform() {
  brokerform "$@" 2>&1 | tee "$results/output.txt"
}

# add_lines PREFIX TEXT: an argument for each line.
add_lines() {
  local line
  while IFS= read -r line; do args+=("$1$line"); done < <(lines_of "$2")
}

# The commit to compare with: what the branch was merged onto, which GitHub's own merge commit names as its first
# parent; else what the event names. A shallow checkout has neither, so it is fetched. Where there is none, "problem"
# says why, and "problem_code" how a command that needs it ends.
find_base() {
  base=${BROKERFORM_BASE:-} problem_code=64
  if [ -z "$base" ]; then
    local parents
    parents=$(git cat-file -p HEAD 2>/dev/null | sed -n '/^$/q; s/^parent //p')
    base=${BROKERFORM_BASE_SHA:-}
    if [ "$(git rev-parse HEAD 2>/dev/null)" = "${GITHUB_SHA:-}" ] && [ "$(printf '%s\n' "$parents" | wc -l)" -eq 2 ]; then
      base=$(printf '%s\n' "$parents" | head -n 1)
    fi
    problem='base: nothing says what to compare with; name a branch, a tag or a commit'
    [ -n "$base" ] || return 1
  fi
  # No revision begins with a hyphen, and git would take it for an option.
  problem="base: \"$base\" is no revision"
  case $base in -*) return 1 ;; esac
  git rev-parse --verify --quiet "$base^{commit}" >/dev/null && return
  problem_code=65
  problem="base: $base is not in this checkout; give actions/checkout fetch-depth: 0"
  case $base in
    *[!0-9a-f]*) return 1 ;;
  esac
  problem="base: $base is not in this checkout and cannot be fetched; give actions/checkout fetch-depth: 0"
  GIT_TERMINAL_PROMPT=0 git fetch --quiet --no-tags --depth=1 origin "$base"
}

# A plan is worth having without its base, too.
add_base() {
  [ -n "${BROKERFORM_BASE:-}${BROKERFORM_BASE_SHA:-}" ] || return 0
  if find_base; then
    args+=("--base=$base")
  else
    annotate warning 'brokerform plan' "$problem. This plan does not list what is no longer declared"
  fi
}

# What each exit code means for whoever reads the job, and what to do next.
advice() {
  case $1 in
    1) echo 'the operation failed: a broker could not be reached, or it refused' ;;
    2) echo 'the brokers differ from the files' ;;
    3)
      if [ "$command" = validate ]; then
        echo 'findings: see the annotations'
      elif [ "$command" = test ]; then
        echo 'a test failed: see the annotations'
      elif [ "$command" = apply ] || [ -s "$results/saved-plan.json" ]; then
        echo 'the plan is blocked. It names the key to each change; whoever agrees with one adds the key to "allow" and plans again'
      else
        echo 'lint findings: see the log, and brokerform validate'
      fi
      ;;
    4) echo 'stale, foreign or damaged plan: the brokers are not as they were when it was reviewed; nothing was applied. Plan the branch anew (in the examples: run the apply workflow by hand), have that reviewed, and apply it' ;;
    5) echo 'applied in part: the log says what was not. Run this job again: what is done counts as done' ;;
    64) echo 'wrong usage' ;;
    65) echo 'invalid input: a file, or a variable that is not set' ;;
    130 | 143) echo 'interrupted' ;;
    *) echo 'brokerform ended in a way that it should not' ;;
  esac
}

# Before what this script asks for itself, which counts then.
add_lines '' "${BROKERFORM_ARGS:-}"
outputs=("--markdown-into=$markdown" "--json-into=$json" "--github-into=$results/annotations")
case $command in
  validate)
    run validate ${args[@]+"${args[@]}"} "${outputs[@]}" "--sarif-into=$results/validate.sarif" "--fail-on=${BROKERFORM_FAIL_ON:-error}"
    ;;
  test)
    run test ${args[@]+"${args[@]}"} "${outputs[@]}"
    ;;
  plan)
    add_lines --allow= "${BROKERFORM_ALLOW:-}"
    add_base
    run plan ${args[@]+"${args[@]}"} "${outputs[@]}" "--out=$results/saved-plan.json"
    [ ! -s "$results/saved-plan.json" ] || json=$results/saved-plan.json
    ;;
  diff)
    find_base || fail "$problem_code" "$problem"
    run diff ${args[@]+"${args[@]}"} "${outputs[@]}" "--base=$base"
    ;;
  drift)
    run drift ${args[@]+"${args[@]}"} "${outputs[@]}"
    ;;
  apply)
    [ -f "$plan" ] || fail 64 "plan: there is no file $plan"
    json=$plan
    # What is about to happen stands in the log and the summary, whatever then does. A file that is no plan is told by apply.
    without_commands brokerform show "--markdown-into=$results/plan.md" "$plan" 2>/dev/null || true
    [ ! -s "$results/plan.md" ] || summarize <"$results/plan.md"
    run apply ${args[@]+"${args[@]}"} "--report=$results/report.json" "$plan"
    ;;
  *) fail 64 "command: \"$command\" is unknown" ;;
esac

# What is not known is empty, and nobody takes it for "nothing to do".
has_changes='' risk='' digest=''
if facts=$(node "$here/facts.mjs" "$json" 2>/dev/null); then
  while IFS='=' read -r name value; do
    case $name in
      has-changes) has_changes=$value ;;
      risk) risk=$value ;;
      digest) digest=$value ;;
    esac
  done <<<"$facts"
fi
# Undeclared resources are drift, and no changes of a plan.
[ "$command" != drift ] || [ "$code" -ne 2 ] || has_changes=true

[ ! -s "$markdown" ] || summarize <"$markdown"
[ "$code" -eq 0 ] || annotate error "brokerform $command" "exit code $code: $(advice "$code")"
# Each on its line of the YAML, in brokerform's own escaping: these are meant to command the runner.
[ -z "${GITHUB_ACTIONS:-}" ] || [ ! -s "$results/annotations" ] || cat "$results/annotations"
if [ "$command" = apply ]; then
  {
    printf '\n### Applied: exit code %s\n\nPlan <code>%s</code>\n\n%s\n\n' "$code" "${digest:0:19}" "$([ "$code" -eq 0 ] || advice "$code")"
    # As a block of code that no text can leave, because every line of it is indented.
    head -c 200000 "$results/output.txt" | sed 's/^/    /'
    printf '\n'
  } | summarize
fi

set_output exit-code "$code"
set_output has-changes "$has_changes"
set_output risk "$risk"
set_output digest "$digest"
for name in plan:saved-plan.json report:report.json sarif:validate.sarif markdown:"$command.md"; do
  file=$results/${name#*:}
  [ ! -s "$file" ] || set_output "${name%%:*}" "$file"
done
[ "$command" != apply ] || set_output plan "$plan"
