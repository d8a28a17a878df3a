import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { runs } from '../setup/runs.ts';
import { readFiles } from './read.ts';
import { SAMPLES } from './samples.ts';

const EXTRA = 'zz-extra';

/** What says nothing about a topology, and is skipped with a reason in the code. */
const IRRELEVANT: Readonly<Record<string, RegExp>> = {
  'asyncapi 3':
    /^info|^components\.messages|^channels\.\w+\.(messages|parameters$)|^operations\.place\.traits\[0\]\.bindings\.kafka\.clientId/,
  'asyncapi 2': /^info|\.message\b/,
  'kafka-gitops': /^$/,
  strimzi: /^metadata\.labels|^spec\.(template|authentication\.password)|^status|^spec\.kafka/,
  topicctl: /^$/,
  'rabbitmq-operator': /\.stringData|^metadata/,
  julie: /metadata$/,
  nack: /^metadata|\.metadata$|^items\[6\]|\.tls\b/,
  natscli: /^state|^delivered/,
  'terraform rabbitmq': /^outputs|sensitive_attributes|^resources\[[01]\]\.instances/,
  'terraform kafka': /^outputs/,
  'terraform jetstream': /^outputs/,
  'terraform plan':
    /^variables|^resource_changes|^prior_state|^configuration|sensitive_values|kafka_cluster|\bcredentials\b/,
};

/** A state has every key of the provider's schema: one without a value is not set. */
const UNSET = /\.(attributes|values)\b/;

/** Mappings by names of the user's own: a name with nothing in it says nothing. */
const NAMED = /^(servers|operations|customServiceAcls|customUserAcls|services\.sink\.connectors)$/;

type Path = readonly (string | number)[];
type Node = Record<string, unknown>;

/** Every mapping of a document, by its path. */
function mappingsIn(value: unknown, path: Path = []): Path[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => mappingsIn(item, [...path, index]));
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.entries(value).flatMap(([key, item]) => mappingsIn(item, [...path, key]));
  return [path, ...below];
}

function nameOf(path: Path): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === 'number') return `${name}[${key}]`;
    if (!/^[\w-]+$/.test(key)) return `${name}[${JSON.stringify(key)}]`;
    return name === '' ? key : `${name}.${key}`;
  }, '');
}

function withExtra(documents: readonly unknown[], index: number, path: Path, value: unknown): string {
  const copies = structuredClone(documents) as unknown[];
  let node = copies[index] as Node;
  for (const key of path) node = (node as Node)[key] as Node;
  node[EXTRA] = value;
  return copies.map((copy) => stringify(copy)).join('---\n');
}

const extra = fc.constantFrom<unknown>(null, true, 7, 'x', [], {}, [1], { a: 1 }, { a: { b: [] } });

test.each(Object.keys(SAMPLES))(
  '%s: a key that is not known is told, wherever it stands',
  async (format) => {
    const documents = parseAllDocuments(SAMPLES[format] ?? '').map((document) => document.toJS() as unknown);
    const places = documents.flatMap((document, index) =>
      mappingsIn(document).map((path) => ({ index, path })),
    );
    expect(places.length).toBeGreaterThan(10);
    const irrelevant = IRRELEVANT[format] ?? /^$/;
    const tell = async (index: number, path: Path, value: unknown) => {
      const { yaml, leftovers, errors } = await readFiles(withExtra(documents, index, path, value));
      const told = [yaml, ...leftovers, ...errors].join('\n');
      // Told by itself, or with the whole that it is part of.
      const isTold =
        told.includes(EXTRA) ||
        leftovers.some((line) => {
          const what = line.replace(/^\S+ /, '').split(': ')[0] ?? '';
          return (
            what === 'the document' ||
            what === addressOf(documents[index], path) ||
            isWithin(nameOf(path), what)
          );
        });
      const where = nameOf(path);
      const isEmpty = value === null || ['{}', '[]'].includes(JSON.stringify(value));
      const isNothing = value === null || JSON.stringify(value) === '{}';
      const saysNothing =
        irrelevant.test(where) ||
        (isNothing && NAMED.test(where)) ||
        (format.startsWith('terraform') && isEmpty && UNSET.test(where));
      expect(isTold || (where !== '' && saysNothing), `${where}: ${JSON.stringify(value)}`).toBe(true);
    };
    // Each mapping once, and then values of every type at random.
    for (const { index, path } of places) await tell(index, path, 'x');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), extra, ({ index, path }, value) =>
        tell(index, path, value),
      ),
      { numRuns: runs(15) },
    );
  },
  120_000,
);

/** The address of a resource of Terraform, as a whole one is told: `kafka_mirror.unknown`. */
function addressOf(document: unknown, [list, index]: Path): string | undefined {
  if (list !== 'resources' || typeof index !== 'number') return undefined;
  const { resources } = document as { readonly resources: readonly Record<string, string>[] };
  return `${resources[index]?.type}.${resources[index]?.name}`;
}

/** `spec.acls[0]` is within `spec`; a whole object is told at its kind. */
function isWithin(path: string, whole: string): boolean {
  const base = whole.replace(/\.?kind$/, '');
  return base === ''
    ? whole === 'kind'
    : path === base || path.startsWith(`${base}.`) || path.startsWith(`${base}[`);
}
