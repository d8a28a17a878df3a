import { readFileSync } from 'node:fs';

/** The version of this package. */
export const VERSION: string = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
).version;

/** How the tool names itself in what it writes. */
export const TOOL = `brokerform ${VERSION}`;
