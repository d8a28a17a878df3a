// Every static check, each to its end, so that one run shows all that is wrong.
import { spawnSync } from 'node:child_process';

const checks = [
  ['types', 'tsc', '--noEmit'],
  ['style', 'biome', 'check', '--error-on-warnings'],
  ['unused', 'knip'],
  ['import rule', 'vitest', 'run', '--config', 'scripts/vitest.static.ts'],
  ['build', 'node', 'scripts/build.mjs'],
  ['package', 'publint', '--strict'],
];

const failed = checks.filter(([name, command, ...args]) => {
  console.log(`· ${name}`);
  return spawnSync('npx', ['--no-install', command, ...args], { stdio: 'inherit' }).status !== 0;
});
if (failed.length > 0) {
  console.error(`failed: ${failed.map(([name]) => name).join(', ')}`);
  process.exitCode = 1;
}
