// Bundles src into dist, from an empty folder, so that a file removed from src never lingers in a published package.
// A few bundles instead of hundreds of modules halve the time to start; what is imported lazily stays a bundle of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';

// Only these stay packages, loaded when they are needed. All others are a part of the bundles: to find and read hundreds
// of small files takes longer than to run them, and of large packages little is used.
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const external = Object.keys(dependencies).flatMap((name) => [name, `${name}/*`]);

/** What the sources require with the first need still is: bundled CommonJS runs when it is first required. */
const lazyPackages = {
  name: 'lazy packages',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace('const require = createRequire(import.meta.url);', ''),
      loader: 'ts',
    }));
  },
};

rmSync('dist', { recursive: true, force: true });
// The declarations, beside the bundles.
const tsc = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'];
const declarations = once(spawn(process.execPath, tsc, { stdio: 'inherit' }), 'close');
const { metafile } = await build({
  metafile: true,
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
  plugins: [lazyPackages],
  // The same code as for Node, but as modules, of which the bundler leaves out what is not used.
  alias: { yaml: resolve('node_modules/yaml/browser/dist/index.js') },
  // For CommonJS, which asks for modules of Node by `require`, and for what the sources require.
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
writeFileSync('dist/THIRD-PARTY-NOTICES.txt', bundledPackages().map(notice).join('\n\n'));
chmodSync('dist/cli/main.js', 0o755);
[process.exitCode] = await declarations;

function bundledPackages() {
  const names = Object.keys(metafile.inputs).map(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1],
  );
  return [...new Set(names)].filter((name) => name !== undefined).sort();
}

/** What the licence of a bundled package asks for: its copyright and its terms. */
function notice(name) {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
  return `${name} ${version} (${license})\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8')}`;
}
