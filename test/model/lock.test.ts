import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holderText, type LockHolder, lockName, readHolder, writeHolder } from '../../src/model/index.ts';

const holder: LockHolder = {
  ...{ id: 'a', host: 'runner-7', user: 'deploy', job: 'https://ci.example/job/42' },
  ...{ pid: 311, since: '2026-11-27T12:03:11.250Z' },
};

const anyHolder = fc.record(
  {
    id: fc.uuid(),
    host: fc.string(),
    user: fc.string(),
    job: fc.string(),
    pid: fc.nat(),
    since: fc.string(),
  },
  { requiredKeys: ['id', 'host', 'pid', 'since'] },
);

test('a holder is read as it was written', () => {
  fc.assert(
    fc.property(anyHolder, (one) => {
      expect(readHolder(writeHolder(one))).toEqual(one);
    }),
  );
  const { host } = readHolder(writeHolder({ ...holder, host: 'h'.repeat(100_000) })) ?? {};
  expect(host).toHaveLength(300);
});

test('what no apply has written is no holder, and nothing that was written makes reading fail', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    fc.anything().map((value) => JSON.stringify(value)),
  );
  fc.assert(fc.property(texts, (text) => void readHolder(text)));
  const broken = [
    { ...holder, pid: '1' },
    { ...holder, host: {} },
    { ...holder, id: 'x'.repeat(301) },
  ];
  for (const one of [...broken, [], null, 7]) expect(readHolder(JSON.stringify(one))).toBeUndefined();
  for (const text of [undefined, {}, '[['.repeat(10_000), `"${'x'.repeat(10_000)}"`]) {
    expect(readHolder(text)).toBeUndefined();
  }
});

test('a holder in words', () => {
  expect(holderText(holder)).toBe(
    'deploy on runner-7 (pid 311) since 2026-11-27T12:03:11Z, https://ci.example/job/42',
  );
  const { user: _, job: __, ...bare } = holder;
  expect(holderText(bare)).toBe('runner-7 (pid 311) since 2026-11-27T12:03:11Z');
});

test('the name of a lock is short, safe everywhere, and of one project and environment', () => {
  const names = fc.record({ project: fc.string(), environment: fc.string() }, { requiredKeys: ['project'] });
  fc.assert(
    fc.property(names, names, (one, other) => {
      expect(lockName(one)).toMatch(/^[\w-]{1,81}$/);
      const isSame = one.project === other.project && one.environment === other.environment;
      expect(lockName(one) === lockName(other)).toBe(isSame);
    }),
  );
  const long = 'x'.repeat(1000);
  expect(lockName({ project: long, environment: 'a' })).not.toBe(
    lockName({ project: long, environment: 'b' }),
  );
  expect(lockName({ project: 'a-b' })).not.toBe(lockName({ project: 'a', environment: 'b' }));
});
