import { expect, test } from 'vitest';
import type { NatsLine } from '../../../local/nats.ts';
import { consumerFields } from '../../../src/brokers/nats/fields/consumer.ts';
import { streamFields } from '../../../src/brokers/nats/fields/stream.ts';
import { isObject, type JsonObject, type Plan, printJson, type Step } from '../../../src/model/index.ts';
import { type Body, consumerValues, streamValues } from './field-values.ts';
import { describeLines } from './lines.ts';
import { ownServer } from './own-server.ts';
import type { PlainServer } from './plain.ts';

/** One resource that is taken from one body to another. */
interface Case {
  readonly label: string;
  readonly name: string;
  readonly from: Body;
  readonly to: Body;
}

const ORIGINS = { ORIGIN: { subjects: ['o.>'] }, DIRECT: { subjects: ['direct.>'], allow_direct: true } };

test('every field is in the table', () => {
  expect(Object.keys(streamValues).sort()).toEqual(Object.keys(streamFields).sort());
  expect(Object.keys(consumerValues).sort()).toEqual(Object.keys(consumerFields).sort());
});

/** Each value from the default and back to it, and each field's values from one to the next. */
function casesOf(values: Readonly<Record<string, readonly Body[]>>, prefix: string): Case[] {
  const changes = Object.entries(values).flatMap(([field, bodies]) =>
    bodies.flatMap((body, i) => [
      { label: `${field} ${JSON.stringify(body)} on`, from: {}, to: body },
      { label: `${field} ${JSON.stringify(body)} off`, from: body, to: {} },
      ...bodies
        .slice(i + 1)
        .map((next) => ({ label: `${field} to ${JSON.stringify(next)}`, from: body, to: next })),
    ]),
  );
  return changes.map((change, i) => ({ ...change, name: `${prefix}${i}` }));
}

/** Streams of one table must not claim the same subject. */
function streamBody(name: string, body: Body): Body {
  if (body.mirror) return body;
  const own = Array.isArray(body.subjects) ? body.subjects.map((subject) => `${name}.${subject}`) : [name];
  return {
    ...body,
    subjects: own,
    ...(isObject(body.republish) && { republish: { ...body.republish, dest: `${name}copy.>` } }),
  };
}

describeLines(
  (line: NatsLine) => {
    const own = ownServer(line);

    async function plan(topology: JsonObject): Promise<Plan> {
      return own.project.plan(own.project.check(printJson(topology)), { allow: ['destructive:**'] });
    }

    async function applied(topology: JsonObject, made: Plan): Promise<void> {
      const report = await own.project.apply(own.project.check(printJson(topology)), made);
      expect(report.steps.filter(({ status }) => status !== 'applied')).toEqual([]);
      expect(
        (await plan(topology)).waves.flat().map((step) => [step.action, step.address, step.fields]),
      ).toEqual([]);
    }

    /** Applies what the server is predicted to take; what it is predicted to refuse, it must refuse or drop. */
    async function begin(
      cases: readonly Case[],
      topologyOf: (names: ReadonlyMap<string, Body>) => JsonObject,
      addressOf: (name: string) => string,
    ) {
      const bodies = new Map(cases.map(({ name, from }) => [name, from]));
      const refused = refusedSteps(await plan(topologyOf(bodies)));
      for (const [name] of bodies) {
        const step = refused.get(addressOf(name));
        if (!step) continue;
        await expectRefused(step, own.server);
        bodies.delete(name);
      }
      const first = topologyOf(bodies);
      await applied(first, await plan(first));
      return bodies;
    }

    async function change(
      cases: readonly Case[],
      topologyOf: (names: ReadonlyMap<string, Body>) => JsonObject,
      addressOf: (name: string) => string,
    ) {
      const counts = { update: 0, replace: 0, refused: 0 };
      const before = await begin(cases, topologyOf, addressOf);
      const after = new Map(cases.filter(({ name }) => before.has(name)).map(({ name, to }) => [name, to]));
      const made = await plan(topologyOf(after));
      const refused = refusedSteps(made);
      for (const step of made.waves.flat()) {
        const label = `${step.address}: ${step.fields.map(({ name }) => name).join(', ')}`;
        const refusal = refused.get(step.address);
        if (refusal) {
          counts.refused++;
          await expectRefused(refusal, own.server);
        } else if (step.action === 'replace') {
          counts.replace++;
          await expectNoUpdate(step, own.server, label);
        } else {
          expect(step.action, label).toBe('update');
          counts.update++;
        }
      }
      for (const { name } of cases) {
        if (refused.has(addressOf(name))) after.set(name, before.get(name) ?? {});
      }
      const last = topologyOf(after);
      await applied(last, await plan(last));
      return counts;
    }

    test('every change of a stream is as predicted', async () => {
      const counts = await change(
        casesOf(streamValues, 'T'),
        (bodies) => ({
          nats: {
            streams: {
              ...ORIGINS,
              ...Object.fromEntries([...bodies].map(([name, body]) => [name, streamBody(name, body)])),
            },
          },
        }),
        (name) => `main/stream/${name}`,
      );
      expect(counts.update).toBeGreaterThan(20);
      expect(counts.replace).toBeGreaterThan(10);
    }, 120_000);

    test('every change of a consumer is as predicted', async () => {
      const counts = await change(
        casesOf(consumerValues, 'c'),
        (bodies) => ({
          nats: {
            streams: { ...ORIGINS, ORIGIN: { subjects: ['o.>'], consumers: Object.fromEntries(bodies) } },
          },
        }),
        (name) => `main/consumer/ORIGIN/${name}`,
      );
      expect(counts.update).toBeGreaterThan(20);
      expect(counts.replace).toBeGreaterThan(10);
    }, 120_000);
  },
  { title: 'every field change, predicted and done' },
);

