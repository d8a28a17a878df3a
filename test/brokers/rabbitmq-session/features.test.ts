import { afterEach, describe, expect, it } from 'vitest';
import type { Session } from '../../../src/model/index.ts';
import { Management } from '../../live/rabbitmq/management.ts';
import { type FakeServer, fakeManagement, healthy, json } from './fake-management.ts';
import { brokerOf, freshVhost, LINES, loginAs, open } from './live.ts';

const NAMES = ['feature flags', 'deprecated features'];

async function checksOf(session: Session) {
  const checks = await session.diagnose();
  await session.close();
  return checks.filter(({ name }) => NAMES.includes(name)).map(({ name: _, ...check }) => check);
}

for (const line of LINES) {
  const given = brokerOf(line);
  describe.skipIf(!given)(`what RabbitMQ ${given?.version ?? line} lists about its upgrades`, () => {
    const broker = new Management(given?.management ?? '');
    const vhost = freshVhost();
    const user = `${vhost}-user`;
    afterEach(async () => {
      await broker.delete('vhosts', vhost);
      await broker.delete('users', user).catch(() => {});
    });

    it('feature flags are enabled, and a transient queue is a deprecated feature in use', async () => {
      await broker.put(['vhosts', vhost], {});
      const [flags] = await checksOf(await open(line));
      expect(flags).toEqual({ ok: true, text: expect.stringMatching(/^all \d+ are enabled$/) });
      await broker.put(['queues', vhost, 'transient'], { durable: false });
      const session = await open(line);
      const used = await session.deprecated?.();
      const [, deprecated] = await checksOf(session);
      if (line === 'old') {
        expect(used).toEqual([]);
        expect(deprecated?.text).toBe('the broker does not list them: RabbitMQ 3.13 and later do');
        return;
      }
      const text = expect.stringContaining('https://');
      expect(used).toEqual(expect.arrayContaining([{ name: 'transient_nonexcl_queues', text }]));
      expect(deprecated?.text).toMatch(/^in use: .*transient_nonexcl_queues/);
      expect(deprecated?.hint).toContain(
        'transient_nonexcl_queues: deprecated; a later release rejects it by default; https://',
      );
    });

    it('a user without the right is told so', async () => {
      await broker.put(['vhosts', vhost], {});
      await broker.put(['users', user], { password: 'x', tags: 'management' });
      await broker.put(['permissions', vhost, user], { configure: '', write: '', read: '' });
      const [flags] = await checksOf(await open(line, { settings: loginAs(line, user, 'x') }));
      // From 4.x on, everyone may read them.
      if (line === 'old')
        expect(flags).toEqual({
          ok: true,
          text: 'unknown: the user may not read them',
          hint: 'the user needs the tag "administrator"',
        });
      else expect(flags?.text).toMatch(/^all \d+ are enabled$/);
    });
  });
}

describe('what a broker lists about its upgrades', () => {
  let fake: FakeServer | undefined;
  afterEach(() => fake?.close());

  it('names disabled flags but for experimental ones, and what to do', async () => {
    fake = await fakeManagement((request, response) => {
      if (request.url !== '/api/feature-flags') return healthy(request, response);
      json(response, 200, [
        { name: 'z', state: 'disabled', stability: 'stable' },
        { name: 'a', state: 'disabled', stability: 'required' },
        { name: 'on', state: 'enabled', stability: 'stable' },
        { name: 'khepri_db', state: 'disabled', stability: 'experimental' },
      ]);
    });
    const { management } = fake;
    const [flags] = await checksOf(
      await open('current', { settings: { url: undefined, management } as never }),
    );
    expect(flags?.text).toBe('disabled: a, z');
    expect(flags?.hint).toContain('rabbitmqctl enable_feature_flag all');
  });
});
