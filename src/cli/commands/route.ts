import type { Command } from 'commander';
import type { Json } from '../../model/index.ts';
import { renderRoute } from '../../report/index.ts';
import { UsageError } from '../exit.ts';
import type { Invoke } from '../invoke.ts';
import { choiceOption, listOption } from '../options.ts';
import { withOutputs } from '../outputs.ts';
import { waitOption } from '../plan-flags.ts';
import { connecting, readableProject, unlessInterrupted } from '../project.ts';

interface Flags {
  readonly format: 'text' | 'json' | 'mermaid';
  readonly broker?: string;
  readonly vhost?: string;
  readonly key?: string;
  readonly principal?: string;
  readonly host?: string;
  readonly header: readonly string[];
  readonly live?: boolean;
  readonly wait: number;
}

export function addRoute(program: Command, invoke: Invoke): void {
  program
    .command('route')
    .description('Show where a message goes, or what a client may do')
    .argument('<name>', 'exchange, subject or topic that it is published to')
    .argument('[key]', 'routing key, for RabbitMQ')
    .addOption(choiceOption('--format <format>', 'output format', ['text', 'json', 'mermaid']))
    .option('--broker <name>', 'broker from the configuration (default: the only one that fits)')
    .option('--vhost <vhost>', 'vhost, for RabbitMQ (default: /)')
    .addOption(listOption('--header <name=value>', 'header of the message; repeatable'))
    .option('--key <key>', 'key of the message, for Kafka')
    .option('--principal <principal>', 'who publishes and consumes, for Kafka: User:billing')
    .option('--host <address>', 'IP address of the principal, for Kafka')
    .option('--live', 'ask the live broker instead of the topology files')
    .addOption(waitOption())
    .action(
      invoke<Flags>((context, flags, positions) => {
        const { format } = flags;
        return withOutputs(context, format === 'json' ? { format } : {}, 'route', async (publish) => {
          const checked = await readableProject(context);
          const { route, routeGraph } = await import('../../workflow/index.ts');
          if (flags.live) context.busy('reading the broker');
          const found = await unlessInterrupted(
            context,
            route(checked, {
              ...(flags.broker !== undefined && { broker: flags.broker }),
              positions,
              options: optionsOf(flags),
              ...(flags.live && { live: connecting(context, flags.wait) }),
            }),
          );
          context.progress.clear();
          if (format === 'mermaid') {
            const { renderGraph } = await import('../../graph/index.ts');
            await publish(() => renderGraph(routeGraph(found), 'mermaid').text);
          } else await publish((_, style) => renderRoute(found, format, style));
          return {};
        });
      }),
    );
}

function optionsOf({ vhost, key, principal, host, header }: Flags): Record<string, Json> {
  const headers = header.map((text): [string, Json] => {
    const [, name, value] = /^([^=]{1,255})=(.*)$/s.exec(text) ?? [];
    if (name === undefined || value === undefined) throw new UsageError(`--header ${text}: write name=value`);
    return [name, scalarOf(value)];
  });
  return {
    ...(vhost !== undefined && { vhost }),
    ...(key !== undefined && { key }),
    ...(principal !== undefined && { principal }),
    ...(host !== undefined && { host }),
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) }),
  };
}

/** As a topology file has it: `5` is a number, `"5"` a string. */
function scalarOf(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  } catch {
    // Not JSON: the text as it stands.
  }
  return text;
}
