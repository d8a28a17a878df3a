#!/usr/bin/env node
import nodeModule from 'node:module';
import { VERSION } from '../workflow/version.ts';
import { ignoreClosedPipes } from './closed-pipes.ts';

// Node 22.8 and newer keep compiled code on disk, which halves the time to the first line of output.
(nodeModule as { enableCompileCache?: () => unknown }).enableCompileCache?.();

ignoreClosedPipes();
const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  process.stdout.write(`${VERSION}\n`);
} else {
  const { run } = await import('./run.ts');
  await run(args);
}
