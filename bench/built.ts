import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// What is shipped is measured: tsx would compile the source in another way.
const workflow = new URL('../dist/workflow/index.js', import.meta.url);
if (!existsSync(workflow)) throw new Error('dist is not built; run it as `npm run bench`');

export const { applyPlan, check, makePlan }: typeof import('../src/workflow/index.ts') = await import(
  workflow.href
);

/** The command line's file, to run with node. */
export const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
