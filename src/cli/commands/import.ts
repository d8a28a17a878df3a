import type { Command } from 'commander';
import { type Diagnostic, groupBy, InputError, quoteForShell } from '../../model/index.ts';
import { escapeText, renderDiagnostics, unifiedDiff } from '../../report/index.ts';
import type { TracedName } from '../../workflow/foreign.ts';
import type { CommandContext } from '../context.ts';
import { UsageError } from '../exit.ts';
import {
  type Annotated,
  type Files,
  snapshotFiles,
  topologyFiles,
  withAcceptedFindings,
} from '../import-files.ts';
import { type Imported, importFrom } from '../import-source.ts';
import type { Invoke } from '../invoke.ts';
import { choiceOption, listOption } from '../options.ts';
import { waitOption } from '../plan-flags.ts';
import { schemaFolder, schemaReferences } from '../schema-files.ts';

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

/** What is left to do until brokerform alone manages what Terraform did. Terraform's command changes no broker. */
function tellHandOver(context: CommandContext, names: readonly TracedName[]): void {
  const kept = names.filter(({ isKept }) => isKept);
  if (kept.length === 0 || context.flags.quiet === true) return;
  const lines = [
    'next:',
    '  1. brokerform plan: against the broker that Terraform manages, it has no changes unless there is drift',
    '  2. remove these resources from the configuration of Terraform, and from its state:',
  ];
  for (const [file, own] of groupBy(kept, ({ at }) => at.file)) {
    const releases = [...groupBy(own, ({ whole }) => whole)].flatMap(([whole, some]) =>
      some.length === some[0]?.instances ? [whole] : some.map(({ name }) => name),
    );
    lines.push(`     # ${escapeText(file)}`, '     terraform state rm \\');
    for (const [index, release] of releases.entries()) {
      const isLast = index === releases.length - 1;
      lines.push(`       ${quoteForShell(escapeText(release))}${isLast ? '' : ' \\'}`);
    }
  }
  context.tell(`${lines.join('\n')}\n  3. brokerform apply\n`);
}
