import { expect, test } from 'vitest';
import { readYaml } from '../../src/load/yaml.ts';
import { codes } from './folder.ts';

const read = (text: string) => readYaml(text, 't.yaml');

test('a comment at the end of a line covers it, one on its own line the next that says something', () => {
  const { suppressions, diagnostics } = read(
    `a: 1 # brokerform-ignore x/one: because
# brokerform-ignore x/two, y/three: a reason: with a colon

# another comment
b:
  # brokerform-ignore x/four: r
  c: |
    # brokerform-ignore x/five: this is text
  d: "# brokerform-ignore x/six: and this"
# brokerform-ignore x/seven: nothing follows
`,
  );
  expect(diagnostics).toEqual([]);
  expect(suppressions.map(({ codes: names, at, covers }) => [names.join(), at.line, at.col, covers])).toEqual(
    [
      ['x/one', 1, 6, 1],
      ['x/two,y/three', 2, 1, 5],
      ['x/four', 6, 3, 7],
      ['x/seven', 10, 1, 10],
    ],
  );
  expect(suppressions[1]?.reason).toBe('a reason: with a colon');
});

test('line ends of other systems, and documents, do not shift them', () => {
  const { suppressions } = read(
    'a: 1\r\n---\r\n# brokerform-ignore x/y: r\r\n\r\nb: 2 # brokerform-ignore x/z: s\r\n',
  );
  expect(suppressions.map(({ covers, reason }) => [covers, reason])).toEqual([
    [5, 'r'],
    [5, 's'],
  ]);
});

test.each([
  ['a: 1 # brokerform-ignore x/y\n', '1:6 load/suppression-reason'],
  ['a: 1 # brokerform-ignore x/y:   \n', '1:6 load/suppression-reason'],
  ['a: 1 # brokerform-ignore: why\n', '1:6 load/suppression-code'],
  ['a: 1 # brokerform-ignore unbound: why\n', '1:6 load/suppression-code'],
  ['a: 1 # brokerform-ignore x/y z/w: why\n', '1:6 load/suppression-code'],
])('%j is refused', (text, expected) => {
  const { suppressions, diagnostics } = read(text);
  expect(suppressions).toEqual([]);
  expect(codes(diagnostics)).toEqual([expected]);
});

test('a file that is no YAML may hold them', () => {
  expect(read('# brokerform-ignore x/y: r\na: [\n').suppressions).toHaveLength(1);
});
