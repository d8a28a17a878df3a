import { Command, CommanderError } from 'commander';
import { VERSION } from '../workflow/version.ts';
import { addApply } from './commands/apply.ts';
import { addComplete, addCompletion } from './commands/completion.ts';
import { addDiff } from './commands/diff.ts';
import { addDoctor } from './commands/doctor.ts';
import { addDown } from './commands/down.ts';
import { addDrift } from './commands/drift.ts';
import { addExpand } from './commands/expand.ts';
import { addExplain } from './commands/explain.ts';
import { addExport } from './commands/export.ts';
import { addFmt } from './commands/fmt.ts';
import { addGraph } from './commands/graph.ts';
import { addImport } from './commands/import.ts';
import { addInit } from './commands/init.ts';
import { addPlan } from './commands/plan.ts';
import { addPolicies } from './commands/policies.ts';
import { addRedrive } from './commands/redrive.ts';
import { addRoute } from './commands/route.ts';
import { addSchema } from './commands/schema.ts';
import { addShow } from './commands/show.ts';
import { addTest } from './commands/test.ts';
import { addUp } from './commands/up.ts';
import { addUpgradeCheck } from './commands/upgrade-check.ts';
import { addValidate } from './commands/validate.ts';
import { EXIT } from './exit.ts';
import type { Host, Output } from './host.ts';
import { type Invoke, invokeOn } from './invoke.ts';
import { addGlobalOptions } from './options.ts';

/** Runs one command line to its end. @returns the exit code */
export async function run(args: readonly string[], host: Host): Promise<number> {
  let code: number = EXIT.ok;
  const invoke = invokeOn(host, (ended) => {
    code = ended;
  });
  try {
    await createProgram(host, invoke, args[0]).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version arrive this way too; everything else that commander throws is wrong usage.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  return code;
}

const EXIT_HELP = `
Exit codes:
  0  success; nothing differs        1  the operation failed      2  differences (--detailed-exitcode, drift)
  3  findings or a blocked plan      4  stale or damaged plan     5  applied in part
  64 wrong usage   65 invalid input  130, 143 interrupted`;

/** By name, in the order of the help. */
const COMMANDS: Readonly<Record<string, (program: Command, invoke: Invoke) => void>> = {
  init: addInit,
  validate: addValidate,
  fmt: addFmt,
  plan: addPlan,
  diff: addDiff,
  show: addShow,
  apply: addApply,
  drift: addDrift,
  route: addRoute,
  test: addTest,
  policies: addPolicies,
  'upgrade-check': addUpgradeCheck,
  expand: addExpand,
  redrive: addRedrive,
  graph: addGraph,
  import: addImport,
  export: addExport,
  up: addUp,
  down: addDown,
  doctor: addDoctor,
  explain: addExplain,
  schema: addSchema,
  __complete: addComplete,
};

/**
 * The whole command line: options, help and completion all come from this one tree.
 * @param first argument: where it names a command, the others are left out, as they take longer to add than to run
 */
export function createProgram(
  { stdout, stderr }: Pick<Host, 'stdout' | 'stderr'>,
  invoke: Invoke,
  first = '',
): Command {
  const program = new Command('brokerform')
    .description('Topology as code for RabbitMQ, Kafka and NATS JetStream')
    .version(VERSION, '-V, --version')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      getOutHelpWidth: () => widthOf(stdout),
      getErrHelpWidth: () => widthOf(stderr),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .addHelpText('after', EXIT_HELP);
  addGlobalOptions(program);
  const named = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  for (const add of named ? [named] : Object.values(COMMANDS)) add(program, invoke);
  // Its scripts complete all the others.
  if (!named) addCompletion(program, invoke);
  return program;
}

/** Columns. A terminal that does not know its width says 0; a file has none. */
function widthOf({ isTTY, columns }: Output): number {
  return (isTTY && columns) || 80;
}
