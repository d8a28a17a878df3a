import { expect, test } from 'vitest';
import { FirstRead, type Resource, type Scope } from '../../src/model/index.ts';

const scope = (...names: readonly string[]): Scope => ({
  desired: [],
  retired: names.map((name) => `main/queue/${name}`),
  owns: ['main/queue/*'],
});

function reading(expected?: Scope) {
  const begun: Scope[] = [];
  const first = new FirstRead(expected, async (one) => {
    begun.push(one);
    return `read ${begun.length}`;
  });
  return { first, begun };
}

test('a read that is expected begins at once, and is given to whoever wants that scope', async () => {
  const { first, begun } = reading(scope('a'));
  expect(begun).toHaveLength(1);
  expect(await first.take(scope('a'))).toBe('read 1');
  expect(begun).toHaveLength(1);
});

test('it is given once: a later read is of its own time', async () => {
  const { first } = reading(scope('a'));
  await first.take(scope('a'));
  expect(await first.take(scope('a'))).toBe('read 2');
});

test('another scope is read itself, and nothing of before is given afterwards', async () => {
  const desired: Resource = { address: 'main/queue/a', spec: {}, dependsOn: [] };
  const others: readonly Scope[] = [
    scope('a', 'b'),
    scope('b'),
    { ...scope('a'), owns: [] },
    { ...scope('a'), desired: [desired] },
  ];
  for (const other of others) {
    const { first } = reading(scope('a'));
    expect(await first.take(other)).toBe('read 2');
    expect(await first.take(scope('a'))).toBe('read 3');
  }
});

test('nothing is begun where nothing is expected', async () => {
  const { first, begun } = reading();
  await first.end();
  expect(begun).toEqual([]);
  expect(await first.take(scope('a'))).toBe('read 1');
});

test('its failure is the failure of the read, and of nobody else', async () => {
  const fails = () => new FirstRead<string>(scope('a'), () => Promise.reject(new Error('refused')));
  await fails().end();
  await expect(fails().take(scope('a'))).rejects.toThrow('refused');
});

test('whoever reads is told whether the session is still being opened', async () => {
  const early: boolean[] = [];
  const first = new FirstRead(scope('a'), async (_, isEarly) => void early.push(isEarly));
  await first.take(scope('a'));
  await first.take(scope('a'));
  expect(early).toEqual([true, false]);
});
