import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// What is shipped is measured: tsx would compile the source in another way.
const pipeline = new URL('../dist/pipeline/index.js', import.meta.url);
if (!existsSync(pipeline)) throw new Error('dist is not built; run it as `npm run bench`');

export const { applyPlan, check, makePlan }: typeof import('../src/pipeline/index.ts') = await import(
  pipeline.href
);

/** The command line's file, to run with node. */
export const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
