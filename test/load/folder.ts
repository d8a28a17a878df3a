import { type LoadOptions, loadProject } from '../../src/load/index.ts';
import type { SchemaSource } from '../../src/load/schemas.ts';
import { type Diagnostic, formatSource, type Kind } from '../../src/model/index.ts';
import { type Files, folderOfTest } from '../setup/folder.ts';

const declaring: Pick<SchemaSource, 'assume' | 'declare'> = {
  assume: (name) => ({ name, type: 'boxes', id: 'assumed', version: '1.0', facts: {} }),
  declare: () => ({ resources: [], diagnostics: [] }),
};

/** A broker that has boxes, which hold lids; just enough schema for every kind of mistake. */
export const boxes: SchemaSource = {
  name: 'boxes',
  kinds: { box: {} as Kind, lid: {} as Kind },
  ...declaring,
  schema: {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    additionalProperties: false,
    properties: {
      shelf: { type: 'string' },
      boxes: { type: 'object', additionalProperties: { $ref: '#/$defs/box' } },
      lids: { type: 'array', items: { $ref: '#/$defs/lid' } },
    },
    $defs: {
      box: {
        type: 'object',
        additionalProperties: false,
        properties: {
          size: { type: 'integer', minimum: 0, maximum: 2 ** 63, description: 'In litres.' },
          age: {
            anyOf: [
              { type: 'integer', minimum: 0 },
              { type: 'string', pattern: '^\\d+(ms|s|d)$', title: 'a duration', examples: ['7d'] },
            ],
          },
          kind: { enum: ['open', 'closed'] },
          label: { type: 'string' },
          secret: { type: 'string', writeOnly: true },
          raw: { type: 'object' },
          tags: { type: 'array', items: { type: 'string' } },
          dead: {
            type: 'object',
            additionalProperties: false,
            required: ['letter'],
            properties: { letter: { type: 'string' }, key: { type: 'string' } },
          },
        },
      },
      lid: {
        oneOf: [
          {
            type: 'object',
            additionalProperties: false,
            required: ['form', 'radius'],
            properties: { form: { const: 'round' }, radius: { type: 'number' } },
          },
          {
            type: 'object',
            additionalProperties: false,
            required: ['form', 'side'],
            properties: { form: { const: 'square' }, side: { type: 'number' } },
          },
        ],
      },
    },
  },
  connectionSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['url'],
    properties: {
      url: { type: 'string', pattern: '^box://', title: 'a box URL', examples: ['box://host'] },
      port: { type: 'integer' },
      password: { type: 'string' },
      tls: { type: 'object', properties: { ca: { type: 'string' } }, additionalProperties: false },
    },
  },
};

export const crates: SchemaSource = {
  name: 'crates',
  kinds: { crate: {} as Kind },
  ...declaring,
  schema: { type: 'object', additionalProperties: false, properties: { crates: { type: 'object' } } },
  connectionSchema: { type: 'object', additionalProperties: false, properties: { host: { type: 'string' } } },
};

const providers = [boxes, crates];

/** Loads a project of these files. */
export function load(files: Files, options: Partial<LoadOptions> = {}) {
  const directory = folderOfTest(files);
  return loadProject({ directory, variables: {}, providers, ...options });
}

/** Loads one topology file without a configuration. */
export function loadTopology(text: string | Uint8Array, variables: LoadOptions['variables'] = {}) {
  return load({ 't.yaml': text }, { paths: ['t.yaml'], variables });
}

/** `t.yaml:1:2 load/unknown-key message`, one a line, as people read them. */
export function lines(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ at, code, message }) => `${at ? `${formatSource(at)} ` : ''}${code} ${message}`);
}

export function codes(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ at, code }) => (at ? `${at.line}:${at.col} ${code}` : code));
}
