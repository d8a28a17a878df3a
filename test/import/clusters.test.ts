import { expect, test } from 'vitest';
import { declaredIn, readFiles } from './read.ts';

const manifest = (group: string, kind: string, name: string, spec: string, labels = '') =>
  `apiVersion: ${group}\nkind: ${kind}\nmetadata: { name: ${name}${labels} }\nspec: ${spec}\n`;

const state = (name: string, cluster: string) =>
  JSON.stringify({
    version: 4,
    lineage: 'a',
    serial: 1,
    resources: [
      {
        mode: 'managed',
        type: 'rabbitmq_vhost',
        name,
        provider: `provider["registry.terraform.io/cyrilgdn/rabbitmq"].${cluster}`,
        instances: [{ attributes: { name } }],
      },
    ],
  });

interface Row {
  readonly format: string;
  /** How the format calls cluster `eu`, and what one of its documents says that makes `name` there. */
  readonly called: (cluster: string) => string;
  readonly document: (name: string, cluster: string) => string;
  /** A mistake in a document: of no matter if the document is for another cluster. */
  readonly mistake?: (cluster: string) => string;
}

const plain = (cluster: string) => cluster;

/** Every format whose documents say which cluster they are for. */
const FORMATS: readonly Row[] = [
  {
    format: 'strimzi',
    called: plain,
    document: (name, cluster) =>
      manifest(
        'kafka.strimzi.io/v1',
        'KafkaTopic',
        name,
        '{ partitions: 1 }',
        `, labels: { strimzi.io/cluster: ${cluster} }`,
      ),
    mistake: (cluster) =>
      manifest(
        'kafka.strimzi.io/v1',
        'KafkaTopic',
        'bad',
        '{ partitions: many }',
        `, labels: { strimzi.io/cluster: ${cluster} }`,
      ),
  },
  {
    format: 'topicctl',
    called: (cluster) => `main, prod, ${cluster}`,
    document: (name, cluster) =>
      `meta: { name: ${name}, cluster: main, environment: prod, region: ${cluster} }\nspec: { partitions: 1, replicationFactor: 1 }\n`,
    mistake: (cluster) =>
      `meta: { name: bad, cluster: main, environment: prod, region: ${cluster} }\nspec: { partitions: "$MANY" }\n`,
  },
  {
    format: 'rabbitmq-operator',
    called: plain,
    document: (name, cluster) =>
      manifest(
        'rabbitmq.com/v1beta1',
        'Vhost',
        name,
        `{ name: ${name}, rabbitmqClusterReference: { name: ${cluster} } }`,
      ),
    mistake: (cluster) =>
      manifest(
        'rabbitmq.com/v1beta1',
        'Policy',
        'bad',
        `{ name: bad, rabbitmqClusterReference: { name: ${cluster} } }`,
      ),
  },
  {
    format: 'nack',
    called: plain,
    document: (name, cluster) =>
      manifest(
        'jetstream.nats.io/v1beta2',
        'Stream',
        name,
        `{ name: ${name}, subjects: [${name}], storage: file, account: ${cluster} }`,
      ),
    mistake: (cluster) =>
      manifest(
        'jetstream.nats.io/v1beta2',
        'Stream',
        'bad',
        `{ name: bad, preventDelete: 1, account: ${cluster} }`,
      ),
  },
  {
    format: 'terraform',
    called: (cluster) => `rabbitmq.${cluster}`,
    document: state,
  },
];

test.each(FORMATS)(
  '$format: of the files of two clusters, the chosen one is written and the other counted',
  async ({ called, document, mistake }) => {
    const files = {
      'a.yaml': document('mine', 'eu'),
      'b.yaml': document('theirs', 'us'),
      'c.yaml': document('theirs-too', 'us'),
      ...(mistake && { 'd.yaml': mistake('us') }),
    };
    const { errors, resources, yaml, leftovers } = await readFiles(files, { cluster: called('eu') });
    expect(errors).toEqual([]);
    expect(resources.map(({ address }) => address.split('/').at(-1))).toEqual(['mine']);
    expect(declaredIn(yaml).resources).toHaveLength(1);
    const count = mistake ? 3 : 2;
    // Counted, and not told again one by one.
    expect(leftovers.map((line) => line.replace(/^\S+ /, ''))).toEqual([
      `${called('us')}: ${count} left out: --cluster chose ${called('eu')}`,
    ]);

    const unchosen = await readFiles(files);
    expect(unchosen.errors).toContainEqual(
      expect.stringContaining(`this is for ${called('us')}, and a.yaml:`),
    );
    expect(unchosen.resources).toEqual([]);
    if (mistake) expect(unchosen.errors).toContainEqual(expect.stringMatching(/^d\.yaml:/));
  },
);
