// Bundles src into dist, from an empty folder, so that a file removed from src never lingers in a published package.
// A few bundles instead of hundreds of modules halve the time to start; what is imported lazily stays a bundle of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
// The declarations, beside the bundles.
const tsc = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'];
const declarations = once(spawn(process.execPath, tsc, { stdio: 'inherit' }), 'close');
await build({
  entryPoints: ['src/cli/main.ts', 'src/index.ts'],
  outdir: 'dist',
  outbase: 'src',
  // As deep as every folder of src, so that a path from `import.meta.url` leads to the same place.
  chunkNames: 'bundles/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
cpSync('src/graph/page', 'dist/graph/page', { recursive: true });
chmodSync('dist/cli/main.js', 0o755);
[process.exitCode] = await declarations;
