import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { providers } from '../../src/brokers/index.ts';
import { retiredProblem } from '../../src/load/addresses.ts';
import { addressMatcher, canonicalGlob, makeAddress, parseAddress } from '../../src/model/index.ts';
import { codePoint } from '../setup/code-point.ts';
import { runs } from '../setup/runs.ts';

const kinds = providers.flatMap(({ name, kinds }) => Object.keys(kinds).map((kind) => [name, kind] as const));
const hostile = fc.oneof(
  fc.string({ unit: codePoint, minLength: 1, maxLength: 12 }),
  fc.constantFrom('*', '**', '%', '%2A', 'a/b', '..', "'", '$(x)', '\u0000', '\n', 'User:*', '#', '?'),
);
const path = fc.array(hostile, { minLength: 1, maxLength: 7 });

describe('an address that is printed can be pasted wherever addresses are taken', () => {
  it('is exact, canonical and plain text, whatever the names', () => {
    fc.assert(
      fc.property(fc.constantFrom(...kinds), path, path, ([type, kind], names, others) => {
        const address = makeAddress('main', kind, ...names);
        expect(address).toMatch(/^[\w.%/-]+$/);
        expect(parseAddress(address).path).toEqual(names);
        expect(canonicalGlob(address)).toBe(address);
        const scope = { providers, brokers: new Map([['main', type]]) };
        expect(retiredProblem(address, scope, true)).toBeUndefined();
        const matches = addressMatcher(address);
        expect(matches(address)).toBe(true);
        const other = makeAddress('main', kind, ...others);
        expect(matches(other)).toBe(other === address);
      }),
      { numRuns: runs(300) },
    );
  });

  it('is told for a * that was written as it is', () => {
    const scope = { providers, brokers: new Map([['main', 'kafka']]) };
    const written = 'main/acl/topic/prefixed/p./User:x/allow/read/*';
    const hint = retiredProblem(written, scope, true)?.hint ?? '';
    const address = 'main/acl/topic/prefixed/p./User%3Ax/allow/read/%2A';
    expect(hint).toContain(address);
    expect(retiredProblem(address, scope, true)).toBeUndefined();
  });
});
