import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

const dockerfile = read('Dockerfile');
const sources = [...dockerfile.matchAll(/^COPY (?!--)(.+) \S+$/gm)].flatMap(([, list = '']) =>
  list.split(' '),
);

test('everything that is copied into the image is there', () => {
  expect(sources).toContain('src');
  for (const source of sources) expect(existsSync(join(ROOT, source)), source).toBe(true);
});

test('the build sees what it copies, and nothing else', () => {
  const [, everything, ...kept] = read('.dockerignore').trimEnd().split('\n');
  expect(everything).toBe('*');
  expect(kept).toEqual(sources.map((source) => `!${source}`));
});

test('what is copied from the build is made there', () => {
  const made = [...dockerfile.matchAll(/^COPY --from=build \/brokerform\/(\S+)/gm)].map(([, name]) => name);
  expect(made).toEqual(['package.json', 'node_modules', 'schema', 'examples/ci', 'dist']);
  const manifest = JSON.parse(read('package.json'));
  expect(dockerfile).toContain(`/opt/brokerform/${manifest.bin.brokerform} /usr/local/bin/brokerform`);
});

test('it runs without root, on a Node that brokerform takes', () => {
  const stages = dockerfile.split(/^FROM /m).slice(1);
  expect(stages).toHaveLength(2);
  for (const stage of stages) expect(stage).toMatch(/^node:24-alpine/);
  expect(stages[1]?.match(/^USER .*$/gm)).toEqual(['USER 1000:1000']);
  expect(JSON.parse(read('package.json')).engines.node).toContain('>=24.0.0');
});
