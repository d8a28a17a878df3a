import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readFiles } from './read.ts';
import { sampleOf } from './samples.ts';

const ACL = /^kafka\/acl\//;

/** `topic literal orders User:billing allow read *`, sorted. */
async function aclsOf(text: string): Promise<string[]> {
  const { resources, errors } = await readFiles(text);
  expect(errors).toEqual([]);
  return resources
    .filter(({ address }) => ACL.test(address))
    .map(({ address }) => decodeURIComponent(address.replace(ACL, '').replaceAll('/', ' ')))
    .sort();
}

test('topics with the defaults of the settings', async () => {
  const { yaml, leftovers } = await readFiles(sampleOf('kafka-gitops'));
  expect(parse(yaml.split('---\n')[0] ?? '')).toEqual({
    kafka: {
      topics: {
        orders: {
          ...{ partitions: 12, 'replication-factor': 3 },
          configs: { 'cleanup.policy': 'compact', 'segment.bytes': '2MB' },
        },
        payments: { partitions: 6, 'replication-factor': 3 },
      },
    },
  });
  expect(leftovers).toEqual([
    expect.stringMatching(/^f\.yaml:2:3 settings\.ccloud: service accounts of Confluent Cloud/),
    expect.stringMatching(
      /^f\.yaml:5:5 settings\.topics\.blacklist: brokerform deletes only what is retired/,
    ),
    'f.yaml:10:3 topics.__consumer_offsets: it is the broker’s own topic',
    expect.stringMatching(/^f\.yaml:\d+:3 services\.cloudy: no principal/),
  ]);
});

test('an application gets what kafka-gitops would give it', async () => {
  const application = `services:
  billing: { type: application, principal: "User:billing", consumes: [orders], produces: [payments] }
`;
  expect(await aclsOf(application)).toEqual([
    'group literal billing User:billing allow read *',
    'topic literal orders User:billing allow read *',
    'topic literal payments User:billing allow write *',
  ]);
  const describes = 'settings: { services: { acls: { describeTopicEnabled: true } } }\n';
  expect(await aclsOf(describes + application)).toEqual([
    'group literal billing User:billing allow read *',
    'topic literal orders User:billing allow describe *',
    'topic literal orders User:billing allow read *',
    'topic literal payments User:billing allow describe *',
    'topic literal payments User:billing allow write *',
  ]);
});

test('so does Kafka Connect', async () => {
  const acls = await aclsOf(`services:
  sink:
    type: kafka-connect
    principal: User:sink
    group-id: workers
    storage-topics: { offset: my-offsets }
    connectors: { db: { consumes: [payments] }, file: { produces: [lines] } }
`);
  expect(acls).toEqual([
    'group literal connect-db User:sink allow read *',
    'group literal workers User:sink allow read *',
    'topic literal connect-configs-sink User:sink allow read *',
    'topic literal connect-configs-sink User:sink allow write *',
    'topic literal connect-status-sink User:sink allow read *',
    'topic literal connect-status-sink User:sink allow write *',
    'topic literal lines User:sink allow write *',
    'topic literal my-offsets User:sink allow read *',
    'topic literal my-offsets User:sink allow write *',
    'topic literal payments User:sink allow read *',
  ]);
});

test('and Kafka Streams', async () => {
  const acls = await aclsOf('services: { agg: { type: kafka-streams, principal: "User:agg" } }\n');
  expect(acls).toEqual([
    'cluster literal kafka-cluster User:agg allow describe-configs *',
    'group literal agg User:agg allow delete *',
    'group literal agg User:agg allow describe *',
    'group literal agg User:agg allow read *',
    ...['alter', 'alter-configs', 'create', 'delete', 'describe', 'describe-configs', 'read', 'write'].map(
      (operation) => `topic prefixed agg User:agg allow ${operation} *`,
    ),
  ]);
});

test('roles of users, and ACLs that are written out, with the principal of whom they are for', async () => {
  const acls = await aclsOf(`users:
  ada: { principal: "User:ada", roles: [Writer] }
customUserAcls:
  ada:
    one: { name: secret, type: TRANSACTIONAL_ID, pattern: PREFIXED, host: 10.0.0.1, operation: DESCRIBE_CONFIGS, permission: DENY }
`);
  expect(acls).toEqual([
    'topic literal * User:ada allow write *',
    'transactional-id prefixed secret User:ada deny describe-configs 10.0.0.1',
  ]);
});

test('files beside the state file take its settings', async () => {
  const { yaml, leftovers } = await readFiles({
    'state.yaml': 'settings: { topics: { defaults: { replication: 3 } }, files: { topics: topics.yaml } }\n',
    'topics.yaml': 'topics: { a: { partitions: 1 }, b: { partitions: 1, replication: 2 } }\n',
  });
  expect(parse(yaml)).toEqual({
    kafka: {
      topics: {
        a: { partitions: 1, 'replication-factor': 3 },
        b: { partitions: 1, 'replication-factor': 2 },
      },
    },
  });
  expect(leftovers).toEqual([]);
});

test('a file that the settings name and nobody gave is told; one that is empty is read', async () => {
  const state =
    'settings: { files: { topics: topics.yaml, services: ./services.yaml, users: users.yaml } }\n';
  const { errors, leftovers } = await readFiles({
    'project/state.yaml': state,
    'project/topics.yaml': 'topics: { a: {} }\n',
    'project/users.yaml': 'users: {}\n',
    'services.yaml': 'services: {}\n',
  });
  expect(errors).toEqual([]);
  expect(leftovers).toEqual([
    expect.stringMatching(/^project\/state.yaml:1:\d+ settings\.files\.services: name this file too/),
  ]);
  expect((await readFiles('users: {}\n')).errors).toEqual([]);
});

test('what only looks alike is none', async () => {
  const { errors } = await readFiles(
    'services: { web: { image: nginx } }\nusers: { ada: { shell: /bin/sh } }\n',
  );
  expect(errors).toEqual(['f.yaml:1:1 f.yaml is in no format that can be imported']);
});

test('mistakes, all at once', async () => {
  const { errors } = await readFiles(`topics:
  a: { partitions: many }
  "a b": {}
services:
  s: { type: cron, principal: "User:s", consumes: orders }
users:
  u: { principal: nobody, roles: [king] }
`);
  expect(errors).toEqual([
    'f.yaml:2:20 topics.a.partitions: expected an integer, got a string',
    'f.yaml:3:3 a topic name cannot hold " "',
    'f.yaml:5:14 services.s.type: expected one of application, kafka-connect, kafka-streams, got "cron"',
    'f.yaml:5:51 services.s.consumes: expected a list, got a string',
    'f.yaml:7:35 there is no role "king"',
  ]);
});
