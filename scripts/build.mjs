// Bundles src into dist, from an empty folder, so that a file removed from src never lingers in a published package.
// A few bundles instead of hundreds of modules halve the time to start; what is imported lazily stays a bundle of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';

// What every command needs is a part of the bundles: dozens of small files take longer to find and to read than to run.
// All else stays a dependency, loaded when it is needed.
const BUNDLED = ['commander', 'yaml'];
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const external = Object.keys(dependencies).flatMap((name) => [name, `${name}/*`]);

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
  external,
  // The same code as for Node, but as modules, of which the bundler leaves out what is not used.
  alias: { yaml: resolve('node_modules/yaml/browser/dist/index.js') },
  // commander is CommonJS, and asks for modules of Node by `require`.
  banner: {
    js: "import { createRequire as bundledRequire } from 'node:module';\nconst require = bundledRequire(import.meta.url);",
  },
  minifyWhitespace: true,
  // Stack traces should name lines.
  lineLimit: 120,
  legalComments: 'none',
  logLevel: 'warning',
});
cpSync('src/graph/page', 'dist/graph/page', { recursive: true });
writeFileSync('dist/THIRD-PARTY-NOTICES.txt', BUNDLED.map(notice).join('\n\n'));
chmodSync('dist/cli/main.js', 0o755);
[process.exitCode] = await declarations;

/** What the licence of a bundled package asks for: its copyright and its terms. */
function notice(name) {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
  return `${name} ${version} (${license})\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8')}`;
}
