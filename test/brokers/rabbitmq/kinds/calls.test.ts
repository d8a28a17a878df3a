import { describe, expect, it } from 'vitest';
import { bindingResource } from '../../../../src/brokers/rabbitmq/kinds/binding/identity.ts';
import { limitsResource } from '../../../../src/brokers/rabbitmq/kinds/limits.ts';
import { userResource } from '../../../../src/brokers/rabbitmq/kinds/user.ts';
import { vhostResource } from '../../../../src/brokers/rabbitmq/kinds/vhost.ts';
import { type BrokerIdentity, HIDDEN, type JsonObject, type Resource } from '../../../../src/model/index.ts';
import { broker, callsOf, contextOf } from '../topology.ts';
import { B, changesOf, live, only } from './changes.ts';

describe('calls', () => {
  it('declare a queue with its type only where the broker would choose another', () => {
    const declared = (yaml: string, facts: BrokerIdentity['facts'] = {}) =>
      changesOf(yaml, [], broker('4.3.6', facts)).calls.map(({ body }) => (body as JsonObject).arguments);
    expect(declared('rabbitmq: { queues: { a: { type: classic } } }')).toEqual([{}]);
    expect(declared('rabbitmq: { queues: { a: { type: quorum } } }')).toEqual([{ 'x-queue-type': 'quorum' }]);
    const facts = { defaultQueueTypes: { '/': 'quorum' } };
    expect(declared('rabbitmq: { queues: { a: { type: classic } } }', facts)).toEqual([
      { 'x-queue-type': 'classic' },
    ]);
  });

  it('replace a queue by its deletion, guarded unless it is allowed, and its declaration', () => {
    const change = only(
      changesOf('rabbitmq: { queues: { a: { type: quorum } } }', [live.queue('a', {})]).changes,
    );
    expect(change.action).toBe('replace');
    const context = contextOf([]);
    expect(callsOf(change, context)).toEqual([
      {
        op: 'queue.delete',
        target: 'rabbitmq/queue/%2F/a',
        body: { vhost: '/', name: 'a', type: 'classic', ifEmpty: true },
      },
      {
        op: 'queue.declare',
        target: 'rabbitmq/queue/%2F/a',
        body: {
          vhost: '/',
          name: 'a',
          durable: true,
          autoDelete: false,
          arguments: { 'x-queue-type': 'quorum' },
        },
      },
    ]);
    expect(callsOf(change, context, true)[0]).toMatchObject({ body: { ifEmpty: false } });
  });

  it('keep the metadata of a vhost that is not declared', () => {
    const { calls } = changesOf('rabbitmq: { vhost: v, description: new }', [
      vhostResource(B, 'v', { description: 'old', tags: ['a', 'b'], 'default-queue-type': 'quorum' }),
    ]);
    expect(calls).toEqual([
      {
        op: 'http.put',
        target: 'rabbitmq/vhost/v',
        body: {
          path: ['vhosts', 'v'],
          payload: {
            description: 'new',
            tags: 'a,b',
            default_queue_type: 'quorum',
            defaultqueuetype: 'quorum',
          },
        },
      },
    ]);
  });

  it('switch the deletion protection of a vhost, which no PUT does', () => {
    const path = ['vhosts', 'v', 'deletion', 'protection'];
    const on = [vhostResource(B, 'v', { 'deletion-protection': true })];
    const off = [vhostResource(B, 'v', { 'deletion-protection': false })];
    const opsOf = (yaml: string, live: Resource[]) =>
      changesOf(yaml, live).calls.map(({ op, body }) => [op, (body as { path: unknown }).path]);
    const isOn = 'rabbitmq: { vhost: v, deletion-protection: true }';
    const isOff = 'rabbitmq: { vhost: v, deletion-protection: false }';
    expect(opsOf(isOn, off)).toEqual([['http.post', path]]);
    expect(opsOf(isOff, on)).toEqual([['http.delete', path]]);
    expect(opsOf(isOn, [])).toEqual([
      ['http.put', ['vhosts', 'v']],
      ['http.post', path],
    ]);
    expect(opsOf(isOn, on)).toEqual([]);
    // Brokers before 4.0 tell of no protection: there is none to take away.
    expect(changesOf(isOff, [vhostResource(B, 'v', {})], broker('3.10.8')).calls).toEqual([]);
  });

  it('set the tags of a user without touching the password', () => {
    const { calls } = changesOf('rabbitmq: { users: { u: { tags: [b] } } }', [
      userResource(B, 'u', { tags: ['a'], 'password-hash': HIDDEN }),
    ]);
    expect(calls).toEqual([
      { op: 'user.set-tags', target: 'rabbitmq/user/u', body: { name: 'u', tags: ['b'] } },
    ]);
  });

  it('set a password with the tags that the user has', () => {
    const { calls } = changesOf('rabbitmq: { users: { u: { password: "${P}" } } }', [
      userResource(B, 'u', { tags: ['a'], password: HIDDEN }),
    ]);
    expect(calls.map(({ body }) => body)).toEqual([
      { path: ['users', 'u'], payload: { tags: 'a', password: { $secret: '${P}' } } },
    ]);
  });

  it('clear and set limits one by one', () => {
    const { calls } = changesOf('rabbitmq: { vhost: v, limits: { max-queues: 5 } }', [
      vhostResource(B, 'v', {}),
      limitsResource('vhost', B, 'v', { limits: { 'max-queues': 10, 'max-connections': 3 } }),
    ]);
    expect(calls.map(({ op, body }) => [op, body])).toEqual([
      ['http.delete', { path: ['vhost-limits', 'v', 'max-connections'] }],
      ['http.put', { path: ['vhost-limits', 'v', 'max-queues'], payload: { value: 5 } }],
    ]);
  });

  it('unbind by the key that the broker gave', () => {
    const live = bindingResource(
      B,
      {
        vhost: '/',
        source: 'e',
        destinationType: 'exchange',
        destination: 'f',
        routingKey: 'k',
        arguments: {},
      },
      'k~1',
    );
    expect(callsOf({ action: 'delete', before: live }, contextOf([]))).toEqual([
      {
        op: 'exchange.unbind',
        target: 'rabbitmq/binding/%2F/e/exchange/f/k',
        body: {
          vhost: '/',
          source: 'e',
          destination: 'f',
          routingKey: 'k',
          arguments: {},
          propertiesKey: 'k~1',
        },
      },
    ]);
  });

  it('carry no secret, for any kind', () => {
    const { calls } = changesOf(
      `rabbitmq:
  users: { u: { password: "\${P:-hunter2}" } }
  shovels: { s: { src-uri: "\${S}", dest-uri: amqp:// } }`,
      [],
    );
    expect(calls).toHaveLength(2);
    expect(JSON.stringify(calls)).toContain('{"$secret":"${S}"}');
  });
});
