import { expect, test } from 'vitest';
import { renamePhases } from '../../../../../src/brokers/rabbitmq/session/move/phases.ts';
import { FakeBroker } from './fake-run.ts';

test.each(['consume', 'declare', 'bind orders', 'bind sales'])(
  'a rename is refused before anything is changed where the user may not %s',
  async (refuses) => {
    const binding = { source: 'events', routing_key: '', properties_key: '~', arguments: {} };
    const broker = Object.assign(new FakeBroker(), { refuses, bindings: [binding] });
    const rename = { vhost: '/', name: 'orders', newName: 'sales', allowGap: false };
    const prepare = async () => renamePhases['rename.prepare'](broker.run(), rename);
    await expect(prepare()).rejects.toThrow(`access refused to ${refuses}`);
    expect(broker.log).toEqual([]);
  },
);
