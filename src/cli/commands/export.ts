import { resolve } from 'node:path';
import type { Command } from 'commander';
import { documentJson } from '../../report/index.ts';
import type { Checked, DeclaredBroker } from '../../workflow/index.ts';
import type { CommandContext } from '../context.ts';
import { UsageError } from '../exit.ts';
import type { Invoke } from '../invoke.ts';
import { readableProject } from '../project.ts';

interface Flags {
  readonly to: 'asyncapi' | 'definitions';
  readonly broker?: string;
  readonly out?: string;
}

export function addExport(program: Command, invoke: Invoke): void {
  program
    .command('export')
    .description('Write the topology as an AsyncAPI document or a RabbitMQ definitions file')
    .addOption(
      program
        .createOption('--to <format>', 'format of the file')
        .choices(['asyncapi', 'definitions'])
        .makeOptionMandatory(),
    )
    .option('--broker <name>', 'only this broker')
    .option('--out <file>', 'write to this file (default: standard output)')
    .action(
      invoke<Flags>(async (context, flags) => {
        const checked = await readableProject(context);
        const value = await exported(context, only(checked, flags.broker), flags);
        const text = documentJson(value);
        if (flags.out === undefined) context.print(text);
        else await context.folder.write(flags.out, text);
        if (flags.out !== undefined) context.note(`Wrote ${flags.out}.`);
        return {};
      }),
    );
}

/** @throws UsageError */
function only(checked: Checked, name: string | undefined): Checked {
  if (name === undefined) return checked;
  const broker = checked.brokers.get(name);
  if (broker) return { ...checked, brokers: new Map([[name, broker]]) };
  throw new UsageError(`no resources are declared for broker ${name}`, known([...checked.brokers.values()]));
}

function known(brokers: readonly DeclaredBroker[]): string {
  return brokers.length === 0
    ? 'no broker has resources'
    : `there are: ${brokers.map(({ name }) => name).join(', ')}`;
}

async function exported(context: CommandContext, checked: Checked, { to }: Flags) {
  const { CodeOwners, exportAsyncApi, exportDefinitions } = await import('../../workflow/index.ts');
  if (to === 'asyncapi') {
    const { path } = context.folder;
    const owners = CodeOwners.of(path);
    if (owners.problem !== undefined) context.note(`without owners: ${owners.problem}`);
    return exportAsyncApi(checked, (file) => owners.ownersOf(resolve(path, file)));
  }
  const brokers = [...checked.brokers.values()];
  const written = await Promise.all(brokers.map(exportDefinitions));
  const found = written.filter((one) => one !== undefined);
  const [first] = found;
  if (!first) throw new UsageError('only RabbitMQ has definitions files', known(brokers));
  if (found.length > 1) {
    const named = brokers.filter((_, i) => written[i] !== undefined);
    throw new UsageError('a definitions file describes one broker', `name it with --broker; ${known(named)}`);
  }
  for (const note of first.notes) context.note(`not in the file: ${note}`);
  return first.value;
}
