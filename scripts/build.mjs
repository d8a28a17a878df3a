// Bundles src into dist, from an empty folder, so that a file removed from src never lingers in a published package.
// A few bundles instead of hundreds of modules halve the time to start; what is imported lazily stays a bundle of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { joinChunks } from './join-chunks.mjs';

// Only these stay packages, loaded when they are needed. All others are a part of the bundles: to find and read hundreds
// of small files takes longer than to run them, and of large packages little is used.
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const external = Object.keys(dependencies).flatMap((name) => [name, `${name}/*`]);

/** By the path that the sources require: the file that the package becomes. */
const required = new Map();

/** What the sources require with the first need is a file of its own, read with the first need. */
const lazyPackages = {
  name: 'lazy packages',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/\brequire\('([^']+)'\)/g, (_, name) => {
        if (!required.has(name)) required.set(name, `./${name.replace(/\W+/g, '-')}.cjs`);
        return `require('${required.get(name)}')`;
      }),
      loader: 'ts',
    }));
  },
};

/** Our connections to Kafka take from its client the connection, which makes no requests but those of a login. */
const loginsOnly = {
  name: 'logins only',
  setup({ onLoad }) {
    onLoad({ filter: /kafkajs.src.protocol.requests.index\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/^ {2}(?!Sasl)\w+: (require\(.*\)|no\w+),\n/gm, ''),
    }));
  },
};

/** The bundler gives a CommonJS package that is imported lazily no named exports: here they are named. */
const lazyClients = {
  name: 'lazy clients',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^.]/ }, ({ path, kind }) =>
      kind === 'dynamic-import' && !path.startsWith('node:') ? { path, namespace: 'lazy-client' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'lazy-client' }, async ({ path }) => {
      const names = Object.keys(await import(path)).filter(
        (name) => /^[a-z]\w*$/i.test(name) && name !== 'default',
      );
      return { contents: `export { ${names.join(', ')} } from '${path}';`, resolveDir: '.' };
    });
  },
};

/** Modules of Node that take milliseconds to load, and of which a command may call a function, or none. */
const SLOW = [
  'child_process',
  'crypto',
  'dns/promises',
  'readline/promises',
  'stream/consumers',
  'tls',
  'v8',
];

/** The sources load them when they first call a function of theirs. A class of theirs cannot be imported in this way. */
const lazyNode = {
  name: 'lazy modules of Node',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^node:(${SLOW.join('|')})$`) }, ({ path, kind }) =>
      // Packages require them, and use all that they find.
      kind === 'import-statement' ? { path, namespace: 'lazy-node', sideEffects: false } : undefined,
    );
    onLoad({ filter: /./, namespace: 'lazy-node' }, async ({ path }) => {
      const custom = Symbol.for('nodejs.util.promisify.custom');
      const functions = Object.entries(await import(path)).filter(
        ([name, value]) => typeof value === 'function' && /^[a-z]/.test(name) && name !== 'default',
      );
      const promised = `[Symbol.for('${custom.description}')]`;
      const exported = functions.map(([name, value]) =>
        value[custom]
          ? `export const ${name} = /* @__PURE__ */ Object.assign((...args) => load().${name}(...args), {
              ${promised}: (...args) => load().${name}${promised}(...args) });`
          : `export const ${name} = (...args) => load().${name}(...args);`,
      );
      return {
        contents: [`const load = () => process.getBuiltinModule('${path}');`, ...exported].join('\n'),
      };
    });
  },
};

rmSync('dist', { recursive: true, force: true });
// The declarations, beside the bundles.
const tsc = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'];
const declarations = once(spawn(process.execPath, tsc, { stdio: 'inherit' }), 'close');
const options = {
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifyWhitespace: true,
  // Stack traces should name lines.
  lineLimit: 120,
  legalComments: 'none',
  logLevel: 'warning',
};
const { metafile } = await build({
  ...options,
  metafile: true,
  entryPoints: ['src/cli/main.ts', 'src/index.ts'],
  outdir: 'dist',
  outbase: 'src',
  // As deep as every folder of src, so that a path from `import.meta.url` leads to the same place.
  chunkNames: 'bundles/[name]-[hash]',
  bundle: true,
  splitting: true,
  external,
  plugins: [lazyPackages, lazyClients, lazyNode],
  // The same code as for Node, but as modules, of which the bundler leaves out what is not used.
  alias: { yaml: resolve('node_modules/yaml/browser/dist/index.js') },
});
const { metafile: packages } = await build({
  ...options,
  metafile: true,
  format: 'cjs',
  entryPoints: [...required].map(([name, file]) => ({ in: name, out: file.slice(0, -'.cjs'.length) })),
  outdir: 'dist/bundles',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  plugins: [loginsOnly],
});
if (process.env.META) writeFileSync(process.env.META, JSON.stringify(metafile));
await joinChunks(metafile.outputs, groups(), options);
for (const name of readdirSync('dist/bundles')) withRequire(`dist/bundles/${name}`);
cpSync('src/graph/page', 'dist/graph/page', { recursive: true });
writeFileSync('dist/THIRD-PARTY-NOTICES.txt', bundledPackages().map(notice).join('\n\n'));
chmodSync('dist/cli/main.js', 0o755);
[process.exitCode] = await declarations;

/** What is loaded together: first for every project, then for a broker, for a session, and for rare commands. */
function groups() {
  const [main, run, planning] = ['src/cli/main.ts', 'src/cli/run.ts', 'src/workflow/planning.ts'];
  const brokers = readdirSync('src/brokers', { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => [name, `src/brokers/${name}/index.ts`]);
  const start = [main, run, planning];
  const sessions = brokers.map(([name, provider]) => [
    `${name}-session`,
    { entry: provider.replace('index', 'session/index'), after: [...start, provider] },
  ]);
  return {
    run: { entry: run, after: [main] },
    planning: { entry: planning, after: [main, run] },
    ...Object.fromEntries(brokers.map(([name, entry]) => [name, { entry, after: start }])),
    ...Object.fromEntries(sessions),
    workflow: { entry: 'src/workflow/index.ts', after: [...start, ...brokers.map(([, entry]) => entry)] },
  };
}

/** For CommonJS, which asks for modules of Node by `require`. Only the bundler's own `require` uses it. */
function withRequire(path) {
  const text = readFileSync(path, 'utf8');
  if (!text.includes('typeof require')) return;
  const made = 'const require=bundledRequire(import.meta.url);';
  writeFileSync(path, `import{createRequire as bundledRequire}from"node:module";\n${made}\n${text}`);
}

function bundledPackages() {
  const names = [metafile, packages]
    .flatMap(({ inputs }) => Object.keys(inputs))
    .map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  return [...new Set(names)].filter((name) => name !== undefined).sort();
}

/** What the licence of a bundled package asks for: its copyright and its terms. */
function notice(name) {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
  return `${name} ${version} (${license})\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8')}`;
}
