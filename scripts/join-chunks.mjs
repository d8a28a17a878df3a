import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { build } from 'esbuild';

const FOLDER = 'dist/bundles';
const JOINED = `${FOLDER}/core.js`;

/**
 * Joins the chunks that are always loaded together with an entry into one file: to find and to link a file takes
 * longer than to compile it. The bundler itself makes a chunk of each set of modules that some entry shares.
 * @param outputs of the bundler's metafile
 * @param entry source file of the entry, which stays a file of its own
 * @param first source file of an entry that is loaded before: its chunks stay as they are
 */
export async function joinChunks(outputs, entry, first, options) {
  const apart = loadedWith(first, outputs);
  const chunks = loadedWith(entry, outputs).filter((path) => !apart.includes(path));
  const aliases = new Map(chunks.map((chunk, i) => [chunk, (name) => `c${i}_${name}`]));
  const exported = chunks.map((chunk) => {
    const names = outputs[chunk].exports.map((name) => `${name} as ${aliases.get(chunk)(name)}`);
    return `export { ${names.join(', ')} } from './${basename(chunk)}';`;
  });
  const isChunk = (path) => chunks.includes(relative('.', path));
  const others = {
    name: 'other files',
    setup: ({ onResolve }) =>
      onResolve({ filter: /^\./ }, ({ path, resolveDir }) =>
        isChunk(resolve(resolveDir, path)) ? undefined : { path, external: true },
      ),
  };
  await build({
    ...options,
    stdin: { contents: exported.join('\n'), resolveDir: FOLDER },
    outfile: JOINED,
    plugins: [others],
    bundle: true,
  });
  for (const path of Object.keys(outputs)) {
    if (chunks.includes(path)) rmSync(path);
    else if (existsSync(path)) writeFileSync(path, redirected(path, readFileSync(path, 'utf8'), aliases));
  }
}

/** What is loaded with a file before anything of it runs, without the file itself. */
function loadedWith(entry, outputs) {
  const [root] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === entry);
  const loaded = new Set([root]);
  for (const path of loaded) {
    for (const { path: other, kind, external } of outputs[path].imports) {
      if (kind === 'import-statement' && !external) loaded.add(other);
    }
  }
  return [...loaded].slice(1);
}

/** The text of a file whose imports of joined chunks are imports of the file that they were joined to. */
function redirected(path, text, aliases) {
  const core = JSON.stringify(relativeTo(path, JOINED));
  return text.replace(/\bimport\s*(?:\{([^}]*)\}\s*from\s*)?"(\.[^"]*)"/g, (statement, names, from) => {
    const alias = aliases.get(relative('.', resolve(dirname(path), from)));
    if (!alias) return statement;
    if (names === undefined) return `import${core}`;
    const renamed = names.split(',').map((name) => {
      const [outer, inner = outer] = name.trim().split(/\s+as\s+/);
      return `${alias(outer)} as ${inner}`;
    });
    return `import{${renamed.join(',')}}from${core}`;
  });
}

function relativeTo(path, file) {
  const found = relative(dirname(path), file);
  return found.startsWith('.') ? found : `./${found}`;
}