function refusedSteps(plan: Plan): Map<string, Step> {
  const refused = new Set(
    plan.blockers.filter(({ risk }) => risk.class === 'refused').map(({ address }) => address),
  );
  return new Map(
    plan.waves
      .flat()
      .filter(({ address }) => refused.has(address))
      .map((step) => [step.address, step]),
  );
}

/** The server says no to it, or says yes and does something else. */
async function expectRefused(step: Step, server: PlainServer): Promise<void> {
  const call = step.calls.at(-1);
  const { subject, body, config } = requestOf(call?.op ?? '', call?.body);
  const answer = await server.request(subject, body);
  if (answer.error) return;
  const echo = isObject(answer.config) ? answer.config : {};
  const dropped = Object.keys(config).filter(
    (key) => TAKEN_WITHOUT_EFFECT.has(key) || JSON.stringify(echo[key]) !== JSON.stringify(config[key]),
  );
  expect(dropped, `${step.address} was predicted to be refused`).not.toEqual([]);
}

/**
 * Echoed as it was sent, and of no effect: `first_seq` is only read at creation, and servers before 2.14.4 keep a
 * consumer's state where it is, and those before 2.11 keep the copies that they have on a server that stands alone.
 */
const TAKEN_WITHOUT_EFFECT = new Set(['first_seq', 'mem_storage', 'num_replicas']);

/** The same change as an update has no effect: the plan is right to replace. */
async function expectNoUpdate(step: Step, server: PlainServer, label: string): Promise<void> {
  const make = step.calls.at(-1);
  const isStream = make?.op.startsWith('stream.') ?? false;
  const { subject, body } = requestOf(isStream ? 'stream.update' : 'consumer.update', make?.body);
  const answer = await server.request(subject, body);
  if (answer.error) return;
  const { change } = step;
  if (change.action !== 'replace') throw new Error(`${label} is no replacement`);
  const fixed = change.fields
    .filter((field) => field.immutable !== undefined)
    .map(({ path }) => path[0] ?? '')
    .filter((field) => !TAKEN_WITHOUT_EFFECT.has(field));
  const config = isObject(answer.config) ? answer.config : {};
  const taken = fixed.filter(
    (field) =>
      JSON.stringify(config[field]) === JSON.stringify(change.after.spec[field]) &&
      JSON.stringify(config[field]) !== JSON.stringify(change.before.spec[field]),
  );
  expect(taken, `${label} was predicted to need a replacement`).toEqual([]);
}

function requestOf(op: string, payload: unknown): { subject: string; body: JsonObject; config: JsonObject } {
  const { stream, name, config } = payload as { stream?: string; name: string; config: JsonObject };
  if (op === 'stream.create') return { subject: `STREAM.CREATE.${name}`, body: config, config };
  if (op === 'stream.update') return { subject: `STREAM.UPDATE.${name}`, body: config, config };
  const action = op === 'consumer.create' ? 'create' : 'update';
  const body = { stream_name: stream ?? '', config, action };
  return { subject: `CONSUMER.DURABLE.CREATE.${stream}.${name}`, body, config };
}
