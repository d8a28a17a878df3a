import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { printJson } from '../../../src/model/index.ts';
import { CliFolder } from '../cli-folder.ts';
import { LiveProject } from '../project.ts';
import { freshPrefix, LINES, sharedCluster } from './lines.ts';

/** An instance as Mongey/kafka 0.9 and later keep it. */
function instance(type: string, name: string, attributes: object) {
  const provider = 'provider["registry.terraform.io/mongey/kafka"]';
  return { mode: 'managed', type, name, provider, instances: [{ schema_version: 0, attributes }] };
}

describe.each(LINES)('the state of the Terraform provider, and the %s Kafka as it leaves it', (line) => {
  const { bootstrap, missing } = sharedCluster(line);
  const prefix = freshPrefix();
  const [orders, compacted] = [`${prefix}orders`, `${prefix}compacted`];
  const [app, scram] = [`${prefix}app`, `${prefix}scram`];
  let project: CliFolder;
  let owner: LiveProject;

  beforeEach(async (context) => {
    context.skip(missing);
    project = new CliFolder({ [variableOf(scram)]: 'hunter2' });
    configure([]);
    const connection = { type: 'kafka', bootstrap: [...bootstrap] };
    const owned = [`topic/${prefix}*`, `acl/*/*/${prefix}*/**`, `quota/**`, `user/${prefix}*`];
    owner = new LiveProject({ brokers: { main: connection }, owns: { main: owned } }, { SECRET: 'hunter2' });
    await make(MADE);
  });
  afterEach(async () => {
    if (missing) return;
    await make({});
    owner.remove();
    project.removeFolder();
  });

  const configure = (topologies: readonly string[]) =>
    project.write('brokerform.yaml', {
      ...{ project: prefix, topologies },
      brokers: { main: { type: 'kafka', bootstrap } },
    });

  /** What the state describes; the cluster is left with it, and with no more. */
  const MADE = {
    topics: {
      [orders]: {
        ...{ partitions: 3, 'replication-factor': 2 },
        configs: { 'retention.ms': 604_800_000, 'cleanup.policy': 'delete' },
      },
      [compacted]: {
        ...{ partitions: 1, 'replication-factor': 1 },
        configs: { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': 0.25 },
      },
    },
    acls: {
      [`User:${app}`]: {
        allow: [{ topic: { prefix: `${prefix}o` }, operations: ['read', 'describe'] }],
        deny: [{ group: `${prefix}g`, operations: ['read'], hosts: ['10.0.0.1'] }],
      },
    },
    quotas: [
      { user: app, producer_byte_rate: 1_500_000, request_percentage: 12.5 },
      { user: app, 'client-id': `${prefix}batch`, consumer_byte_rate: 4_000_000 },
    ],
    users: { [scram]: { 'scram-sha-512': { password: '${SECRET}', iterations: 8192 } } },
  };

  const STATE = [
    instance('kafka_topic', 'orders', {
      ...{ id: orders, name: orders, partitions: 3, replication_factor: 2 },
      config: { 'cleanup.policy': 'delete', 'retention.ms': '604800000' },
    }),
    instance('kafka_topic', 'compacted', {
      ...{ id: compacted, name: compacted, partitions: 1, replication_factor: 1 },
      config: { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.25' },
    }),
    ...['Read', 'Describe'].map((operation) =>
      instance('kafka_acl', operation.toLowerCase(), {
        id: `User:${app}|*|${operation}|Allow|Topic|${prefix}o|Prefixed`,
        ...{
          acl_principal: `User:${app}`,
          acl_host: '*',
          acl_operation: operation,
          acl_permission_type: 'Allow',
        },
        ...{ resource_name: `${prefix}o`, resource_type: 'Topic', resource_pattern_type_filter: 'Prefixed' },
      }),
    ),
    instance('kafka_acl', 'denied', {
      id: `User:${app}|10.0.0.1|Read|Deny|Group|${prefix}g|Literal`,
      ...{
        acl_principal: `User:${app}`,
        acl_host: '10.0.0.1',
        acl_operation: 'Read',
        acl_permission_type: 'Deny',
      },
      ...{ resource_name: `${prefix}g`, resource_type: 'Group', resource_pattern_type_filter: 'Literal' },
    }),
    instance('kafka_quota', 'app', {
      ...{ id: `user|${app}`, entity_name: app, entity_type: 'user' },
      config: { producer_byte_rate: 1_500_000, request_percentage: 12.5 },
    }),
    instance('kafka_quota_composite', 'batch', {
      id: `client-id:${prefix}batch|user:${app}`,
      entity: [
        { name: `${prefix}batch`, type: 'client-id' },
        { name: app, type: 'user' },
      ],
      config: { consumer_byte_rate: 4_000_000 },
    }),
    instance('kafka_user_scram_credential', 'scram', {
      ...{ id: `${scram}|SCRAM-SHA-512`, username: scram, scram_mechanism: 'SCRAM-SHA-512' },
      ...{ scram_iterations: 8192, password: 'hunter2', password_wo: null, password_wo_version: null },
    }),
  ];

  async function make(kafka: object): Promise<void> {
    const checked = owner.check(printJson({ kafka } as never));
    const plan = await owner.plan(checked, {
      prune: true,
      allow: ['destructive:**'],
      targets: [`main/*/**${prefix}*`, `main/*/**${prefix}*/**`],
    });
    const { steps } = await owner.apply(checked, plan);
    expect(steps.filter(({ status }) => status !== 'applied')).toEqual([]);
  }

  test('planning what was imported from it has no changes', async () => {
    const head = { version: 4, terraform_version: '1.11.4', serial: 3, lineage: 'a' };
    project.write('before.tfstate', { ...head, resources: STATE });
    const { stdout } = await project.expectRun(0, 'import', '--from', 'before.tfstate', '--out', 'imported');
    expect(stdout).not.toContain('hunter2');
    configure(['imported/*.yaml']);
    const planned = await project.expectRun(0, 'plan', '--detailed-exitcode');
    expect(planned.stdout).toContain('No changes. 8 in sync');
  });
});

/** The variable that `import` names for the password of a user. */
function variableOf(user: string): string {
  return `KAFKA_${user.replace(/[^A-Za-z0-9]+/g, '_').toUpperCase()}_PASSWORD`;
}
