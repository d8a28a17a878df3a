import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends a run, after all else is stopped, with the reasons of what was skipped, the tests that needed a second try
 * (and why), and one line that any machine can read.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const reasons = new Set<string>();
    const late: string[] = [];
    for (const module of modules) {
      if (module.errors().length > 0) counts.failed++;
      for (const test of module.children.allTests()) {
        const result = test.result();
        counts[result.state === 'pending' ? 'skipped' : result.state]++;
        if (result.state === 'skipped') reasons.add(result.note ?? `${module.moduleId}: switched off`);
        const { flaky = false, retryCount = 0 } = test.diagnostic() ?? {};
        if (!flaky) continue;
        const causes = (result.errors ?? []).map(({ message }) =>
          message.replaceAll(/\s+/g, ' ').slice(0, 300),
        );
        late.push(
          `${module.relativeModuleId} > ${test.fullName} (try ${retryCount + 1}): ${causes.join(' | ')}`,
        );
      }
    }
    process.once('exit', () => {
      for (const reason of reasons) console.log(`skipped: ${reason}`);
      for (const name of late) console.log(`passed late: ${name}`);
      console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    });
  }
}
