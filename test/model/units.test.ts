import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatDuration,
  formatSize,
  parseDuration,
  parseSize,
  type TimeUnit,
} from '../../src/model/index.ts';

describe('parseDuration', () => {
  it.each<[string, TimeUnit, number]>([
    ['500ms', 'ms', 500],
    ['7d', 'ms', 604_800_000],
    ['1d12h', 'ms', 129_600_000],
    ['1.5h', 's', 5400],
    ['1w', 's', 604_800],
    ['250', 'ms', 250],
    ['-1', 'ms', -1],
    ['0.5ms', 'us', 500],
    ['1m30s', 'ns', 90_000_000_000],
  ])('%s in %s', (text, unit, value) => {
    expect(parseDuration(text, unit)).toEqual({ value });
  });

  it.each([
    ['0.5ms', 'not a whole number of ms'],
    ['1.0001s', 'not a whole number of ms'],
    ['7 days', 'not a duration like 500ms, 7d or 1d12h'],
    ['7D', '"D" is no unit here; write ns, us, ms, s, m, h, d, w'],
    ['7toString', '"toString" is no unit here; write ns, us, ms, s, m, h, d, w'],
    ['', 'not a duration like 500ms, 7d or 1d12h'],
    ['1.5', 'not a duration like 500ms, 7d or 1d12h'],
    ['d7', 'not a duration like 500ms, 7d or 1d12h'],
    ['7d ago', 'not a duration like 500ms, 7d or 1d12h'],
  ])('refuses %j', (text, problem) => {
    expect(parseDuration(text, 'ms')).toEqual({ problem });
  });

  it('keeps what a double cannot hold', () => {
    expect(parseDuration('9007199254740993ns', 'ns')).toEqual({ value: { $int: '9007199254740993' } });
  });
});

describe('parseSize', () => {
  it.each([
    ['64KiB', 65_536],
    ['1GiB', 1_073_741_824],
    ['10MB', 10_000_000],
    ['1.5KiB', 1536],
    ['12', 12],
  ])('%s', (text, value) => {
    expect(parseSize(text)).toEqual({ value });
  });

  it.each([
    ['1.5B', 'not a whole number of bytes'],
    ['10M', '"M" is no unit here; write B, kB, KB, MB, GB, TB, PB, KiB, MiB, GiB, TiB, PiB'],
  ])('refuses %s', (text, problem) => {
    expect(parseSize(text)).toEqual({ problem });
  });
});

describe('formatting', () => {
  it.each<[number, TimeUnit, string]>([
    [604_800_000, 'ms', '7d'],
    [129_600_000, 'ms', '1d12h'],
    [1500, 'ms', '1500ms'],
    [90_000, 'ms', '1m30s'],
    [3_661_000, 'ms', '61m1s'],
    [0, 'ms', '0ms'],
    [30, 's', '30s'],
  ])('%d %s is %s', (value, unit, text) => {
    expect(formatDuration(value, unit)).toBe(text);
  });

  it('sizes take the unit that leaves the smallest number', () => {
    expect([67_108_864, 10_000_000, 1001, 1024, 0].map(formatSize)).toEqual([
      '64MiB',
      '10MB',
      '1001B',
      '1KiB',
      '0B',
    ]);
  });

  it('says nothing of what is no quantity', () => {
    expect([formatSize(-1), formatSize('x'), formatDuration(1.5, 'ms')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is read back as the same value', () => {
    const units = fc.constantFrom<TimeUnit>('ns', 'us', 'ms', 's');
    fc.assert(
      fc.property(fc.maxSafeNat(), units, (value, unit) => {
        expect(parseDuration(formatDuration(value, unit) ?? '', unit)).toEqual({ value });
        expect(parseSize(formatSize(value) ?? '')).toEqual({ value });
      }),
    );
  });
});
