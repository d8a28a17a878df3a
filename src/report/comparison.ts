import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/*
 * The package `diff`, loaded with the first texts or lists to compare: most runs have none, and loading it takes as
 * long as reading a small project.
 */

type Lists = typeof import('diff/lib/diff/array.js');
type Patches = typeof import('diff/lib/patch/create.js');

export const compareLists = (): Lists => require('diff/lib/diff/array.js');

export const comparePatches = (): Patches => require('diff/lib/patch/create.js');
