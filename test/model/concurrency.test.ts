import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { eachOf, resultsOf } from '../../src/model/concurrency.ts';

const many = Array.from({ length: 50 }, (_, i) => i);

test('all is done, in order of the start, and never more at a time than the limit', async () => {
  const started: number[] = [];
  let running = 0;
  let most = 0;
  await eachOf(many, 7, async (item, index) => {
    expect(item).toBe(index);
    started.push(item);
    most = Math.max(most, ++running);
    await sleep(item % 3);
    running--;
  });
  expect(started).toEqual(many);
  expect(most).toBe(7);
  await eachOf([], 7, () => Promise.reject(new Error('nothing is to be done')));
});

test('after an error nothing new starts', async () => {
  const started: number[] = [];
  const work = async (item: number) => {
    started.push(item);
    if (item === 3) throw new Error('three');
  };
  await expect(eachOf(many, 1, work)).rejects.toThrow('three');
  expect(started).toEqual([0, 1, 2, 3]);
});

test('a result is given as soon as it is there, while others are still worked on', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const got: string[] = [];
  for await (const result of resultsOf(['slow', 'quick'], 2, async (item) => {
    if (item === 'slow') await held;
    return item;
  })) {
    got.push(result);
    if (result === 'quick') release();
  }
  expect(got).toEqual(['quick', 'slow']);
});

test('every result is given once, however slowly they are taken', async () => {
  const got: number[] = [];
  for await (const result of resultsOf(many, 8, async (item) => item)) {
    got.push(result);
    if (result % 10 === 0) await sleep(2);
  }
  expect(got.sort((a, b) => a - b)).toEqual(many);
});

test('an error is thrown, after what was done', async () => {
  const got: number[] = [];
  const take = async () => {
    for await (const result of resultsOf(many, 1, async (item) => {
      if (item === 2) throw new Error('two');
      return item;
    })) {
      got.push(result);
    }
  };
  await expect(take()).rejects.toThrow('two');
  expect(got).toEqual([0, 1]);
});
