import { describe, expect, it } from 'vitest';
import { declareYaml } from '../topology.ts';

describe('declaring users and secrets', () => {
  it('keeps passwords as the reference that was written', () => {
    const { get, findings } = declareYaml(`
rabbitmq:
  users:
    app:
      password: \${APP_PASSWORD}
      tags: [monitoring, administrator]
      limits: { max-channels: 5 }
      permissions: { /orders: { write: ^events$ } }
      topic-permissions: { /orders: { events: { write: "^order" } } }
    batch: { password-hash: "\${BATCH_HASH}" }
`);
    expect(findings).toEqual([]);
    expect(get('rabbitmq/user/app').spec).toEqual({
      tags: ['monitoring', 'administrator'],
      password: { $secret: '${APP_PASSWORD}' },
    });
    expect(get('rabbitmq/user/batch').spec).toEqual({ 'password-hash': { $secret: '${BATCH_HASH}' } });
    expect(get('rabbitmq/user-limits/app').spec).toEqual({ limits: { 'max-channels': 5 } });
    expect(get('rabbitmq/permission/%2Forders/app')).toMatchObject({
      spec: { write: '^events$' },
      dependsOn: ['rabbitmq/vhost/%2Forders', 'rabbitmq/user/app'],
    });
    expect(get('rabbitmq/topic-permission/%2Forders/app/events').spec).toEqual({ write: '^order' });
  });

  it.each([
    'users: { app: { password: hunter2 } }',
    'users: { app: { password: "hunter$${2" } }',
    'users: { app: { password-hash: aGVsbG8= } }',
    'shovels: { s: { src-uri: "amqp://u:hunter2@a", dest-uri: "amqp://" } }',
    'shovels: { s: { src-uri: "amqp://u:hunter2@${HOST}", dest-uri: "amqp://" } }',
    'shovels: { s: { src-uri: ["amqp://a", "amqp://u:hunter2@b"], dest-uri: "amqp://" } }',
    'federation-upstreams: { f: { uri: "amqp://u:hunter2@a" } }',
    'parameters: { other: { p: { deep: { password: hunter2 } } } }',
    'global-parameters: { p: "amqp://u:hunter2@a" }',
  ])('refuses a secret in the file, and tells it to nobody: %s', (yaml) => {
    const { diagnostics, resources } = declareYaml(`rabbitmq: { ${yaml} }`);
    expect(diagnostics.map(({ code }) => code)).toEqual(['rabbitmq/literal-secret']);
    expect(JSON.stringify({ diagnostics, resources })).not.toContain('hunter');
  });

  it('keeps URIs with variables as references, and plain ones plain', () => {
    const { get, findings } = declareYaml(`
rabbitmq:
  shovels:
    move:
      src-uri: ["\${SRC}", amqp://other]
      src-queue: \${PREFIX:-a}-in
      dest-uri: amqp://
      reconnect-delay: 5m
  federation-upstreams:
    up: { uri: "\${UP}", expires: 1h, message-ttl: 30m, reconnect-delay: 10 }
  parameters:
    other: { p: { text: "\${X}", list: ["\${Y}", plain] } }
  global-parameters: { g: { a: 1 } }
`);
    expect(findings).toEqual([]);
    expect(get('rabbitmq/parameter/%2F/shovel/move').spec.value).toEqual({
      'src-uri': [{ $secret: '${SRC}' }, 'amqp://other'],
      'src-queue': 'a-in',
      'dest-uri': 'amqp://',
      'reconnect-delay': 300,
    });
    expect(get('rabbitmq/parameter/%2F/federation-upstream/up').spec.value).toEqual({
      uri: { $secret: '${UP}' },
      expires: 3_600_000,
      'message-ttl': 1_800_000,
      'reconnect-delay': 10,
    });
    expect(get('rabbitmq/parameter/%2F/other/p').spec.value).toEqual({
      text: { $secret: '${X}' },
      list: [{ $secret: '${Y}' }, 'plain'],
    });
    expect(get('rabbitmq/global-parameter/g').spec).toEqual({ value: { a: 1 } });
  });
});
