import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Ended } from '../../cli/run-cli.ts';
import { variable } from '../cli-folder.ts';
import { CliProject, eachLine } from './cli-project.ts';
import { Management } from './management.ts';

const SECRETS = ['s3cret-one', 's3cret-two', 's3cret-src', 's3cret-dest'];

eachLine('secrets on RabbitMQ %s', (broker) => {
  const user = `days-app-${process.pid}`;
  let project: CliProject;
  let said: string[];

  beforeEach(async () => {
    said = [];
    project = new CliProject(broker);
    await project.makeVhost();
  });
  afterEach(async () => {
    // Whatever a test did: nothing that was printed or written holds a secret.
    const files = readdirSync(project.folder, { recursive: true, withFileTypes: true });
    for (const file of files)
      if (file.isFile()) said.push(readFileSync(join(file.parentPath, file.name), 'utf8'));
    for (const secret of SECRETS) expect(said.join('\n')).not.toContain(secret);
    await project.broker.delete('users', user);
    await project.remove();
  });

  async function run(code: number, ...args: string[]): Promise<Ended> {
    const ended = await project.expectRun(code, ...args);
    said.push(ended.stdout, ended.stderr);
    return ended;
  }

  const canLogIn = (password: string) =>
    new Management(broker.management, user, password).get('whoami').then(
      () => true,
      () => false,
    );

  test('a password from the environment: no phantom difference, a new one is noticed', async () => {
    const permissions = { [project.vhost]: { configure: '', write: '.*', read: '.*' } };
    const users = { [user]: { password: variable('APP_PASSWORD'), tags: ['management'], permissions } };
    project.declare({}, { users });
    project.set({ APP_PASSWORD: 's3cret-one' });
    await run(0, 'plan', '--out', 'plan.json', '--json-into', 'p.json', '--markdown-into', 'p.md', '-v');
    await run(0, 'apply', 'plan.json', '--report', 'report.json', '-v');
    expect(await canLogIn('s3cret-one')).toBe(true);
    await run(0, 'plan', '--detailed-exitcode', '-v');
    await run(0, 'drift');

    project.set({ APP_PASSWORD: 's3cret-two' });
    const { stdout } = await run(2, 'plan', '--detailed-exitcode', '-v', '--out', 'plan2.json');
    expect(stdout).toContain(`user ${user}`);
    await run(0, 'apply', 'plan2.json', '--report', 'report2.json', '-v');
    expect([await canLogIn('s3cret-one'), await canLogIn('s3cret-two')]).toEqual([false, true]);
    await run(0, 'plan', '--detailed-exitcode');

    // Tags alone: the password stays.
    project.declare({}, { users: { [user]: { ...users[user], tags: ['management', 'monitoring'] } } });
    await run(0, 'apply', '--auto-approve');
    expect(await canLogIn('s3cret-two')).toBe(true);
    await run(0, 'plan', '--detailed-exitcode');
  });

  test('a password that is not set is an error that names the variable', async () => {
    const queues = { orders: { 'max-length': 10 } };
    project.declare({ queues }, { users: { [user]: { password: variable('APP_PASSWORD') } } });
    const { stderr } = await run(65, 'apply', '--auto-approve');
    expect(stderr).toContain('APP_PASSWORD');
    expect(await project.queues()).toEqual([]);
  });

  test('a shovel with credentials in its URIs', async () => {
    const shovels = {
      mover: {
        'src-uri': variable('SRC_URI'),
        'src-queue': 'from',
        'dest-uri': `amqp://mover:${variable('DEST_PASSWORD')}@127.0.0.1:1`,
        'dest-queue': 'to',
      },
    };
    project.declare({ queues: { from: { 'max-length': 10 }, to: { 'max-length': 10 } }, shovels });
    project.set({ SRC_URI: 'amqp://mover:s3cret-src@127.0.0.1:1', DEST_PASSWORD: 's3cret-dest' });
    await run(0, 'plan', '--out', 'plan.json', '--json-into', 'p.json', '--markdown-into', 'p.md', '-v');
    await run(0, 'apply', 'plan.json', '--report', 'report.json', '-v');
    await run(0, 'plan', '--detailed-exitcode', '-v');
    const [shovel] = await project.broker.get('parameters', 'shovel', project.vhost);
    expect(shovel?.value).toMatchObject({ 'dest-uri': 'amqp://mover:s3cret-dest@127.0.0.1:1' });

    project.set({ DEST_PASSWORD: 's3cret-two' });
    const { stdout } = await run(2, 'plan', '--detailed-exitcode', '-v');
    expect(stdout).toContain('mover');
    await run(0, 'apply', '--auto-approve');
    await run(0, 'plan', '--detailed-exitcode');

    // Not even what somebody else put there is shown.
    const value = { ...(shovel?.value as object), 'src-uri': 'amqp://other:s3cret-two@127.0.0.1:1' };
    await project.broker.put(['parameters', 'shovel', project.vhost, 'mover'], { value });
    await run(2, 'plan', '--detailed-exitcode', '-v', '--out', 'plan3.json');
    const imported = await run(0, 'import', '--format', 'snapshot');
    expect(imported.stdout).toContain('mover');
    await run(0, 'import', '--out', 'imported');
  });

  test('a refusal that repeats what was sent', async () => {
    const shovels = {
      bad: {
        'src-uri': variable('SRC_URI'),
        'src-queue': 'a',
        'dest-uri': variable('DEST'),
        'dest-queue': 'b',
      },
    };
    project.declare({ shovels });
    project.set({ SRC_URI: 'amqp://u:s3cret-src@[broken', DEST: 'nonsense://u:s3cret-dest@h' });
    const ended = await project.run('apply', '--auto-approve', '--report', 'report.json', '-v');
    said.push(ended.stdout, ended.stderr);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('1 failed');
  });
});
