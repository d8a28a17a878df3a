import type { Argument, Command, Option } from 'commander';
import { quoteForShell } from '../model/index.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What a script asks the program for, as it depends on the project, or is long. */
export const NAMES = ['environments', 'brokers', 'rules'] as const;
export type NameKind = (typeof NAMES)[number];

/** What a shell needs to know of one option or argument: fixed words, a path, names, or nothing that can be guessed. */
interface Value {
  readonly choices: readonly string[];
  readonly kind: 'choices' | 'files' | 'directories' | 'other' | NameKind;
}

interface Flag {
  readonly names: readonly string[];
  readonly description: string;
  readonly value: Value | undefined;
  readonly repeatable: boolean;
}

interface Entry {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly Flag[];
  readonly argument: Value | undefined;
}

/** A completion script for the whole command line, made from the commands themselves. */
export function completionScript(program: Command, shell: Shell): string {
  const visible = program.createHelp().visibleCommands(program);
  const commands = program.commands
    .filter((command) => visible.includes(command))
    .map((command) => entryOf(command, program));
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](commands, flagsOf(program));
}

function entryOf(command: Command, program: Command): Entry {
  const [argument] = command.registeredArguments;
  return {
    name: command.name(),
    description: command.description(),
    flags: [...flagsOf(command), ...flagsOf(program).filter(({ names }) => !names.includes('--version'))],
    argument: argument && suggestionsOf(argument.argChoices, argument.name()),
  };
}

function flagsOf(command: Command): Flag[] {
  return command.createHelp().visibleOptions(command).map(flagOf);
}

function flagOf(option: Option): Flag {
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    description: option.description,
    value:
      option.required || option.optional ? suggestionsOf(option.argChoices, placeholder(option)) : undefined,
    repeatable: Array.isArray(option.defaultValue),
  };
}

function placeholder(option: Option): string {
  return /[<[]([^>\].]+)/.exec(option.flags)?.[1] ?? '';
}

function suggestionsOf(choices: Argument['argChoices'], name: string): Value {
  if (choices) return { choices, kind: 'choices' };
  return { choices: [], kind: KINDS[name] ?? (/dir$/.test(name) ? 'directories' : 'other') };
}

/** By the placeholder of an option or argument. */
const KINDS: Readonly<Record<string, Value['kind']>> = {
  ...{ file: 'files', plan: 'files', paths: 'files' },
  ...{ environment: 'environments', broker: 'brokers', code: 'rules' },
};

function bashScript(commands: readonly Entry[], globals: readonly Flag[]): string {
  const names = commands.map(({ name }) => name);
  const values = (owner: string, flags: readonly Flag[]) =>
    flags.flatMap(({ names, value }) =>
      value
        ? [`    ${names.map((name) => `${owner}:${name}`).join('|')}) ${bashReply(value)}; return ;;`]
        : [],
    );
  const words = (flags: readonly Flag[]) => flags.flatMap(({ names }) => names).join(' ');
  return `# bash completion of brokerform; load it with: source <(brokerform completion bash)
_brokerform() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
    ${names.join('|')}) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
  COMPREPLY=()
  case $command:$prev in
${[...values('', globals), ...commands.flatMap(({ name, flags }) => values(name, flags))].join('\n')}
  esac
  case $command:$cur in
    :-*) COMPREPLY=($(compgen -W '${words(globals)}' -- "$cur")) ;;
    :*) COMPREPLY=($(compgen -W '${names.join(' ')}' -- "$cur")) ;;
${commands
  .flatMap(({ name, flags, argument }) => [
    `    ${name}:-*) COMPREPLY=($(compgen -W '${words(flags)}' -- "$cur")) ;;`,
    ...(argument ? [`    ${name}:*) ${bashReply(argument)} ;;`] : []),
  ])
  .join('\n')}
  esac
}
complete -o bashdefault -F _brokerform brokerform
`;
}

function isNames(kind: Value['kind']): kind is NameKind {
  return NAMES.some((name) => name === kind);
}

