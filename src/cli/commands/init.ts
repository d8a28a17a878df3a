import { basename } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CI_ENVIRONMENT, CI_SYSTEMS, type CiSystem, checkRoot, ciFiles } from '../ci-files.ts';
import type { CommandContext } from '../context.ts';
import { type Files, topologyFiles, withAcceptedFindings } from '../import-files.ts';
import { importWith } from '../import-source.ts';
import type { Invoke } from '../invoke.ts';
import { waitOption } from '../plan-flags.ts';
import { askTypes, parseTypes } from '../questions.ts';
import { ignoreInGit } from '../repository.ts';
import { schemaFolder, schemaPath, schemaReferences } from '../schema-files.ts';
import {
  configText,
  exampleFiles,
  liveTypes,
  STARTER_TYPES,
  type StarterType,
  withModeline,
} from '../starter.ts';

interface Flags {
  readonly broker?: readonly StarterType[];
  readonly fromLive?: boolean;
  readonly ci?: CiSystem;
  readonly wait: number;
}

export function addInit(program: Command, invoke: Invoke): void {
  program
    .command('init')
    .description('Create a configuration, a first topology and a test of it')
    .addOption(brokerOption())
    .option(
      '--from-live',
      'take the topology from the brokers that $RABBITMQ_URL, $KAFKA_BOOTSTRAP and $NATS_URL name',
    )
    .addOption(new Option('--ci <system>', 'also write its pipelines').choices(CI_SYSTEMS))
    .addOption(waitOption())
    .action(
      invoke<Flags>(async (context, flags) => {
        if (flags.ci) checkRoot(context.folder.path, context.host.env);
        const types = flags.broker ?? (await typesFor(context, flags));
        const schemas = await schemaFolder(context.folder);
        const config = withModeline(
          schemaPath(schemas, 'config'),
          configText(basename(context.folder.path), types, flags.ci && CI_ENVIRONMENT),
        );
        const files: Files = new Map([
          ['brokerform.yaml', config],
          ...(flags.fromLive
            ? await liveTopology(context, config, flags.wait)
            : exampleTopology(types, schemas)),
          ...(flags.ci ? await ciFiles(flags.ci) : []),
          ...(await schemaReferences(context.folder, schemas)),
        ]);
        await context.folder.writeNew(files);
        const ignored = await ignoreInGit(context.folder, '.brokerform/');
        context.print([...files.keys()].map((file) => `wrote ${file}\n`).join(''));
        if (ignored !== undefined) context.print(`${ignored} .gitignore\n`);
        for (const line of nextSteps(flags)) context.note(line);
        return {};
      }),
    );
}

/** Without a terminal, a project is for RabbitMQ. */
async function typesFor(context: CommandContext, { fromLive }: Flags): Promise<readonly StarterType[]> {
  const { env, stdin, stderr } = context.host;
  if (fromLive) return liveTypes(env);
  if (!stdin.isTTY || !stderr.isTTY) return STARTER_TYPES.slice(0, 1);
  return askTypes(context.host, context.interrupts().drain);
}

function nextSteps({ fromLive, ci }: Flags): string[] {
  return [
    ...(ci ? [`For the pipelines: set the secrets and names that docs/ci.md lists for ${ci}.`] : []),
    fromLive
      ? 'Next: brokerform validate, then brokerform plan.'
      : 'Next: brokerform validate && brokerform test, then brokerform up, or brokerform plan where brokers run.',
  ];
}

/** Types with commas; repeatable. */
function brokerOption(): Option {
  return new Option('--broker <types>', 'types of brokers; several with commas')
    .choices(STARTER_TYPES)
    .argParser((text, before: readonly StarterType[] = []) => {
      const parsed = parseTypes([...before, text].join(','));
      if ('problem' in parsed) throw new InvalidArgumentError(parsed.problem);
      return parsed.types;
    });
}

async function liveTopology(context: CommandContext, config: string, wait: number): Promise<Files> {
  const sources = await importWith(context, config, wait);
  const files = await topologyFiles(context.folder, { sources }, 'topologies');
  return (await withAcceptedFindings(context, files, { config })).files;
}

function exampleTopology(types: readonly StarterType[], schemas: string): Files {
  const schema = schemaPath(`../${schemas}`, 'topology');
  return new Map(
    exampleFiles(types).map(([name, text]) => [`topologies/${name}`, withModeline(schema, text)]),
  );
}
