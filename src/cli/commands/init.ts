import { basename } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { nearestWord } from '../../model/index.ts';
import { withAcceptedFindings } from '../accept-findings.ts';
import type { CommandContext } from '../context.ts';
import { ignoreInGit } from '../gitignore.ts';
import { type Files, topologyFiles } from '../import-files.ts';
import { importWith } from '../import-source.ts';
import type { Invoke } from '../invoke.ts';
import { waitOption } from '../plan-flags.ts';
import { schemaCopies, schemaFolder, schemaPath } from '../schema-files.ts';
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
  readonly wait: number;
}

export function addInit(program: Command, invoke: Invoke): void {
  program
    .command('init')
    .description('Create a configuration and a first topology')
    .addOption(brokerOption())
    .option(
      '--from-live',
      'take the topology from the brokers that $RABBITMQ_URL, $KAFKA_BOOTSTRAP and $NATS_URL name',
    )
    .addOption(waitOption())
    .action(
      invoke<Flags>(async (context, flags) => {
        const types = flags.broker ?? (flags.fromLive ? liveTypes(context.host.env) : ['rabbitmq']);
        const schemas = await schemaFolder(context.folder);
        const config = withModeline(
          schemaPath(schemas, 'config'),
          configText(basename(context.folder.path), types),
        );
        const files: Files = new Map([
          ['brokerform.yaml', config],
          ...(flags.fromLive
            ? await liveTopology(context, config, flags.wait)
            : exampleTopology(types, schemas)),
          ...(await schemaCopies(context.folder, schemas, ['config', 'topology'])),
        ]);
        await context.folder.writeNew(files);
        const ignored = await ignoreInGit(context.folder, '.brokerform/');
        context.print([...files.keys()].map((file) => `wrote ${file}\n`).join(''));
        if (ignored !== undefined) context.print(`${ignored} .gitignore\n`);
        context.note('Next: brokerform validate, then brokerform plan.');
        return {};
      }),
    );
}

/** Repeatable; in the order of the types, each once. */
function brokerOption(): Option {
  return new Option('--broker <type>', 'a type of broker; repeatable')
    .choices(STARTER_TYPES)
    .argParser((text, before: readonly StarterType[] | undefined) => {
      if (!STARTER_TYPES.includes(text as StarterType)) {
        const near = nearestWord(text, STARTER_TYPES);
        throw new InvalidArgumentError(
          near === undefined ? `Allowed choices are ${STARTER_TYPES.join(', ')}.` : `Did you mean ${near}?`,
        );
      }
      return STARTER_TYPES.filter((type) => type === text || before?.includes(type));
    });
}

async function liveTopology(context: CommandContext, config: string, wait: number): Promise<Files> {
  const sources = await importWith(context, config, wait);
  const files = await topologyFiles(context.folder, { sources }, 'topologies');
  return withAcceptedFindings(context, files, config);
}

function exampleTopology(types: readonly StarterType[], schemas: string): Files {
  const schema = schemaPath(`../${schemas}`, 'topology');
  return new Map(
    exampleFiles(types).map(([name, text]) => [`topologies/${name}`, withModeline(schema, text)]),
  );
}
