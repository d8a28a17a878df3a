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
  const loaded = new Map<string, Provider>();
  for (;;) {
    const missing = new Set<string>();
    const providers = Object.keys(loaders).map((name) => loaded.get(name) ?? standIn(name, missing));
    try {
      const checked = checkWith(providers, options);
      if (missing.size === 0) return checked;
    } catch (error) {
      if (missing.size === 0) throw error;
    }
    // Tests and patterns may concern any broker: topology files are not read a third time.
    const names = loaded.size === 0 ? missing : Object.keys(loaders);
    for (const name of names) {
      const provider = await loaders[name]?.();
      if (provider) loaded.set(name, provider);
    }
  }
}

/** Has the name of a provider; anything else that is read of it is noted and ends the check. */
function standIn(name: string, missing: Set<string>): Provider {
  const touched = () => {
    missing.add(name);
    throw new Error(`${name} is not loaded`);
  };
  return new Proxy({ name } as Provider, {
    get: (_, key) => (key === 'name' ? name : touched()),
    has: touched,
    ownKeys: touched,
  });
}
