import type { Command } from 'commander';
import type { Diagnostic } from '../../model/index.ts';
import { renderDiagnostics, unifiedDiff } from '../../report/index.ts';
import { type Annotated, withAcceptedFindings } from '../accept-findings.ts';
import type { CommandContext } from '../context.ts';
import { tellHandOver } from '../hand-over.ts';
import { type Files, snapshotFiles, topologyFiles } from '../import-files.ts';
import { type Imported, importFrom } from '../import-source.ts';
import type { Invoke } from '../invoke.ts';
import { choiceOption, listOption } from '../options.ts';
import { waitOption } from '../plan-flags.ts';
import { schemaFolder, schemaReferences } from '../schema-files.ts';
import { InputError, UsageError } from '../usage.ts';

interface Flags {
  readonly from?: readonly string[];
  readonly broker?: string;
  readonly cluster?: string;
  readonly target: readonly string[];
  readonly exclude: readonly string[];
  readonly out?: string;
  readonly format: 'yaml' | 'snapshot';
  readonly wait: number;
}

const FROM_HELP = `
What --from reads is known by its content: a RabbitMQ definitions file, a snapshot, or files and folders of AsyncAPI,
JulieOps, kafka-gitops, NACK, the nats command, Strimzi, Terraform, topicctl and the RabbitMQ messaging topology operator.
To be explicit, name the format first:
  brokerform import --from api.yaml
  brokerform import --from terraform.tfstate --out topologies
  brokerform import --from asyncapi api.yaml billing.yaml
  brokerform import --from strimzi manifests/ --out topologies
Formats: asyncapi, definitions, julie, kafka-gitops, nack, natscli, rabbitmq-operator, snapshot, strimzi, terraform,
topicctl`;

export function addImport(program: Command, invoke: Invoke): void {
  program
    .command('import')
    .description('Generate YAML from live brokers or files of other tools')
    .option('--from <paths...>', '[FORMAT] and files or directories to read instead of a broker')
    .option('--broker <broker>', 'one broker of the configuration (default: all)')
    .option('--cluster <name>', 'with --from: only what is for this cluster, or Terraform provider')
    .addOption(
      listOption('--target <glob>', 'include only matching addresses, with their bindings; repeatable'),
    )
    .addOption(listOption('--exclude <glob>', 'exclude matching addresses; repeatable'))
    .option('--out <dir>', 'write files to this directory (default: standard output)')
    .addOption(
      choiceOption('--format <format>', 'topology files or a snapshot for plan --against', [
        'yaml',
        'snapshot',
      ]),
    )
    .addOption(waitOption())
    .addHelpText('after', FROM_HELP)
    .action(
      invoke<Flags>(async (context, flags) => {
        const imported = await importFrom(context, flags);
        const isYaml = flags.format === 'yaml';
        const { files, remaining } = await filesOf(context, imported, flags);
        const leftovers = imported.leftovers ?? imported.unread;
        if (leftovers) tellLeftovers(context, leftovers, files.size);
        if (flags.out === undefined) {
          context.print([...files.values()].join('---\n'));
          tellHandOver(context, imported.names ?? []);
          return {};
        }
        if (isYaml) await printDifferences(context, files);
        const schemas = isYaml
          ? await schemaReferences(context.folder, await schemaFolder(context.folder))
          : [];
        await context.folder.writeNew(new Map([...files, ...schemas]));
        context.print([...files.keys()].map((file) => `wrote ${file}\n`).join(''));
        noteFindings(context, remaining);
        tellHandOver(context, imported.names ?? []);
        return {};
      }),
    );
}

/** What would change in files that exist, which are not overwritten. */
async function printDifferences(context: CommandContext, files: Files): Promise<void> {
  for (const [name, text] of await context.folder.texts(files.keys())) {
    context.print(unifiedDiff({ name, text }, { name, text: files.get(name) ?? '' }, context.out));
  }
}

/** What is on a broker is not to be mended before the first plan. */
function noteFindings(context: CommandContext, count: number): void {
  if (count === 0) return;
  const [findings, them] = count === 1 ? ['1 finding', 'it'] : [`${count} findings`, 'them'];
  context.note(
    `${findings} in what was imported. brokerform validate shows ${them}; to accept ${them}: brokerform validate --write-baseline`,
  );
}

async function filesOf(context: CommandContext, imported: Imported, flags: Flags): Promise<Annotated> {
  if (flags.format === 'yaml') {
    const files = await topologyFiles(context.folder, imported, flags.out);
    const { names = [], leftovers } = imported;
    // Other tools' files are plans: what is wrong with them is to be mended. A state says what is on a broker.
    return leftovers && names.length === 0
      ? { files, remaining: 0 }
      : withAcceptedFindings(context, files, { names });
  }
  if (imported.sources.length > 0 && !imported.leftovers)
    return { files: await snapshotFiles(imported.sources, flags.out), remaining: 0 };
  throw new UsageError('a snapshot is of a broker, and files of other tools only say what should be on one');
}

/** @throws InputError when nothing is left to write */
function tellLeftovers(context: CommandContext, leftovers: readonly Diagnostic[], files: number): void {
  const isQuiet = context.flags.quiet === true && files > 0;
  if (leftovers.length > 0 && !isQuiet)
    context.tell(`${renderDiagnostics(leftovers, 'text', context.err)}\n`);
  if (files === 0)
    throw new InputError(
      'nothing in these files can be imported',
      'docs/importing.md lists what can be imported',
    );
}
