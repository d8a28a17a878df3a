import { type Command, InvalidArgumentError, Option } from 'commander';
import { canonicalGlob, type RedriveReport } from '../../model/index.ts';
import { renderRedrive } from '../../report/index.ts';
import type { CommandContext } from '../context.ts';
import { type Ending, UsageError } from '../exit.ts';
import type { Invoke } from '../invoke.ts';
import { countOption, listOption } from '../options.ts';
import { addJsonOption, type JsonFlags, withOutputs } from '../outputs.ts';
import { waitOption } from '../plan-flags.ts';
import { connecting, readableProject, tellInterrupts, unlessInterrupted } from '../project.ts';

interface Flags extends JsonFlags {
  readonly where: readonly string[];
  readonly limit?: number;
  /** Messages a second. */
  readonly rate?: number;
  readonly to?: string;
  readonly via?: 'source' | 'exchange';
  readonly yes?: boolean;
  readonly report?: string;
  readonly wait: number;
}

export function addRedrive(program: Command, invoke: Invoke): void {
  addJsonOption(
    program
      .command('redrive')
      .description('Publish dead letters to where they came from')
      .argument('<address>', 'their queue, stream or topic: main/queue/shop/orders.dead'),
  )
    .option('--yes', 'redrive; without it, show what would be redriven')
    .addOption(listOption('--where <condition>', 'only letters with KEY=VALUE or KEY!=VALUE; repeatable'))
    .addOption(countOption('--limit <messages>', 'redrive at most this many messages'))
    .addOption(rateOption('--rate <rate>', 'maximum rate, such as 50/s'))
    .option('--to <name>', 'publish all of them to this queue, subject or topic')
    .addOption(
      new Option('--via <way>', 'exchange: to their original exchange, for RabbitMQ')
        .choices(['source', 'exchange'])
        .conflicts('to'),
    )
    .option('--report <file>', 'also write the result as JSON')
    .addOption(waitOption())
    .action(
      invoke<Flags>((context, flags, [address = '']) => {
        const { format, report: file } = flags;
        const outputs = { format, ...(file !== undefined && { jsonInto: file }) };
        return withOutputs<'text' | 'json'>(context, outputs, 'redrive', async (publish) => {
          const report = await run(context, flags, address);
          await publish((as, style) => renderRedrive(report, as, style));
          return endingOf(report);
        });
      }),
    );
}

async function run(context: CommandContext, flags: Flags, address: string): Promise<RedriveReport> {
  checkSpelling(address);
  if (flags.limit === 0) throw new UsageError('--limit 0: no message would ever be redriven');
  const { parseLetterFilter, redrive } = await import('../../workflow/index.ts');
  const filters = flags.where.map((condition) => {
    const filter = parseLetterFilter(condition);
    if ('problem' in filter) throw new UsageError(`--where ${condition}: ${filter.problem}`);
    return filter;
  });
  const checked = await readableProject(context);
  const { to, via, limit, rate, yes, wait } = flags;
  const { drain, abort, received } = context.interrupts();
  if (yes) tellInterrupts(context, { drain, abort });
  context.busy('reading dead letters');
  const work = redrive(checked, {
    ...connecting(context, wait),
    ...{ address, filters, now: () => new Date() },
    ...(to !== undefined && { to }),
    ...(via === 'exchange' && { via }),
    ...(limit !== undefined && { limit }),
    ...(rate !== undefined && { rate }),
    ...(yes && { execute: { drain, abort } }),
    onProgress: (text) => context.busy(text),
  });
  const report = await (yes ? work : unlessInterrupted(context, work));
  context.progress.clear();
  const signal = received();
  return signal === undefined ? report : { ...report, interrupted: signal };
}

/** @throws UsageError */
function checkSpelling(address: string): void {
  let written: string | undefined;
  try {
    written = canonicalGlob(address);
  } catch {
    // Not percent-encoded: the address itself is refused.
  }
  if (address.includes('*')) {
    throw new UsageError(
      `${address}: one address, not a glob`,
      'redrive one queue, stream or topic at a time',
    );
  }
  if (written !== undefined && written !== address) {
    throw new UsageError(`${address}: not written as addresses are`, `write it as ${written}`);
  }
}

/** What was not redriven although it was chosen is left half done. */
function endingOf({
  interrupted,
  failure,
  counts: { redriven, kept, unconfirmed },
  dryRun,
}: RedriveReport): Ending {
  if (dryRun) return {};
  if (interrupted === 'SIGINT' || interrupted === 'SIGTERM') return { signal: interrupted };
  if (!failure && kept + unconfirmed === 0) return {};
  return redriven + unconfirmed > 0 ? { partial: true } : { failed: true };
}

const PER_SECOND: Readonly<Record<string, number>> = { s: 1, m: 1 / 60, h: 1 / 3600 };

/** `50/s`, `3000/m`: messages a second. */
function rateOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    const [, count, unit = ''] = /^(\d{1,6})\/(\w{1,3})$/.exec(text.trim()) ?? [];
    const per = PER_SECOND[unit];
    if (count === undefined || per === undefined) {
      throw new InvalidArgumentError('Write messages and a unit: 50/s, 3000/m or 100/h.');
    }
    if (Number(count) === 0) throw new InvalidArgumentError('No message would ever be redriven.');
    return Number(count) * per;
  });
}
