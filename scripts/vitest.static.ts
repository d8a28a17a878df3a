import { defineConfig } from 'vitest/config';

/** The tests that only read the source: part of the static checks, so that they need no broker. */
export default defineConfig({ test: { include: ['test/architecture.test.ts'] } });
