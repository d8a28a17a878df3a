import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// What is shipped is measured: tsx would compile the source in another way.
const library = new URL('../dist/index.js', import.meta.url);
if (!existsSync(library)) throw new Error('dist is not built; run it as `npm run bench`');

export const { applyPlan, check, makePlan }: typeof import('../src/index.ts') = await import(library.href);

/** The command line's file, to run with node. */
export const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
