import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['local/shared-brokers.ts'],
    reporters: ['default', './test/setup/closing-line.ts'],
    // Brokers elect leaders and expire connections by the clock, which a busy machine stretches.
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // Tests kill brokers at a chosen moment; where the machine is late for it, the moment is tried again.
    retry: process.env.CI === 'true' ? 2 : 0,
  },
});
