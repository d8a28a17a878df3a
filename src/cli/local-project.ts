import { readFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { BrokerformError, InputError } from '../model/index.ts';
import type { Checked, LocalTarget } from '../workflow/index.ts';
import type { CommandContext } from './context.ts';
import { checkProject, loadProject } from './project.ts';
import { LOCAL_NAME, TOOL_FOLDER, writeTool } from './tool-folder.ts';

/** A project whose brokers are all on this machine. */
export interface LocalProject {
  readonly checked: Checked;
  readonly targets: readonly LocalTarget[];
  /** Whether the configuration declares the environment itself. */
  readonly isDeclared: boolean;
}

/**
 * Loads the project with the environment `local`, and makes one where the configuration has none.
 * @param choosesPorts whether ports of this machine that are in use are avoided in a new environment
 * @throws NotLocal, InvalidProject, LintErrors
 */
export async function localProject(context: CommandContext, choosesPorts: boolean): Promise<LocalProject> {
  const { configNames, LOCAL, localTargets } = await import('../workflow/index.ts');
  const { env: environment = LOCAL, timeout } = context.flags;
  const { environments } = configNames(context.folder.path, context.flags.config);
  const isDeclared = environment !== LOCAL || environments.includes(LOCAL);
  if (!isDeclared) await writeEnvironment(context, choosesPorts);
  const checked = await loadProject(context, { environment });
  return { checked, targets: await localTargets(checked, timeout), isDeclared };
}

async function writeEnvironment(context: CommandContext, choosesPorts: boolean): Promise<void> {
  const { check, LOCAL, localEnvironment } = await import('../workflow/index.ts');
  const base = await checkProject(context);
  if (base.configured.size === 0) return;
  const { directory } = base.project;
  const { timeout, config } = context.flags;
  const isThere = await readFile(join(directory, TOOL_FOLDER, LOCAL_NAME)).then(
    () => true,
    () => false,
  );
  const before = isThere
    ? check({
        directory: context.folder.path,
        ...(config !== undefined && { configFile: config }),
        environment: LOCAL,
        env: context.host.env,
      })
    : undefined;
  const text = await localEnvironment(
    base,
    { chosen: await portsOf(before, timeout), isFree: choosesPorts ? isFree : async () => true },
    timeout,
  );
  await writeTool(directory, LOCAL_NAME, text);
}

/** The ports of an earlier run, which its containers may still have. */
async function portsOf(checked: Checked | undefined, timeout: number): Promise<Map<string, number[]>> {
  const ports = new Map<string, number[]>();
  for (const { name, provider, connect } of checked?.configured.values() ?? []) {
    try {
      const endpoints = (await provider.local?.())?.endpoints(connect(timeout)) ?? [];
      if (endpoints.length > 0)
        ports.set(
          name,
          endpoints.map(({ port }) => port),
        );
    } catch (error) {
      // A broker that was added since.
      if (!(error instanceof BrokerformError)) throw error;
    }
  }
  return ports;
}

/**
 * Containers are published on IPv4. Where another program, such as a tunnel to a cluster, has the same port of IPv6,
 * `localhost` may lead to that one.
 * @throws InputError
 */
export async function checkLocalhost(targets: readonly LocalTarget[]): Promise<void> {
  const ports = targets.flatMap(({ endpoints }) =>
    endpoints.filter(({ host }) => /^localhost/i.test(host)).map(({ port }) => port),
  );
  for (const port of new Set(ports)) {
    if (!(await accepts('::1', port))) continue;
    const hint = 'end that program, or write 127.0.0.1 instead of localhost';
    throw new InputError(
      `another program has port ${port} of [::1], where localhost may lead; nothing was started`,
      hint,
    );
  }
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 1_000 });
    const answer = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => answer(true));
    socket.once('timeout', () => answer(false));
    socket.once('error', () => answer(false));
  });
}

/** Whether nothing listens on this port of 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
