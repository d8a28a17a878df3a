import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { type JsonObject, printJson } from '../../src/model/index.ts';
import { check } from '../../src/workflow/index.ts';
import { folderOfTest } from '../setup/folder.ts';

let folder: string;
beforeEach(() => {
  folder = folderOfTest();
  mkdirSync(join(folder, 'topologies', 'team'), { recursive: true });
  // The configuration is looked for up to the root of the repository.
  mkdirSync(join(folder, '.git'));
});

const ALL_BROKERS = `kafka:
  topics:
    payments: { partitions: 6, replication-factor: 3, configs: { retention.ms: 30d, max.message.bytes: 2MiB } }
nats:
  streams:
    ORDERS: { subjects: [orders.>], max_age: 30d, max_bytes: 2GiB }
rabbitmq:
  queues:
    orders: { type: quorum, max-length: 1000, message-ttl: 7d }
    Old: { type: classic, max-length: 10 }
`;

interface Input {
  readonly custom: JsonObject;
  readonly topology?: string;
  readonly more?: JsonObject;
  readonly from?: string;
}

/** What the rules of the project find. */
function findings({ custom, topology = ALL_BROKERS, more = {}, from = '.' }: Input): string[] {
  writeFileSync(join(folder, 'topologies', 'a.yaml'), topology);
  writeFileSync(
    join(folder, 'topologies', 'team', 'b.yaml'),
    'rabbitmq: { queues: { B: { max-length: 1 } } }\n',
  );
  const brokers = { rabbitmq: 'rabbitmq', kafka: 'kafka', nats: 'nats' };
  const config: JsonObject = {
    brokers: Object.fromEntries(
      Object.entries(brokers).map(([name, type]) => [name, { type, ...CONNECTIONS[type] }]),
    ),
    lint: { custom },
    ...more,
  };
  writeFileSync(join(folder, 'brokerform.yaml'), printJson(config));
  return check({ directory: join(folder, from), env: {} })
    .diagnostics.filter(({ code }) => /^(?:custom|load|lint)\//.test(code))
    .map(({ at, severity, code, message }) => `${at?.file}:${at?.line} ${severity} ${code} ${message}`);
}

const CONNECTIONS: Readonly<Record<string, JsonObject>> = {
  rabbitmq: { url: 'amqp://localhost:1' },
  kafka: { bootstrap: ['localhost:1'] },
  nats: { servers: ['nats://localhost:1'] },
};

describe('lint.custom', () => {
  test('names, by a regular expression that the whole name must match', () => {
    const custom = {
      words: { match: 'rabbitmq/queue/**', name: '[a-z]+', description: 'names are lower-case words' },
    };
    expect(findings({ custom })).toEqual([
      'topologies/a.yaml:10 warning custom/words name "Old" does not match [a-z]+: names are lower-case words',
      'topologies/team/b.yaml:1 warning custom/words name "B" does not match [a-z]+: names are lower-case words',
    ]);
  });

  test('fields of each broker: required, forbidden, one of, and bounded in the units that people write', () => {
    const custom = {
      queues: {
        match: ['rabbitmq/queue/**'],
        files: 'topologies/*.yaml',
        severity: 'error',
        fields: { 'message-ttl': { required: true, max: '1d' }, type: { 'one-of': ['quorum'] } },
      },
      topics: {
        match: 'kafka/topic/*',
        fields: {
          'retention.ms': { max: '7d' },
          'max.message.bytes': { max: '1MiB', required: false },
          partitions: { min: 12, max: 24 },
        },
      },
      streams: {
        match: 'nats/stream/*',
        severity: 'info',
        fields: { max_age: { min: '60d' }, max_bytes: { max: '1GiB' } },
      },
    };
    expect(findings({ custom })).toEqual([
      'topologies/a.yaml:3 warning custom/topics partitions is 6; at least 12 is allowed',
      'topologies/a.yaml:3 warning custom/topics retention.ms is 30d; at most 7d is allowed',
      'topologies/a.yaml:3 warning custom/topics max.message.bytes is not allowed',
      'topologies/a.yaml:6 info custom/streams max_age is 30d; at least 60d is allowed',
      'topologies/a.yaml:6 info custom/streams max_bytes is 2GiB; at most 1GiB is allowed',
      'topologies/a.yaml:9 error custom/queues message-ttl is 7d; at most 1d is allowed',
      'topologies/a.yaml:10 error custom/queues message-ttl is required',
      'topologies/a.yaml:10 error custom/queues type is classic, not one of quorum',
    ]);
  });

  test('files are relative to the configuration, wherever the command runs', () => {
    const custom = { words: { match: '**', files: 'topologies/team/*', name: '[a-z]+' } };
    expect(findings({ custom, from: 'topologies' })).toEqual([
      'team/b.yaml:1 warning custom/words name "B" does not match [a-z]+',
    ]);
    expect(findings({ custom, from: 'topologies/team' })).toEqual([
      'b.yaml:1 warning custom/words name "B" does not match [a-z]+',
    ]);
  });

  test('the same suppressions, severities and environments as for other rules', () => {
    const custom = { words: { match: 'rabbitmq/queue/**', files: 'topologies/*', name: '[a-z]+' } };
    const suppressed = ALL_BROKERS.replace(
      '    Old:',
      '    # brokerform-ignore custom/words: it is in use\n    Old:',
    );
    expect(findings({ custom, topology: suppressed })).toEqual([]);
    expect(findings({ custom, more: { lint: { custom, rules: { 'custom/words': 'off' } } } })).toEqual([]);
    expect(findings({ custom, more: { lint: { custom, rules: { 'custom/wrods': 'off' } } } })).toContainEqual(
      expect.stringMatching(/ lint\/unknown-rule unknown lint rule "custom\/wrods"$/),
    );
  });

  test('a rule that cannot work is an error at its place, and the others run', () => {
    const custom = {
      lookahead: { match: '**', name: '(?=x)' },
      bound: { match: '**', fields: { 'max-length': { max: 'many' } } },
      field: { match: 'rabbitmq/queue/**', fields: { 'max-lenght': { max: 5 } } },
      words: { match: 'rabbitmq/queue/**', name: '[a-z]+' },
    };
    const found = findings({ custom }).map((line) => line.replace(/^[^ ]* /, ''));
    expect(found).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^error load\/config name of custom\/lookahead is not a valid regular expression: /,
        ),
        'error load/config max of max-length in custom/bound is "many"',
        'warning lint/unknown-field no resource that custom/field matches has a field "max-lenght"',
        'warning custom/words name "Old" does not match [a-z]+',
      ]),
    );
  });

  test('a broker or kind that is not there is an error', () => {
    const custom = { words: { match: ['mian/queue/**', 'rabbitmq/quue/**'], name: '[a-z]+' } };
    expect(findings({ custom }).map((line) => line.replace(/^[^ ]* /, ''))).toEqual([
      'error load/bad-address "mian/queue/**" names the broker "mian", which is not configured',
      'error load/bad-address "rabbitmq/quue/**" names the kind "quue", which rabbitmq does not have',
    ]);
  });

  test('a limit in another unit is told, not passed', () => {
    const custom = { limit: { match: 'rabbitmq/queue/**', fields: { 'max-length': { max: '1GiB' } } } };
    expect(findings({ custom })).toContain(
      'topologies/a.yaml:9 warning custom/limit max-length is 1000, which cannot be compared with 1GiB',
    );
  });

  test('no expression takes more than linear time', () => {
    const name = `${'a'.repeat(60)}!`;
    const topology = `rabbitmq: { queues: { ${JSON.stringify(name)}: { max-length: 1 } } }\n`;
    const custom = { evil: { match: 'rabbitmq/queue/**', files: 'topologies/*.yaml', name: '(a+)+' } };
    expect(findings({ custom, topology })).toHaveLength(1);
  });
});
