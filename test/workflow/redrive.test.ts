import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BrokerError,
  type DeadLetter,
  type LetterOutcome,
  type Redrive,
  RedriveError,
  type RedriveReport,
} from '../../src/model/index.ts';
import { PLAIN, renderRedrive } from '../../src/report/index.ts';
import {
  check,
  type LetterFilter,
  parseLetterFilter,
  type RedriveOptions,
  redrive,
} from '../../src/workflow/index.ts';
import { MemoryBroker } from '../memory/broker.ts';
import { memoryProvider } from '../memory/provider.ts';
import { folderOfTest } from '../setup/folder.ts';
import { runs } from '../setup/runs.ts';

const NOW = Date.parse('2026-11-27T12:00:00Z');
const HOUR = 3_600_000;
const never = new AbortController().signal;
const validate = new Ajv({ strict: true, allErrors: true }).compile(
  JSON.parse(readFileSync(new URL('../../src/report/plan.schema.json', import.meta.url), 'utf8')),
);

function letter(more: Partial<DeadLetter> = {}): DeadLetter {
  return {
    source: 'in',
    target: 'in',
    reason: 'rejected',
    size: 100,
    redriven: 0,
    header: () => undefined,
    ...more,
  };
}

/** A session that has these letters; each that is accepted is redriven, unless it has a problem. */
function redriveOf(letters: readonly DeadLetter[], more: Partial<Redrive> = {}): Redrive {
  async function* outcomes(
    { accepts, limit = letters.length }: { accepts: (letter: DeadLetter) => boolean; limit?: number },
    good: 'chosen' | 'redriven',
  ): AsyncIterable<LetterOutcome> {
    let count = 0;
    for (const one of letters) {
      if (count === limit) return;
      if (!accepts(one)) yield { letter: one, status: 'skipped' };
      else if (one.problem !== undefined) yield { letter: one, status: 'kept', reason: one.problem };
      else {
        count++;
        yield { letter: one, status: good };
      }
    }
  }
  return {
    count: letters.length,
    notes: [],
    survey: (options) => outcomes(options, 'chosen'),
    run: (options) => outcomes(options, 'redriven'),
    ...more,
  };
}

function run(
  opened: Redrive,
  options: Partial<RedriveOptions> = {},
  deadLetterKinds: readonly string[] = ['box'],
): Promise<RedriveReport> {
  const folder = folderOfTest({
    'brokerform.yaml': 'project: shop\ntopologies: [t.yaml]\nbrokers: { store: { type: memory } }\n',
    't.yaml': 'memory:\n  boxes: { in: {}, dead: {} }\n',
  });
  const base = memoryProvider([new MemoryBroker('store')]);
  const provider = {
    ...base,
    deadLetterKinds,
    connect: async (connection: Parameters<typeof base.connect>[0]) => ({
      ...(await base.connect(connection)),
      redrive: async () => opened,
    }),
  };
  const checked = check({ directory: folder, env: {}, providers: [provider] });
  expect(checked.diagnostics).toEqual([]);
  return redrive(checked, {
    ...{ address: 'store/box/dead', filters: [], now: () => new Date(NOW) },
    ...{ wait: 0, timeout: 1000, signal: never, onWait: () => {} },
    ...options,
  });
}

const execute = { drain: never, abort: never };

