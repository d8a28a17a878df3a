#!/usr/bin/env node
import nodeModule from 'node:module';
import { VERSION } from '../workflow/version.ts';
import { ignoreClosedPipes } from './pipes.ts';

// Node 22.8 and newer keep compiled code on disk, which halves the time to the first line of output.
(nodeModule as { enableCompileCache?: () => unknown }).enableCompileCache?.();

const { env, stdout, stderr } = process;
ignoreClosedPipes(stdout, stderr);
const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === '--version' || args[0] === '-V')) {
  stdout.write(`${VERSION}\n`);
} else {
  const { run } = await import('./run.ts');
  const host = {
    ...{ env, directory: process.cwd(), stdout, stderr, signals: process },
    // Opened by who asks for it: no command that asks nothing should wait for that.
    get stdin() {
      return process.stdin;
    },
  };
  process.exitCode = await run(args, host);
  // Without this, a connection to a server that accepts it and never answers holds the process for one more timeout:
  // amqplib cannot abandon a handshake.
  await Promise.all([stdout, stderr].map(flushed));
  process.exit();
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve();
    else stream.write('', () => resolve());
  });
}
