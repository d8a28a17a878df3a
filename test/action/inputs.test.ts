import { existsSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { Runner } from './step.ts';

const runner = new Runner();
afterAll(() => runner.remove());

describe('the inputs', () => {
  test('all that is wrong is told at once', async () => {
    const { code, stdout } = await runner.run('prepare.sh', {
      BROKERFORM_COMMAND: 'destroy',
      BROKERFORM_WORKING_DIRECTORY: 'nowhere',
      BROKERFORM_ALLOW: 'destructive:**',
      BROKERFORM_ARGS: '--no-lock\n30m\n--',
      BROKERFORM_PLAN: 'plan.json',
      BROKERFORM_PRUNE: 'true',
      BROKERFORM_COMMENT: 'yes',
      BROKERFORM_SARIF: 'perhaps\n::error::forged',
      BROKERFORM_INSTALL: 'npm',
    });
    expect(code).toBe(64);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(10);
    for (const name of [
      'command',
      'working-directory',
      'allow',
      'args',
      'plan',
      'prune',
      'comment',
      'sarif',
      'install',
    ]) {
      expect(stdout).toContain(`::error title=brokerform::${name}: `);
    }
  });

  test('an apply gets a folder for the plan that is fetched', async () => {
    const { outputs } = await runner.run('prepare.sh', {
      BROKERFORM_COMMAND: 'apply',
      BROKERFORM_ENV: 'prod/eu',
    });
    expect(outputs.artifact).toBe('brokerform-plan-prod-eu');
    expect(outputs['download-plan']).toBe(`${outputs.download}/saved-plan.json`);
    expect(existsSync(outputs.download ?? '')).toBe(true);
  });
});