function bashReply({ kind, choices }: Value): string {
  if (kind === 'choices') return `COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$cur"))`;
  if (kind === 'other') return 'COMPREPLY=()';
  if (isNames(kind)) {
    const asked = `"\${COMP_WORDS[0]}" __complete ${kind} -- "\${COMP_WORDS[@]:1}" 2>/dev/null`;
    return `COMPREPLY=($(compgen -W "$(${asked})" -- "$cur"))`;
  }
  // Names with spaces need one line an entry, and readline to quote them.
  return `compopt -o filenames; mapfile -t COMPREPLY < <(compgen -${kind === 'files' ? 'f' : 'd'} -- "$cur")`;
}

function zshScript(commands: readonly Entry[], globals: readonly Flag[]): string {
  const specs = (flags: readonly Flag[]) => flags.map((flag) => `      ${zshFlag(flag)} \\`).join('\n');
  return `#compdef brokerform
# zsh completion of brokerform; load it with: source <(brokerform completion zsh)
_brokerform_names() {
  local -a names=(\${(f)"$(brokerform __complete $1 -- $words 2>/dev/null)"})
  compadd "\${@[2,-1]}" -a names
}
_brokerform() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  _arguments -C \\
${specs(globals)}
      '1:command:->command' '*::argument:->argument'
  case $state in
  command)
    local -a commands=(
${commands.map(({ name, description }) => `      ${quoteForShell(`${name}:${description}`)}`).join('\n')}
    )
    _describe command commands ;;
  argument)
    case $line[1] in
${commands
  .map(
    ({ name, flags, argument }) => `    ${name})
      _arguments \\
${specs(flags)}
      ${argument ? quoteForShell(`*:argument:${zshValue(argument)}`) : "'*:'"} ;;`,
  )
  .join('\n')}
    esac ;;
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _brokerform "$@"; else compdef _brokerform brokerform; fi
`;
}

function zshFlag({ names, description, value, repeatable }: Flag): string {
  const text = description.replace(/[[\]:\\]/g, '\\$&');
  const tail = `[${text}]${value ? `:value:${zshValue(value)}` : ''}`;
  const first = repeatable ? '*' : names.length > 1 ? `(${names.join(' ')})` : '';
  // A brace expansion makes one specification a name; it must stand outside of the quotes.
  if (names.length > 1) return `${quoteForShell(first)}{${names.join(',')}}${quoteForShell(tail)}`;
  return quoteForShell(`${first}${names[0] ?? ''}${tail}`);
}

function zshValue({ kind, choices }: Value): string {
  if (kind === 'choices') return `(${choices.join(' ')})`;
  return isNames(kind)
    ? `_brokerform_names ${kind}`
    : { files: '_files', directories: '_files -/', other: '' }[kind];
}

function fishScript(commands: readonly Entry[], globals: readonly Flag[]): string {
  const lines = [
    ...commands.map(
      ({ name, description }) =>
        `complete -c brokerform -n __fish_use_subcommand -f -a ${name} -d ${fishQuote(description)}`,
    ),
    ...globals.map((flag) => `complete -c brokerform -n __fish_use_subcommand ${fishFlag(flag)}`),
    ...commands.flatMap(({ name, flags, argument }) => {
      const scope = `complete -c brokerform -n '__fish_seen_subcommand_from ${name}'`;
      return [
        ...flags.map((flag) => `${scope} ${fishFlag(flag)}`),
        argument && fishWords(argument) ? `${scope} -f -a '${fishWords(argument)}'` : undefined,
        argument === undefined ? `${scope} -f` : undefined,
      ].filter((line) => line !== undefined);
    }),
  ];
  return `# fish completion of brokerform; load it with: brokerform completion fish | source\n${lines.join('\n')}\n`;
}

function fishFlag({ names, description, value }: Flag): string {
  const spelled = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const paths = { files: '-r -F', directories: "-x -a '(__fish_complete_directories)'", other: '-x' };
  const argument =
    value &&
    (value.kind === 'choices' || isNames(value.kind) ? `-x -a '${fishWords(value)}'` : paths[value.kind]);
  return [...spelled, ...(argument === undefined ? ['-f'] : [argument]), `-d ${fishQuote(description)}`].join(
    ' ',
  );
}

function fishWords({ kind, choices }: Value): string {
  if (isNames(kind)) return `(brokerform __complete ${kind} -- (commandline -opc)[2..-1] 2>/dev/null)`;
  return choices.join(' ');
}

function fishQuote(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
