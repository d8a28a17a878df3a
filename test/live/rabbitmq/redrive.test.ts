import { setTimeout as sleep } from 'node:timers/promises';
import amqp, { type Channel, type ChannelModel } from 'amqplib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeAddress, type RedriveReport } from '../../../src/model/index.ts';
import { CliProject, eachLine } from './cli-project.ts';

const COUNT = 6;
/** Of each message: once, and after each of two delays. */
const TRIES = 3;

/** The whole story through the command line: a pattern's dead letters come back, and get their tries again. */
eachLine('redrive on RabbitMQ %s', (broker) => {
  let project: CliProject;
  let client: ChannelModel;
  let channel: Channel;
  let address: string;

  beforeEach(async () => {
    project = new CliProject(broker);
    const work = { kind: 'work-queue', vhost: project.vhost, retries: ['200ms', '300ms'] };
    project.write('topology.yaml', {
      rabbitmq: { vhosts: { [project.vhost]: {} } },
      patterns: { email: { ...work, 'dead-letters': { keep: '14d' } } },
    });
    await project.expectRun(0, 'apply', '--auto-approve');
    client = await amqp.connect(`${broker.url}/${encodeURIComponent(project.vhost)}`);
    channel = await client.createConfirmChannel();
    address = makeAddress('main', 'queue', project.vhost, 'email.dead');
  });
  afterEach(async () => {
    await client?.close();
    await project?.remove();
  });

  const count = async (queue: string) => (await channel.checkQueue(queue)).messageCount;

  /** A worker that fails, until all messages are dead. @returns how often it was given one */
  async function fail(): Promise<number> {
    let deliveries = 0;
    const { consumerTag } = await channel.consume('email', (message) => {
      if (!message) return;
      deliveries++;
      channel.nack(message, false, false);
    });
    for (let tries = 0; (await count('email.dead')) < COUNT && tries < 500; tries++) await sleep(50);
    await channel.cancel(consumerTag);
    return deliveries;
  }

  test('a dry run changes nothing; --yes brings them back, and they are tried again', async () => {
    for (let i = 0; i < COUNT; i++)
      channel.publish('email', 'email', Buffer.from(String(i)), { messageId: `m${i}` });
    expect(await fail()).toBe(COUNT * TRIES);

    const dry = await project.expectRun(0, 'redrive', address);
    expect(dry.stdout).toMatch(/6 dead letters · 6 to redrive\n\n6 {2}to redrive {2}email {2}rejected, /);
    expect(dry.stdout).toMatch(/Nothing was changed; to redrive them, add --yes\.\n$/);
    expect([await count('email.dead'), await count('email')]).toEqual([COUNT, 0]);

    const some = [
      '--where',
      'id!=m0',
      '--where',
      'newer-than=1h',
      '--rate',
      '100/s',
      '--report',
      'letters.json',
    ];
    await project.expectRun(0, 'redrive', address, '--yes', ...some);
    const report: RedriveReport = JSON.parse(project.read('letters.json'));
    expect(report.counts).toEqual({ chosen: 0, redriven: COUNT - 1, skipped: 1, kept: 0, unconfirmed: 0 });
    expect([await count('email.dead'), await count('email')]).toEqual([1, COUNT - 1]);

    expect(await fail()).toBe((COUNT - 1) * TRIES);
    const again = await project.expectRun(0, 'redrive', address, '--format', 'json', '--where', 'redriven=1');
    expect(JSON.parse(again.stdout)).toMatchObject({
      dryRun: true,
      counts: { chosen: COUNT - 1, skipped: 1 },
      groups: [{ source: 'email', target: 'email', reason: 'rejected', redrivenBefore: COUNT - 1 }],
    });
  });

  test('what cannot be redriven is an exit code, and so is an interrupt', async () => {
    for (let i = 0; i < 50; i++) channel.publish('', 'email.dead', Buffer.from(String(i)));
    const { stdout } = await project.expectRun(1, 'redrive', address, '--yes');
    expect(stdout).toContain('50  kept  (unknown)');
    await channel.assertQueue('other');
    await project.expectRun(65, 'redrive', address, '--to', 'none');
    const running = project.start(
      'redrive',
      address,
      '--yes',
      '--to',
      'other',
      '--rate',
      '20/s',
      '--format',
      'json',
    );
    for (let tries = 0; (await count('other')) < 5 && tries < 500; tries++) await sleep(20);
    running.kill('SIGINT');
    const ended = await running.ended;
    expect(ended.code).toBe(130);
    const report: RedriveReport = JSON.parse(ended.stdout);
    expect(report).toMatchObject({ interrupted: 'SIGINT', counts: { unconfirmed: 0 } });
    expect(await count('other')).toBe(report.counts.redriven);
    expect(await count('email.dead')).toBe(50 - report.counts.redriven);
  });
});