function filter(text: string): LetterFilter {
  const parsed = parseLetterFilter(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed;
}

test('a dry run groups letters by where they came from, why they died and how old they are', async () => {
  const report = await run(
    redriveOf(
      [
        letter({ time: NOW - 5000 }),
        letter({ time: NOW - 2 * HOUR, redriven: 2 }),
        letter({ reason: 'expired', time: NOW - 100 * 24 * HOUR }),
        letter({ source: 'gone\u001b[2J', problem: 'queue "gone" does not exist' }),
        letter({ source: 'other', reason: 'maxlen' }),
      ],
      { notes: ['the box has 1 consumer'] },
    ),
    { filters: [filter('source!=other')] },
  );
  expect(validate(JSON.parse(renderRedrive(report, 'json', PLAIN))), JSON.stringify(validate.errors)).toBe(
    true,
  );
  expect(renderRedrive(report, 'text', PLAIN)).toMatchInlineSnapshot(`
    "Dry run: redrive store/box/dead
    5 dead letters · 3 to redrive · 1 kept · 1 skipped
    note: the box has 1 consumer

    2  to redrive  in                rejected, 5 s to 2 h ago, 200 B, 1 redriven before
    1  to redrive  in                expired, 100 d ago, 100 B
    1  kept        gone\\x1b[2J → in  rejected, 100 B
       queue "gone" does not exist

    age
      < 1m     1  ██████████████████████████████
      < 1d     1  ██████████████████████████████
      older    1  ██████████████████████████████
      unknown  1  ██████████████████████████████

    Nothing was changed; to redrive them, add --yes.
    "
  `);
});

test('a run says what was redriven, and what stays and why; also where it ended early', async () => {
  const letters = [letter(), letter(), letter({ source: 'gone', problem: 'queue "gone" does not exist' })];
  const report = await run(redriveOf(letters), { execute });
  expect(report).toMatchObject({ dryRun: false, read: 3, counts: { redriven: 2, kept: 1 } });
  expect(validate(JSON.parse(renderRedrive(report, 'json', PLAIN))), JSON.stringify(validate.errors)).toBe(
    true,
  );
  const failing = redriveOf(letters, {
    async *run() {
      yield { letter: letter(), status: 'redriven' };
      yield { letter: letter(), status: 'unconfirmed' };
      throw new BrokerError('store', { op: 'redrive', message: 'the queue was deleted', hint: 'declare it' });
    },
  });
  const failed = { ...(await run(failing, { execute })), interrupted: 'SIGINT' };
  expect(validate(JSON.parse(renderRedrive(failed, 'json', PLAIN))), JSON.stringify(validate.errors)).toBe(
    true,
  );
  expect(renderRedrive(failed, 'text', PLAIN)).toMatchInlineSnapshot(`
    "Redrive store/box/dead
    3 dead letters · 2 read · 1 redriven · 1 unconfirmed

    1  redriven     in  rejected, 100 B
    1  unconfirmed  in  rejected, 100 B

    age
      unknown  2  ██████████████████████████████

    stopped: redrive: the queue was deleted
    hint: declare it
    stopped by SIGINT; the remaining ones stay where they are
    1 unconfirmed letter may arrive twice: redrive publishes them again
    1 message redriven in 0 ms.
    "
  `);
});

test('an error before the first letter is thrown', async () => {
  const failing = redriveOf([], {
    // biome-ignore lint/correctness/useYield: it fails at once.
    async *run() {
      throw new BrokerError('store', { op: 'redrive', message: 'no' });
    },
  });
  await expect(run(failing, { execute })).rejects.toThrow(BrokerError);
});

test('an address must name what can hold dead letters of a configured broker', async () => {
  const cases: [string, RegExp][] = [
    ['nope/box/dead', /the broker nope is not configured/],
    ['store/link/dead', /store\/link\/dead is not the address of a box/],
    ['store/box', /store\/box is not the address of a box/],
    ['store/box/%', /not percent-encoded/],
  ];
  for (const [address, message] of cases) {
    const failure = await run(redriveOf([]), { address }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RedriveError);
    expect((failure as Error).message).toMatch(message);
  }
  await expect(run(redriveOf([]), {}, [])).rejects.toThrow('brokers of type memory have no dead letters');
});

test('conditions choose by reason, source, key, age, header and earlier redrives', () => {
  const one = letter({
    ...{ key: 'order.created', id: 'm1', time: NOW - 2 * HOUR, redriven: 1 },
    header: (name) => (name === 'tenant' ? 'acme=x' : undefined),
  });
  const cases: [string, boolean][] = [
    ['reason=rejected', true],
    ['reason=rej*', true],
    ['reason!=expired', true],
    ['source=in', true],
    ['target=i', false],
    ['key=order.*', true],
    ['id=m1', true],
    ['redriven=0', false],
    ['redriven!=0', true],
    ['older-than=1h', true],
    ['older-than=2h', false],
    ['newer-than=2h', true],
    ['header.tenant=acme=x', true],
    ['header.tenant=*', true],
    ['header.other=*', false],
    ['header.other!=x', true],
  ];
  for (const [text, expected] of cases) expect(filter(text)(one, NOW), text).toBe(expected);
  const { time: _, ...timeless } = one;
  for (const text of ['older-than=1h', 'newer-than=1h'])
    expect(filter(text)(timeless, NOW), text).toBe(false);
});

test('a condition that means nothing is refused with what would', () => {
  const problems = [
    'reason',
    '=x',
    'colour=red',
    'constructor=x',
    'header.=x',
    'older-than=5',
    'older-than=x',
    'older-than!=1h',
    `key=${'*'.repeat(600)}`,
  ];
  for (const text of problems) expect(parseLetterFilter(text), text).toHaveProperty('problem');
});

test('any condition and letter take bounded time, and any letters a bounded report', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.string({ maxLength: 50 }), async (text, glob) => {
      const parsed = parseLetterFilter(`key=${glob}`);
      if ('problem' in parsed) throw new Error(parsed.problem);
      parsed(letter({ key: text }), NOW);
      const report = await run(
        redriveOf([letter({ source: text, key: glob, reason: text, time: Number.MAX_VALUE })]),
      );
      renderRedrive(report, 'text', PLAIN);
    }),
    { numRuns: runs(20) },
  );
  const glob = filter(`key=${'*a'.repeat(200)}b`);
  const began = Date.now();
  expect(glob(letter({ key: 'a'.repeat(1_000_000) }), NOW)).toBe(false);
  expect(Date.now() - began).toBeLessThan(2000);
  const many = Array.from({ length: 5000 }, (_, i) => letter({ source: `queue ${i}` }));
  const report = await run(redriveOf(many));
  expect([report.groups.length, report.ungrouped, report.counts.chosen]).toEqual([200, 4800, 5000]);
});
