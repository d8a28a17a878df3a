import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { CliFolder, variable } from '../cli-folder.ts';
import { freshPrefix, LINES } from './lines.ts';

for (const line of LINES) {
  const cluster = inject('kafka')[line];
  // A cluster that the environment names has one listener only.
  describe.skipIf(!cluster?.sasl)(`SCRAM users of Kafka ${cluster?.version} through the command line`, () => {
    const user = `${freshPrefix()}app`;
    const address = `main/user/${user}`;
    let project: CliFolder;

    beforeEach(() => {
      project = new CliFolder({
        ...{ KAFKA: cluster?.bootstrap.join(',') ?? '', SASL: cluster?.sasl?.bootstrap.join(',') ?? '' },
        ...{ APP_PASSWORD: 'the first', LOGIN: 'the first' },
      });
      const main = { type: 'kafka', bootstrap: [variable('KAFKA')] };
      const sasl = { mechanism: 'scram-sha-512', username: user, password: variable('LOGIN') };
      const door = { type: 'kafka', bootstrap: [variable('SASL')], sasl };
      project.write('brokerform.yaml', { project: 'shop', brokers: { main }, topologies: ['topology.yaml'] });
      project.write('door.yaml', { project: 'door', brokers: { door }, topologies: ['none.yaml'] });
      declare(true);
    });
    afterEach(async () => {
      declare(false);
      await project.expectFinished();
      project.removeFolder();
    });

    function declare(present: boolean): void {
      const users = { [user]: { 'scram-sha-512': { password: variable('APP_PASSWORD') } } };
      const kafka = { broker: 'main', ...(present && { users }) };
      project.write('topology.yaml', { kafka, ...(!present && { retired: [address] }) });
    }

    /** Logs in as the user; `doctor` finds no fault with the connection. */
    async function logIn(password: string): Promise<boolean> {
      project.set({ LOGIN: password });
      const { stdout } = await project.run('doctor', '--config', 'door.yaml');
      expect(stdout).toMatch(/broker 1|refused the login/);
      return !stdout.includes('refused the login');
    }

    test('a changed password is set when it is asked for, and only then', async () => {
      await project.expectFinished();
      expect(await logIn('the first')).toBe(true);

      // Nobody can see that it changed.
      project.set({ APP_PASSWORD: 'the second' });
      await project.expectRun(0, 'plan', '--detailed-exitcode');
      await project.expectFinished();
      expect(await logIn('the second')).toBe(false);

      const again = ['--reset-passwords', 'main/user/*'];
      const { stdout } = await project.expectRun(
        2,
        'plan',
        ...again,
        '--detailed-exitcode',
        '--out',
        'plan.json',
      );
      expect(stdout).toMatch(
        /DISRUPTIVE\n ~ {2}user .*\n +scram-sha-512 password {2}\(secret\) → \(secret\), set again +clients that log in/,
      );
      expect(project.read('plan.json')).not.toContain('the second');
      const applied = await project.expectRun(0, 'apply', 'plan.json', '--report', 'report.json');
      expect(applied.stdout).toContain('1 applied');
      expect(project.statuses()).toEqual({ applied: 1 });
      expect([await logIn('the first'), await logIn('the second')]).toEqual([false, true]);

      project.set({ APP_PASSWORD: 'the third' });
      await project.expectRun(0, 'apply', '--auto-approve', ...again);
      expect([await logIn('the second'), await logIn('the third')]).toEqual([false, true]);
      await project.expectRun(0, 'plan', '--detailed-exitcode');
    });
  });
}
