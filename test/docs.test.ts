import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { check, runTests } from '../src/workflow/index.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGES = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'examples/ci/README.md', 'examples/vitest/README.md'],
  ...readdirSync(join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
];

const read = (page: string) => readFileSync(join(ROOT, page), 'utf8');
const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, 'x');

/** The anchors that GitHub gives to headings. */
function anchorsOf(page: string): Set<string> {
  const headings = [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

test.each(PAGES)('%s: every link within the repository leads somewhere', (page) => {
  const links = [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  const broken = links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
    if (!existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).has(anchor);
  });
  expect(broken).toEqual([]);
});

describe('examples of topologies', () => {
  const pages = ['topology-format', 'patterns', 'testing', 'ownership'].map((name) => `docs/${name}.md`);
  const blocks = ['README.md', ...pages].flatMap((page) =>
    [...read(page).matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = '']) => ({ page, text })),
  );
  const topologies = blocks.filter(({ text }) => /^(rabbitmq|kafka|nats|patterns):/m.test(text));

  test.each(topologies)('$page: $text', async ({ text }) => {
    const folder = mkdtempSync(join(tmpdir(), 'brokerform-docs-'));
    try {
      mkdirSync(join(folder, 'topologies'));
      writeFileSync(join(folder, 'topologies', 'example.yaml'), text);
      if (/^patterns:/m.test(text)) writeFileSync(join(folder, 'brokerform.yaml'), read('brokerform.yaml'));
      const checked = check({ directory: folder, env: {} });
      expect(checked.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
      const { results } = await runTests(checked);
      expect(results.filter(({ status }) => status === 'failed')).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('there are some of each broker', () => {
    for (const broker of ['rabbitmq', 'kafka', 'nats']) {
      expect(topologies.some(({ text }) => text.includes(`${broker}:\n`))).toBe(true);
    }
  });

  test('the configuration that documents all keys is one', () => {
    const config = blocks.find(({ text }) => text.startsWith('project: '))?.text ?? '';
    const folder = mkdtempSync(join(tmpdir(), 'brokerform-docs-'));
    try {
      writeFileSync(join(folder, 'brokerform.yaml'), config);
      const codes = check({ directory: folder, env: {} }).diagnostics.map(({ code }) => code);
      // There are no topology files beside it.
      expect(codes).toEqual(['load/no-files']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** `Name` in `file`, or a file or folder alone; all of them relative to src/. */
const GLOSSARY_ROW = /^\| [^|]+ \| [^|]+ \| (?:`(\w+)` in )?(`[^|]+`) \|$/gm;

test('every name in the glossary exists where the glossary says', () => {
  const [, glossary = ''] = read('CONTRIBUTING.md').split('## Glossary');
  const rows = [...glossary.matchAll(GLOSSARY_ROW)];
  // All rows match, but for the head.
  expect(rows.length).toBe(glossary.split('\n').filter((line) => line.startsWith('| ')).length - 1);
  const missing = rows.flatMap(([row, name, files = '']) =>
    [...files.matchAll(/`([^`]+)`/g)]
      .map(([, file = '']) => join(ROOT, 'src', file))
      .filter(
        (path) =>
          !existsSync(path) || (name && !new RegExp(`\\b${name}\\b`).test(readFileSync(path, 'utf8'))),
      )
      .map(() => row),
  );
  expect(missing).toEqual([]);
});
