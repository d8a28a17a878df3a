import amqp from 'amqplib';
import { describe, expect, test } from 'vitest';
import { brokerOf, LINES } from '../live.ts';
import { redrive, survey, tally, withPost } from './post.ts';

describe.each(LINES)('RabbitMQ %s: a dead letter stays where it is', (line) => {
  const broker = brokerOf(line);

  test.skipIf(!broker)(
    'if nothing says where it came from, or its queue is gone, and --to names another',
    () =>
      withPost(line, async (post, session) => {
        for (const name of ['dead', 'other']) await post.queue(name);
        for (const name of ['work', 'gone']) await post.work(name);
        await post.publish('dead', ['by hand']);
        await post.publish('dead', ['strange'], { headers: { 'x-death': 'x', 'x-brokerform-redrive': 5 } });
        for (const name of ['gone', 'work']) {
          await post.publish(name, [name]);
          await post.reject(name, 1);
        }
        await post.channel.deleteQueue('gone');
        const noDeath = 'it has no x-death header that names a queue';
        const expected = [
          { status: 'kept', reason: noDeath },
          { status: 'kept', reason: noDeath },
          { status: 'kept', reason: 'queue "gone" does not exist', letter: { source: 'gone' } },
        ];
        expect(await survey(session, post)).toMatchObject([...expected, { status: 'chosen' }]);
        const outcomes = await redrive(session, post);
        expect(outcomes.filter(({ status }) => status === 'kept')).toMatchObject(expected);
        expect(tally(outcomes)).toEqual({ kept: 3, redriven: 1 });
        await post.until(async () => (await post.count('dead')) === 3);
        expect(tally(await redrive(session, post, { to: 'other' }))).toEqual({ redriven: 3 });
        expect(await post.count('other')).toBe(3);
      }),
  );

  test.skipIf(!broker)('if its queue goes while it is on its way', () =>
    withPost(line, async (post, session) => {
      await post.queue('dead');
      await post.work('work');
      const bodies = Array.from({ length: 20 }, (_, i) => String(i));
      await post.publish('work', bodies);
      await post.reject('work', 20);
      let isDeleted = false;
      const outcomes = await redrive(session, post, {
        rate: 20,
        onOutcome: () => {
          if (isDeleted) return;
          isDeleted = true;
          post.channel.deleteQueue('work').catch(() => {});
        },
      });
      const { redriven = 0, kept = 0 } = tally(outcomes);
      expect([redriven + kept, redriven > 0, kept > 0]).toEqual([20, true, true]);
      expect(outcomes.at(-1)).toMatchObject({ reason: 'the broker returned it: no queue for "work"' });
      await post.until(async () => (await post.count('dead')) === kept);
    }),
  );

  test.skipIf(!broker)(
    'if its queue is full: one that would drop others gets none, one that rejects says so',
    () =>
      withPost(line, async (post, session) => {
        await post.queue('dead');
        await post.work('drops', 'classic', 'dead', { 'x-max-length': 3 });
        await post.work('rejects', 'classic', 'dead', { 'x-max-length': 1, 'x-overflow': 'reject-publish' });
        await post.work('bytes', 'quorum', 'dead', { 'x-max-length-bytes': 5000 });
        for (const [name, count] of [
          ['drops', 3],
          ['rejects', 1],
          ['bytes', 3],
        ] as const) {
          for (let i = 0; i < count; i++) {
            await post.publish(name, [String(i).repeat(2000)]);
            await post.reject(name, 1);
          }
        }
        await post.publish('drops', ['there']);
        await post.publish('rejects', ['there']);
        const full = (name: string) => `queue "${name}" is full: it would drop its oldest messages`;
        expect(tally(await survey(session, post))).toEqual({ chosen: 4, kept: 3 });
        const outcomes = await redrive(session, post);
        expect(tally(outcomes)).toEqual({ redriven: 3, kept: 4 });
        expect(outcomes.flatMap(({ reason }) => reason ?? []).sort()).toEqual(
          [
            full('bytes'),
            full('bytes'),
            full('drops'),
            'the broker rejected it: queue "rejects" is full or unavailable',
          ].sort(),
        );
        const counts = ['dead', 'drops', 'rejects', 'bytes'].map((name) => post.count(name));
        await post.until(async () => (await post.count('dead')) === 4);
        expect((await Promise.all(counts)).slice(1)).toEqual([3, 1, 1]);
        expect((await post.takeAll('drops')).map(({ content }) => String(content))).toContain('there');
      }),
  );

  test.skipIf(!broker)('if it is of another user, unless the connection may impersonate', () =>
    withPost(line, async (post, session) => {
      await post.queue('dead');
      await post.work('work');
      await post.management.put(['users', post.vhost], { password: 'x', tags: '' });
      await post.management.put(['permissions', post.vhost, post.vhost], {
        configure: '',
        write: '.*',
        read: '.*',
      });
      const other = await amqp.connect(post.url.replace('guest:guest', `${post.vhost}:x`));
      const channel = await other.createConfirmChannel();
      channel.publish('', 'work', Buffer.from('1'), { userId: post.vhost });
      await channel.waitForConfirms();
      await other.close();
      await post.publish('work', ['2'], { userId: 'guest' });
      await post.reject('work', 2);
      const outcomes = await redrive(session, post);
      await post.management.delete('users', post.vhost);
      expect(tally(outcomes)).toEqual({ redriven: 1, kept: 1 });
      expect(outcomes.find(({ status }) => status === 'kept')?.reason).toMatch(
        /^its user_id is ".*": publishing it requires the tag "impersonator"$/,
      );
    }),
  );

  test.skipIf(!broker)('if it is not chosen, in its order, however many there are', () =>
    withPost(line, async (post, session) => {
      for (const type of ['classic', 'quorum'] as const) {
        const dead = `dead-${type}`;
        await post.queue(dead, {}, type);
        await post.queue('other');
        const bodies = Array.from({ length: 1000 }, (_, i) => String(i));
        for (const body of bodies) {
          post.channel.publish('', dead, Buffer.from(body), { headers: { even: Number(body) % 2 === 0 } });
        }
        await post.channel.waitForConfirms();
        const choice = {
          queue: dead,
          to: 'other',
          accepts: ({ header }: { header(name: string): string | undefined }) => header('even') === 'true',
        };
        expect(tally(await redrive(session, post, { ...choice, limit: 300 }))).toEqual({
          redriven: 300,
          skipped: 299,
        });
        // A broker gives back what a connection held a moment after its end.
        await post.until(async () => (await post.count(dead)) === 700);
        expect(tally(await redrive(session, post, choice))).toEqual({ redriven: 200, skipped: 500 });
        const texts = (messages: amqp.GetMessage[]) => messages.map(({ content }) => String(content));
        await post.until(async () => (await post.count(dead)) === 500);
        expect(texts(await post.takeAll(dead))).toEqual(bodies.filter((body) => Number(body) % 2 === 1));
        expect(texts(await post.takeAll('other'))).toEqual(bodies.filter((body) => Number(body) % 2 === 0));
      }
    }),
  );
});
