import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { rabbitmq } from '../../src/brokers/rabbitmq/index.ts';
import { queueResource } from '../../src/brokers/rabbitmq/kinds/queue/yaml.ts';
import type { Resource, Snapshot } from '../../src/model/index.ts';
import { check, partOf, toYaml } from '../../src/workflow/index.ts';
import { folderOfTest } from '../setup/folder.ts';

let folder: string;
beforeEach(() => {
  folder = folderOfTest();
});

test('what is written is read back: integers beyond 2^53, and a name that YAML would merge', async () => {
  const spec = { type: 'classic', arguments: { 'x-custom': { $int: '9007199254740993' } } };
  const snapshot: Snapshot = {
    broker: { name: 'rabbitmq', type: 'rabbitmq', id: 'one', version: '4.3.6', facts: {} },
    resources: [queueResource('rabbitmq', '/', '<<', spec)],
  };
  const [text = ''] = toYaml(snapshot, rabbitmq, false).values();
  expect(text).toContain('9007199254740993');
  await writeFile(join(folder, 'topology.yaml'), text);
  const checked = check({ directory: folder, paths: ['topology.yaml'], env: {} });
  expect(checked.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const [queue] = checked.brokers.get('rabbitmq')?.desired ?? [];
  expect(queue?.address).toBe('rabbitmq/queue/%2F/%3C%3C');
  expect(queue?.spec.arguments).toEqual(spec.arguments);
});

describe('a part of a shared broker', () => {
  const of = (address: string, ...dependsOn: string[]): Resource => ({ address, spec: {}, dependsOn });
  const orders = of('main/queue/shop/orders', 'main/vhost/shop');
  const events = of('main/exchange/shop/events', 'main/vhost/shop');
  const bound = of('main/binding/shop/events/queue/orders/k', events.address, orders.address);
  const others = of('main/queue/billing/jobs', 'main/vhost/billing');
  const snapshot: Snapshot = {
    broker: { name: 'main', type: 'rabbitmq', id: 'one', version: '4.3.6', facts: {} },
    resources: [of('main/vhost/shop'), of('main/vhost/billing'), orders, events, bound, others],
  };
  const chosen = (targets: string[], excludes: string[] = []) =>
    partOf(snapshot, rabbitmq, { targets, excludes }).resources.map(({ address }) => address);

  test('a target brings along what disappears with it, and an exclusion takes that away', () => {
    expect(chosen(['main/queue/shop/*'])).toEqual([orders.address, bound.address]);
    expect(chosen(['main/vhost/shop'])).toEqual([
      'main/vhost/shop',
      orders.address,
      events.address,
      bound.address,
    ]);
    expect(chosen(['main/*/shop/**'], ['**/orders'])).toEqual([events.address]);
    expect(chosen([], ['main/vhost/billing'])).not.toContain(others.address);
    expect(chosen([])).toHaveLength(snapshot.resources.length);
  });
});
