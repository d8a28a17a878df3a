import { beforeAll, expect, test } from 'vitest';
import { natsLines } from '../../../local/nats.ts';
import { streamResource } from '../../../src/brokers/nats/kinds/addresses.ts';
import { isObject, type Json, type JsonObject } from '../../../src/model/index.ts';
import { checkSection, server as identity, plan } from '../../brokers/nats/project.ts';
import { consumerEdges, type Edge, streamEdges } from './edge-values.ts';
import { describeLines } from './lines.ts';
import { ownServer } from './own-server.ts';

/** Refused by brokerform, though a server takes it: it would have no effect, or the documentation has no such value. */
const STRICTER = new Set([
  ...['replicas 0', 'mps neg', 'climits neg', 'climits thr neg', 'subj $SYS.>'],
  ...['mirror filter outside', 'source filter outside', 'filter outside', 'group pull'],
  ...[
    'max_deliver -5',
    'backoff neg',
    'ack_wait neg',
    'thr neg',
    'max_waiting neg',
    'max_batch neg',
    'max_bytes neg',
  ],
  // Lines before 2.14 drop what they do not know.
  'source consumer',
]);

/** Refused by a server as it stands, and sent in another way: twice, or once instead of twice. */
const SENT_OTHERWISE = new Set(['sealed', 'subjects dup', 'filters dup']);

/** A third of the cases on each line; all of them everywhere where BROKERFORM_RUNS is set. */
const ALL = process.env.BROKERFORM_RUNS !== undefined;

describeLines(
  (line) => {
    const own = ownServer(line);
    const share = natsLines.indexOf(line);
    const mine = (edges: readonly Edge[]) => edges.filter((_, i) => ALL || i % natsLines.length === share);

    let version: string;
    beforeAll(async () => {
      version = own.server.connection.info?.version ?? '';
      await own.server.clear();
    });

    /** Offline, or by the plan. */
    async function doWeRefuse(streams: JsonObject): Promise<boolean> {
      const { diagnostics, resources } = checkSection({ streams }, version);
      if (diagnostics.some(({ severity }) => severity === 'error')) return true;
      const live = streamResource('edge', 'O', { subjects: ['o.>'] });
      const { blockers } = await plan(identity(version, { servers: 1 }), resources, [live]);
      return blockers.some(({ risk }) => risk.class === 'refused');
    }

    async function disagreements(
      edges: readonly Edge[],
      ours: (edge: Edge) => JsonObject,
      theirs: (edge: Edge) => Promise<JsonObject>,
    ): Promise<string[]> {
      const wrong: string[] = [];
      for (const edge of edges) {
        const [name, body] = edge;
        const [planned, answer] = await Promise.all([doWeRefuse(ours(edge)), theirs(edge)]);
        const refused = isObject(answer.error) || isLost(body, answer.config ?? null);
        if (planned === refused || (planned ? STRICTER : SENT_OTHERWISE).has(name)) continue;
        wrong.push(`${name}: ${refused ? 'only the server' : 'only brokerform'} refuses`);
      }
      return wrong;
    }

    test('streams: what the server refuses is refused before anything is sent, and nothing else', async () => {
      await own.server.demand('STREAM.CREATE.O', { name: 'O', subjects: ['o.>'], storage: 'memory' });
      const found = await disagreements(
        mine(streamEdges),
        ([, body]) => ({ O: { subjects: ['o.>'] }, X: body }),
        async ([, body]) => {
          const answer = await own.server.request('STREAM.CREATE.X', { name: 'X', ...body });
          if (!answer.error) await own.server.demand('STREAM.DELETE.X');
          return answer;
        },
      );
      expect(found).toEqual([]);
    }, 120_000);

    test('consumers: what the server refuses is refused before anything is sent, and nothing else', async () => {
      const known = mine(consumerEdges).filter(([, , limits]) => line !== 'old' || !limits);
      const found = await disagreements(
        known,
        ([, body, limits]) => ({ O: { subjects: ['o.>'], ...limitsOf(limits), consumers: { c: body } } }),
        async ([, body, limits]) => {
          await own.server.request('STREAM.DELETE.O');
          const stream = { name: 'O', subjects: ['o.>'], storage: 'memory', ...limitsOf(limits) };
          await own.server.demand('STREAM.CREATE.O', stream);
          const config = { name: 'c', durable_name: 'c', ack_policy: 'explicit', ...body };
          return own.server.request('CONSUMER.DURABLE.CREATE.O.c', { stream_name: 'O', config });
        },
      );
      expect(found).toEqual([]);
    }, 120_000);
  },
  { title: 'values at the edge of what it takes' },
);

function limitsOf(limits: JsonObject | undefined): JsonObject {
  return limits ? { consumer_limits: limits } : {};
}

/** Something was asked for, and nothing is there, at whatever depth. */
function isLost(asked: Json, echo: Json): boolean {
  if (Array.isArray(asked)) {
    return asked.some((item: Json, i) => isLost(item, Array.isArray(echo) ? (echo[i] ?? null) : null));
  }
  if (isObject(asked)) {
    return Object.entries(asked).some(([key, item]) =>
      isLost(item, isObject(echo) ? (echo[key] ?? null) : null),
    );
  }
  return !isNothing(asked) && isNothing(echo);
}

function isNothing(value: Json): boolean {
  return value === null || value === false || value === 0 || value === '' || value === -1;
}
