import { expect, it } from 'vitest';
import { type Connection, type Scope, Secrets } from '../../src/model/index.ts';
import { connectMasked } from '../../src/workflow/sessions.ts';
import { MemoryBroker } from '../memory/broker.ts';
import { boxOf, memoryProvider } from '../memory/provider.ts';

const connection: Connection = {
  ...{ name: 'store', type: 'memory', settings: { password: 'hunter2' }, timeout: 1000 },
  resolve: (template) => template,
};

it('what a session can do, its masked one can, and masks it', async () => {
  const broker = new MemoryBroker();
  broker.refuseTrial = () => 'not with hunter2';
  const session = await connectMasked(memoryProvider([broker]), connection, new Secrets(connection.settings));
  expect(Object.keys(session).sort()).toEqual(Object.keys(broker.session()).sort());
  const never = new AbortController().signal;
  const units = [[{ op: 'box.put', target: boxOf('a').address }]];
  const trials = await session.rehearse?.(units, { drain: never, abort: never });
  expect(trials).toMatchObject([{ failure: { message: 'not with (secret)' } }]);
});

it('tells of the broker what its session has learned since', async () => {
  const provider = memoryProvider([new MemoryBroker()]);
  const learning = {
    ...provider,
    async connect(to: Connection) {
      const session = await provider.connect(to);
      let { broker } = session;
      return {
        ...session,
        get broker() {
          return broker;
        },
        async read(scope: Scope) {
          broker = { ...broker, facts: { limit: 5 } };
          return session.read(scope);
        },
      };
    },
  };
  const session = await connectMasked(learning, connection, new Secrets(connection.settings));
  await session.read({ desired: [], retired: [], owns: [] });
  expect(session.broker.facts).toEqual({ limit: 5 });
});
