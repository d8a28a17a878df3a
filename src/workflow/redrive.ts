import { randomBytes } from 'node:crypto';
import {
  BrokerError,
  ConnectionError,
  type DeadLetter,
  formatCount,
  kindOf,
  type LetterOutcome,
  parseAddress,
  type Redrive,
  RedriveError,
  type RedriveReport,
  type RedriveRequest,
  type Session,
} from '../model/index.ts';
import type { Checked, DeclaredBroker } from './check.ts';
import { type LetterFilter, LetterSummary } from './letters.ts';
import { type OpenOptions, withSession } from './sessions.ts';

export interface RedriveOptions extends OpenOptions, Pick<RedriveRequest, 'address' | 'to' | 'via' | 'now'> {
  readonly timeout: number;
  /** Letters that do not pass all of them are skipped. */
  readonly filters: readonly LetterFilter[];
  /** Most letters to redrive; more than 0. */
  readonly limit?: number;
  /** Most letters a second. */
  readonly rate?: number;
  /** Absent: a dry run. */
  readonly execute?: { readonly drain: AbortSignal; readonly abort: AbortSignal };
  /** Told how far it is. Raw text of one line. */
  readonly onProgress?: (text: string) => void;
}

/** Most letters that a dry run reads: the broker keeps each for itself until the end. */
const MOST_READ = 100_000;
const TELL_EVERY = 200;

/**
 * Brings dead letters back to where they came from, or tells what would be brought back.
 * @returns also where it ended early; `failure` then says why
 * @throws RedriveError, BrokerError, ConnectionError where nothing was read
 */
export async function redrive(checked: Checked, options: RedriveOptions): Promise<RedriveReport> {
  const broker = brokerFor(checked, options.address);
  const startedAt = options.now().toISOString();
  const { project } = checked;
  return withSession(broker, options, async (session) => {
    const { address, to, via, now } = options;
    const opened = await open(session, broker, {
      ...{ address, now, run: randomBytes(6).toString('hex') },
      ...(to !== undefined && { to }),
      ...(via !== undefined && { via }),
    });
    const summary = new LetterSummary();
    const failure = await summarize(summary, opened, options);
    return {
      ...{ brokerform: 'redrive', version: 1, project: project.name },
      ...(project.environment !== undefined && { environment: project.environment }),
      ...{ address, dryRun: options.execute === undefined, startedAt, finishedAt: now().toISOString() },
      ...(opened.count !== undefined && { found: opened.count }),
      ...summary.done(),
      notes: opened.notes,
      ...(failure && { failure }),
    };
  });
}

/** @throws RedriveError */
function brokerFor({ configured }: Checked, address: string): DeclaredBroker {
  const { broker: name, kind, path } = parsed(address);
  const broker = configured.get(name);
  if (!broker) {
    const names = [...configured.keys()].join(', ');
    throw new RedriveError(`the broker ${name} is not configured`, `there are: ${names || 'none'}`);
  }
  const { deadLetterKinds = [], name: type } = broker.provider;
  if (deadLetterKinds.length === 0) throw new RedriveError(`brokers of type ${type} have no dead letters`);
  if (!deadLetterKinds.includes(kind) || path.length === 0 || path.includes('')) {
    const [first = ''] = deadLetterKinds;
    const example = broker.desired.find((one) => kindOf(one.address) === first)?.address;
    throw new RedriveError(
      `${address} is not the address of a ${deadLetterKinds.join(' or ')}`,
      example === undefined ? undefined : `write it as ${example}`,
    );
  }
  return broker;
}

function parsed(address: string) {
  try {
    return parseAddress(address);
  } catch {
    throw new RedriveError(`${address} is not percent-encoded UTF-8`, 'write a literal % as %25');
  }
}

async function open(session: Session, broker: DeclaredBroker, request: RedriveRequest): Promise<Redrive> {
  const opened = await session.redrive?.(request);
  if (opened) return opened;
  throw new RedriveError(`brokers of type ${broker.provider.name} have no dead letters`);
}

function outcomesOf(opened: Redrive, options: RedriveOptions): AsyncIterable<LetterOutcome> {
  const { filters, limit, rate, execute, now, onProgress, signal } = options;
  const at = now().getTime();
  const choice = {
    accepts: (letter: DeadLetter) => filters.every((filter) => filter(letter, at)),
    ...(limit !== undefined && { limit }),
  };
  if (!execute) return opened.survey({ ...choice, most: MOST_READ, signal });
  return opened.run({
    ...{ ...choice, ...execute },
    ...(rate !== undefined && { rate }),
    onWork: (text) => text !== undefined && onProgress?.(text),
  });
}

/** @throws what ended it, where nothing was read */
async function summarize(
  summary: LetterSummary,
  opened: Redrive,
  options: RedriveOptions,
): Promise<RedriveReport['failure']> {
  const at = options.now().getTime();
  let toldAt = 0;
  try {
    for await (const { letter, status, reason } of outcomesOf(opened, options)) {
      summary.add(letter, status, reason, at);
      if (Date.now() - toldAt < TELL_EVERY) continue;
      toldAt = Date.now();
      options.onProgress?.(progressText(summary, opened, options));
    }
    return undefined;
  } catch (error) {
    const isKnown = error instanceof BrokerError || error instanceof ConnectionError;
    if (!isKnown || summary.read === 0 || !options.execute) throw error;
    const { message, hint } = error;
    return { message, ...(hint !== undefined && { hint }) };
  }
}

function progressText(summary: LetterSummary, { count }: Redrive, { execute }: RedriveOptions): string {
  const of = count === undefined ? '' : ` of ${formatCount(count)}`;
  if (!execute) return `${formatCount(summary.read)}${of} dead letters read`;
  return `${formatCount(summary.read)}${of} dead letters read, ${formatCount(summary.redriven)} redriven`;
}
