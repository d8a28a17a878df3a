# Shared by the steps of action.yml. Sourced, never run. Everything comes in through the environment, so that nothing
# that people or brokers name is ever part of a script; without GitHub's variables the steps work too.
# shellcheck shell=bash
set -euo pipefail

# What a workflow command would read as the end of its message: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
escape_data() {
  local text=$1
  text=${text//'%'/'%25'}
  text=${text//$'\r'/'%0D'}
  printf '%s' "${text//$'\n'/'%0A'}"
}

# annotate error|warning|notice TITLE MESSAGE. The title is always one of ours.
annotate() {
  if [ -n "${GITHUB_ACTIONS:-}" ]; then
    printf '::%s title=%s::%s\n' "$1" "$2" "$(escape_data "$3")"
  else
    printf '%s: %s: %s\n' "$1" "$2" "$3" >&2
  fi
}

# fail EXIT-CODE MESSAGE
fail() {
  annotate error "brokerform${BROKERFORM_COMMAND:+ $BROKERFORM_COMMAND}" "$2"
  exit "$1"
}

random_word() {
  od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}

# set_output NAME VALUE: a value of several lines cannot end early or add outputs, as nobody can guess the delimiter.
set_output() {
  local delimiter
  delimiter="end-$(random_word)"
  if [ -n "${GITHUB_OUTPUT:-}" ]; then
    printf '%s<<%s\n%s\n%s\n' "$1" "$delimiter" "$2" "$delimiter" >>"$GITHUB_OUTPUT"
  else
    printf 'output %s=%s\n' "$1" "$2" >&2
  fi
}

# Appends the standard input to the summary of the step.
summarize() {
  cat >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
}

# Runs a command whose output names what brokers and files hold: no line of it is a command to the runner.
without_commands() {
  local code=0 word
  if [ -z "${GITHUB_ACTIONS:-}" ]; then
    "$@" || code=$?
  else
    word=$(random_word)
    printf '::stop-commands::%s\n' "$word"
    "$@" || code=$?
    printf '\n::%s::\n' "$word"
  fi
  return "$code"
}

# lines_of TEXT: its lines without the space around them, and without empty ones.
lines_of() {
  printf '%s\n' "$1" | sed 's/^[[:space:]]*//; s/[[:space:]]*$//; /^$/d'
}

# A name as part of an artifact's name, which may hold none of " : < > | * ? \ / and no control characters.
slug() {
  printf '%s' "$1" | LC_ALL=C tr -c 'A-Za-z0-9._-' '-'
}
