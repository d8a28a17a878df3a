import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, expect, test } from 'vitest';
import { providers } from '../../src/brokers/index.ts';
import type { Provider } from '../../src/model/index.ts';
import { check } from '../../src/workflow/index.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const folder = mkdtempSync(join(tmpdir(), 'brokerform-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the files that a project was read from are not kept beside what they declare', async () => {
  writeFileSync(
    join(folder, 'a.yaml'),
    'rabbitmq: { exchanges: { e: { type: topic } }, queues: { q: { message-ttl: 7d, arguments: { x-max-length: 5 }, bindings: [{ from: e, key: k }] } } }\n',
  );
  const read: WeakRef<object>[] = [];
  const watched = providers.map(
    (provider): Provider => ({
      ...provider,
      declare(sections) {
        for (const section of sections) read.push(new WeakRef(section), new WeakRef(section.value as object));
        return provider.declare(sections);
      },
    }),
  );
  const checked = check({ directory: folder, paths: ['a.yaml'], env: {}, providers: watched });
  expect(read.length).toBeGreaterThan(0);
  // A reference that was looked at stays until the end of the job.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  expect(read.filter((one) => one.deref() !== undefined).length).toBe(0);
  expect(checked.brokers.get('rabbitmq')?.desired).toHaveLength(3);
});
