import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { rabbitmq } from '../../src/brokers/rabbitmq/index.ts';
import { queueResource } from '../../src/brokers/rabbitmq/resources.ts';
import type { Snapshot } from '../../src/model/index.ts';
import { check, toYaml } from '../../src/pipeline/index.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'brokerform-'));
});
afterEach(() => rm(folder, { recursive: true }));

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
