import { statfsSync } from 'node:fs';
import { configDefaults, defineConfig } from 'vitest/config';

const CI = process.env.CI === 'true';

/** Kill brokers, cut connections or race a broker's clock at a chosen moment: a late machine may miss it. */
const RACES = [
  'test/brokers/**/{bad-days,cut,restart,reassign}.test.ts',
  'test/live/**/{bad-days,cluster,cuts,days,interrupts,kills,restarts}.test.ts',
];

/** Start brokers or use the shared ones, install programs, or run whole examples. */
const BROKERS = [
  'test/{live,local}/**/*.test.ts',
  'test/brokers/*-session/**/*.test.ts',
  'test/brokers/{contract,lock}.test.ts',
  'test/{demo,readme}.test.ts',
  'test/action/{build,composite}.test.ts',
  'test/cli/{completion,live,strange-peers}.test.ts',
  'test/examples/scripts.test.ts',
  'test/graph/page.test.ts',
];

/** Start programs without a broker: ours, git, shells, the scripts of `action/`. */
const PROGRAMS = [
  'test/action/{comment,comment-retries,diff,find-plan,inputs,install,steps}.test.ts',
  'test/cli/{approval,diff,diff-output,init-question,pipes,process,up}.test.ts',
  'test/examples/{github,merge-request-note,vitest}.test.ts',
];

const WARNINGS = 'test/setup/warnings.ts';

const UNIT_ONLY = process.env.npm_lifecycle_event === 'test:unit';
/** Brokers and programs are mostly waited for, so there may be more workers than processors. */
const WORKERS = UNIT_ONLY ? 2 : 4;
/** A quick round tries each property a quarter as often as the whole run does. */
const RUNS = process.env.BROKERFORM_TEST_RUNS ?? (UNIT_ONLY ? '0.25' : '1');

// Brokers elect leaders and expire connections by the clock, which a busy machine stretches.
const patience = { testTimeout: 120_000, hookTimeout: 300_000, retry: CI ? 2 : 0 };

export default defineConfig({
  test: {
    ...(!UNIT_ONLY && { globalSetup: ['local/shared-brokers.ts'] }),
    // Two runs in a row, and the projects of one run, transform a file once.
    experimental: { fsModuleCache: true },
    reporters: ['default', './test/setup/closing-line.ts'],
    maxWorkers: WORKERS,
    projects: [
      {
        test: {
          name: 'unit',
          // Importing the sources anew for each file would take longer than the tests.
          isolate: false,
          // Packages are imported as Node does it. Vitest's stand-ins for their exports slow down each use of one.
          deps: { interopDefault: false },
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...PROGRAMS, ...BROKERS, ...RACES],
          setupFiles: ['test/setup/properties.ts', WARNINGS],
          env: { BROKERFORM_TEST_RUNS: RUNS, ...temporaryFolder() },
          // They make much that they soon drop: with the usual 16 MiB, an eighth of the time is garbage collection.
          execArgv: ['--min-semi-space-size=64', '--max-semi-space-size=64'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      ...(UNIT_ONLY
        ? []
        : [
            {
              test: {
                name: 'programs',
                isolate: false,
                include: PROGRAMS,
                setupFiles: [WARNINGS],
                testTimeout: 60_000,
              },
            },
            {
              test: {
                name: 'brokers',
                include: BROKERS,
                exclude: [...configDefaults.exclude, ...RACES],
                setupFiles: [WARNINGS],
                ...patience,
              },
            },
            {
              test: { name: 'races', include: RACES, setupFiles: [WARNINGS], ...patience },
            },
          ]),
    ],
  },
});

/** In memory where there is room: thousands of small folders are made, and removed at once. */
function temporaryFolder(): { TMPDIR?: string } {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize > 2 ** 30 ? { TMPDIR: '/dev/shm' } : {};
  } catch {
    return {};
  }
}
