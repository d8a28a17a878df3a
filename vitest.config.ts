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

/** Most of their time is waiting for brokers, so there may be more of them than processors. */
const UNIT_ONLY = process.env.npm_lifecycle_event === 'test:unit';
const WORKERS = UNIT_ONLY ? 2 : 4;

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
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...BROKERS, ...RACES],
          testTimeout: 60_000,
        },
      },
      ...(UNIT_ONLY
        ? []
        : [
            {
              test: {
                name: 'brokers',
                include: BROKERS,
                exclude: [...configDefaults.exclude, ...RACES],
                ...patience,
              },
            },
            {
              test: { name: 'races', include: RACES, ...patience },
            },
          ]),
    ],
  },
});
