import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { build } from 'esbuild';

const FOLDER = 'dist/bundles';

/**
 * Joins files that are always loaded together into one each: to find and to link a file takes longer than to compile
 * it. The bundler itself makes a chunk of each set of modules that some entry shares.
 * @param outputs of the bundler's metafile
 * @param groups by the name of the file that is made: an entry that is imported lazily, with its chunks, and the entries
 *   that are loaded before it, by source file. A chunk of several groups stays as it is.
 */
export async function joinChunks(outputs, groups, options) {
  const wanted = Object.entries(groups).map(([name, { entry, after }]) => {
    const before = after.flatMap((one) => loadedWith(one, outputs));
    const [root, ...chunks] = loadedWith(entry, outputs);
    return { name, root, chunks: chunks.filter((path) => !before.includes(path)) };
  });
  const all = wanted.flatMap(({ chunks }) => chunks);
  for (const { name, root, chunks } of wanted) {
    const own = chunks.filter((path) => all.indexOf(path) === all.lastIndexOf(path));
    await join([root, ...own], `${FOLDER}/${name}.js`, outputs, options);
  }
}

async function join(chunks, joined, outputs, options) {
  // The names of the entry, which comes first, stay as they are.
  const aliases = new Map(chunks.map((chunk, i) => [chunk, (name) => (i === 0 ? name : `c${i}_${name}`)]));
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
    outfile: joined,
    // The bundler left out what is not used: that a file imports another one for its effects is no mistake.
    ignoreAnnotations: true,
    plugins: [others],
    bundle: true,
  });
  for (const path of chunks) rmSync(path);
  for (const name of readdirSync('dist', { recursive: true }).filter((name) => name.endsWith('.js'))) {
    const path = `dist/${name}`;
    writeFileSync(path, redirected(path, readFileSync(path, 'utf8'), aliases, joined));
  }
}

/** The file of an entry, and the chunks that are loaded before anything of it runs. */
function loadedWith(entry, outputs) {
  const [root] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === entry);
  const loaded = new Set([root]);
  for (const path of loaded) {
    for (const { path: other, kind, external } of outputs[path].imports) {
      if (kind === 'import-statement' && !external) loaded.add(other);
    }
  }
  return [root, ...[...loaded].filter((path) => outputs[path].entryPoint === undefined)];
}

/** The text of a file whose imports of joined chunks are imports of the file that they were joined to. */
function redirected(path, text, aliases, joined) {
  const target = JSON.stringify(relativeTo(path, joined));
  return text.replace(
    /\bimport\s*(\(|(?:\{([^}]*)\}\s*from\s*)?)"(\.[^"]*)"/g,
    (statement, how, names, from) => {
      const alias = aliases.get(relative('.', resolve(dirname(path), from)));
      if (!alias) return statement;
      if (names === undefined) return `import${how}${target}`;
      const renamed = names.split(',').map((name) => {
        const [outer, inner = outer] = name.trim().split(/\s+as\s+/);
        return `${alias(outer)} as ${inner}`;
      });
      return `import{${renamed.join(',')}}from${target}`;
    },
  );
}

function relativeTo(path, file) {
  const found = relative(dirname(path), file);
  return found.startsWith('.') ? found : `./${found}`;
}
