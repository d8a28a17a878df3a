import { LOADERS } from '../brokers/on-demand.ts';
import type { Provider } from '../model/index.ts';
import { type Checked, checkWith, type ProjectOptions } from './check.ts';

/**
 * What `check` returns, without loading the brokers that the project does not name. A check changes nothing, so one
 * that touches a broker which is not loaded ends there, and starts again when the broker is loaded. The configuration
 * is read first and names the brokers: little is done twice.
 * @param loaders of providers, by their names
 */
export async function checkOnDemand(
  options: Omit<ProjectOptions, 'providers'>,
  loaders = LOADERS,
): Promise<Checked> {
  const names = Object.keys(loaders);
  const loaded = new Map<string, Provider>();
  for (;;) {
    const missing = new Set<string>();
    // A broker's schema is asked for by name; all else, such as the rules, of one broker after the other.
    const touch = (name: string, key: unknown) => {
      for (const one of key === 'schema' ? [name] : names) missing.add(one);
    };
    const providers = names.map((name) => loaded.get(name) ?? standIn(name, touch));
    try {
      const checked = checkWith(providers, options);
      if (missing.size === 0) return checked;
    } catch (error) {
      if (missing.size === 0) throw error;
    }
    for (const name of missing) {
      const provider = loaded.get(name) ?? (await loaders[name]?.());
      if (provider) loaded.set(name, provider);
    }
  }
}

/** Has the name of a provider; anything else that is read of it is told and ends the check. */
function standIn(name: string, touch: (name: string, key?: unknown) => void): Provider {
  const touched = (key?: unknown) => {
    touch(name, key);
    throw new Error(`${name} is not loaded`);
  };
  return new Proxy({ name } as Provider, {
    get: (_, key) => (key === 'name' ? name : touched(key)),
    has: () => touched(),
    ownKeys: () => touched(),
  });
}
