import { extname } from 'node:path';
import type { Command } from 'commander';
import type { GraphFormat } from '../../graph/index.ts';
import type { Graph } from '../../model/index.ts';
import type { CommandContext } from '../context.ts';
import { UsageError } from '../exit.ts';
import type { Invoke } from '../invoke.ts';
import { countOption, listOption } from '../options.ts';
import { withOutputs } from '../outputs.ts';
import { waitOption } from '../plan-flags.ts';
import { readSavedPlan } from '../plan-key.ts';
import { connecting, readableProject, unlessInterrupted } from '../project.ts';

interface Flags {
  readonly format?: GraphFormat;
  readonly out?: string;
  readonly live?: boolean;
  readonly focus: readonly string[];
  readonly depth?: number;
  readonly wait: number;
}

const FORMATS: readonly GraphFormat[] = ['mermaid', 'dot', 'svg', 'html', 'json'];

const BY_EXTENSION: Readonly<Record<string, GraphFormat>> = {
  '.dot': 'dot',
  '.gv': 'dot',
  '.svg': 'svg',
  '.html': 'html',
  '.htm': 'html',
  '.json': 'json',
};

export function addGraph(program: Command, invoke: Invoke): void {
  program
    .command('graph')
    .description('Draw the topology, the live brokers or a saved plan')
    .argument('[plan]', 'plan file written by plan --out, instead of the topology')
    .addOption(
      program
        .createOption('--format <format>', 'graph format (default: by the extension of --out, else mermaid)')
        .choices(FORMATS),
    )
    .option('--out <file>', 'write to this file (default: standard output)')
    .option('--live', 'draw the live state of the brokers')
    .addOption(
      listOption('--focus <glob>', 'only matching addresses or names and their neighbours; repeatable'),
    )
    .addOption(countOption('--depth <steps>', 'maximum distance of neighbours from --focus (default: 1)'))
    .addOption(waitOption())
    .action(
      invoke<Flags>((context, flags, [file]) => {
        const format = flags.format ?? BY_EXTENSION[extname(flags.out ?? '').toLowerCase()] ?? 'mermaid';
        // A failure is JSON only where JSON was to be printed.
        const output = flags.out === undefined && format === 'json' ? { format } : {};
        return withOutputs(context, output, 'graph', async (publish) => {
          checkUsage(flags, file);
          const whole = await readGraph(context, flags, file);
          const graph = flags.focus.length === 0 ? whole : await focused(whole, flags);
          const { renderGraph } = await import('../../graph/index.ts');
          const { text, leftOut } = renderGraph(graph, format);
          if (flags.out === undefined) await publish(() => text);
          else await context.folder.write(flags.out, text);
          if (graph.nodes.length === 0) context.note('Nothing to draw.');
          if (leftOut !== undefined) {
            context.note(`${leftOut}. --focus GLOB draws a part; --format html has room for all.`);
          }
          if (flags.out !== undefined) context.note(`Wrote ${flags.out}.`);
          return {};
        });
      }),
    );
}

function checkUsage({ live, focus, depth }: Flags, file: string | undefined): void {
  if (live && file !== undefined) {
    throw new UsageError('--live cannot be used with a plan file', 'remove --live or the plan file');
  }
  if (depth !== undefined && focus.length === 0) {
    throw new UsageError('--depth requires --focus');
  }
}

async function readGraph(context: CommandContext, flags: Flags, file: string | undefined): Promise<Graph> {
  const { liveGraph, planGraph, topologyGraph } = await import('../../workflow/index.ts');
  if (file !== undefined) return planGraph(await readSavedPlan(context, file));
  const checked = await readableProject(context);
  if (flags.live !== true) return topologyGraph(checked);
  const names = [...checked.configured.keys()].filter((name) => isWanted(name, flags.focus));
  if (names.length === 0) {
    const known = [...checked.configured.keys()];
    throw new UsageError(
      known.length === 0 ? 'the configuration has no brokers' : 'no configured broker matches --focus',
      known.length === 0 ? 'brokerform init writes one' : `there are: ${known.join(', ')}`,
    );
  }
  context.busy(`reading ${names.join(', ')}`);
  const graph = await unlessInterrupted(context, liveGraph(checked, names, connecting(context, flags.wait)));
  context.progress.clear();
  return graph;
}

/** Brokers that no glob can match need not be reached; a name without a broker may be on any. */
function isWanted(broker: string, globs: readonly string[]): boolean {
  if (globs.length === 0) return true;
  return globs.some((glob) => {
    const [first = ''] = glob.split('/');
    return !glob.includes('/') || first.includes('*') || first === encodeURIComponent(broker);
  });
}

async function focused(graph: Graph, { focus, depth = 1 }: Flags): Promise<Graph> {
  const { focusGraph } = await import('../../workflow/index.ts');
  const result = focusGraph(graph, focus, depth);
  if ('graph' in result) return result.graph;
  throw new UsageError(
    `--focus ${result.missed} matches nothing in the ${graph.title}`,
    result.missed.includes('/')
      ? 'names in addresses are percent-encoded, and * matches within one segment: main/queue/%2Forders/*'
      : 'a glob without a slash matches names, as orders*; one with slashes addresses, as main/queue/**',
  );
}
