import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { runs } from '../setup/runs.ts';
import { type Read, readFiles } from './read.ts';
import { SAMPLES, sampleOf } from './samples.ts';

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

interface Addition {
  /** Of the document. */
  readonly index: number;
  /** Of the mapping. */
  readonly path: Path;
  readonly key: string;
  readonly value: unknown;
}

interface Sample {
  readonly documents: readonly unknown[];
  /** Each document as YAML. */
  readonly texts: readonly string[];
}

function withAdditions({ documents, texts }: Sample, additions: readonly Addition[]): string {
  return documents
    .map((document, index) => {
      const own = additions.filter((addition) => addition.index === index);
      if (own.length === 0) return texts[index];
      const copy = structuredClone(document);
      for (const { path, key, value } of own) {
        let node = copy as Node;
        for (const step of path) node = node[step] as Node;
        node[key] = value;
      }
      return stringify(copy);
    })
    .join('---\n');
}

const extra = fc.constantFrom<unknown>(null, true, 7, 'x', [], {}, [1], { a: 1 }, { a: { b: [] } });

test.each(Object.keys(SAMPLES))(
  '%s: a key that is not known is told, wherever it stands',
  async (format) => {
    const documents = parseAllDocuments(sampleOf(format)).map((document) => document.toJS() as unknown);
    const sample = { documents, texts: documents.map((document) => stringify(document)) };
    const places = documents.flatMap((document, index) =>
      mappingsIn(document).map((path) => ({ index, path })),
    );
    expect(places.length).toBeGreaterThan(10);
    const tell = async (addition: Addition) => {
      const isTold = await isToldAlone(sample, addition);
      const { path, value } = addition;
      const saysNothing = path.length > 0 && isIrrelevant(format, nameOf(path), value);
      if (!isTold && !saysNothing) expect.fail(`${nameOf(path)}: ${JSON.stringify(value)}`);
    };
    // Each mapping once: all in one file, again without those whose keys are told, and what is left alone.
    let open = places.map((place, n) => ({ ...place, key: `${EXTRA}-${1000 + n}`, value: 'x' }));
    for (let before = Number.POSITIVE_INFINITY; open.length < before; ) {
      before = open.length;
      const said = linesOf(await readFiles(withAdditions(sample, open))).join('\n');
      open = open.filter(({ key }) => !said.includes(key));
    }
    for (const addition of open) await tell(addition);
    // And then values of every type at random.
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), extra, (place, value) =>
        tell({ ...place, key: EXTRA, value }),
      ),
      { numRuns: runs(15) },
    );
  },
  120_000,
);

function linesOf({ yaml, leftovers, errors }: Read): string[] {
  return [yaml, ...leftovers, ...errors];
}

/** Told by its key, or with the whole that it is part of. */
async function isToldAlone(sample: Sample, addition: Addition): Promise<boolean> {
  const read = await readFiles(withAdditions(sample, [addition]));
  if (linesOf(read).some((line) => line.includes(addition.key))) return true;
  const { index, path } = addition;
  return read.leftovers.some((line) => {
    const what = line.replace(/^\S+ /, '').split(': ')[0] ?? '';
    return (
      what === 'the document' ||
      what === addressOf(sample.documents[index], path) ||
      isWithin(nameOf(path), what)
    );
  });
}

/** Where nothing of a topology stands, or the value is none. */
function isIrrelevant(format: string, where: string, value: unknown): boolean {
  const isEmpty = value === null || ['{}', '[]'].includes(JSON.stringify(value));
  const isNothing = value === null || JSON.stringify(value) === '{}';
  return (
    (IRRELEVANT[format] ?? /^$/).test(where) ||
    (isNothing && NAMED.test(where)) ||
    (format.startsWith('terraform') && isEmpty && UNSET.test(where))
  );
}

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
