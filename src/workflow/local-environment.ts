import { Document } from 'yaml';
import { BrokerformError, type JsonObject, type LocalBroker } from '../model/index.ts';
import type { Checked, DeclaredBroker } from './check.ts';
import { whyNotLoopback } from './local-services.ts';

export interface LocalPorts {
  /** Ports that an earlier run chose, by broker. */
  readonly chosen: ReadonlyMap<string, readonly number[]>;
  /** Whether nothing on this machine has the port yet. */
  isFree(port: number): Promise<boolean>;
}

/**
 * The environment `local` of a project that declares none, as YAML: each broker on a port of this machine, and what its
 * resources must declare instead where there is one server.
 * @param checked the project without an environment
 */
export async function localEnvironment(
  checked: Checked,
  ports: LocalPorts,
  timeout: number,
): Promise<string> {
  const brokers: Record<string, JsonObject> = {};
  const overrides: Record<string, JsonObject> = {};
  const taken = new Set<number>();
  for (const broker of checked.configured.values()) {
    const local = await broker.provider.local?.();
    if (!local) continue;
    const chosen = ports.chosen.get(broker.name) ?? (await choosePorts(broker, local, ports, taken, timeout));
    for (const port of chosen) taken.add(port);
    brokers[broker.name] = { ...withoutSettings(broker), ...local.settings(chosen) };
    for (const [glob, body] of Object.entries(local.overrides(broker.desired)))
      overrides[`${broker.name}/${glob}`] = body;
  }
  const document = new Document({ brokers, ...(Object.keys(overrides).length > 0 && { overrides }) });
  document.commentBefore =
    ' The environment "local", written by "brokerform up" because brokerform.yaml declares none; "down" removes it.\n' +
    ' To change it, put it into brokerform.yaml, under environments.local.';
  return document.toString({ lineWidth: 0 });
}

/** The ports that the project itself means, if they are on this machine; the usual ones, or the next free ones. */
async function choosePorts(
  broker: DeclaredBroker,
  local: LocalBroker,
  { isFree }: LocalPorts,
  taken: ReadonlySet<number>,
  timeout: number,
): Promise<number[]> {
  const wanted = (await ownPorts(broker, local, timeout)) ?? local.ports;
  // All move together, so that they stay recognizable: 5673 and 15673.
  for (let offset = 0; offset < 100; offset++) {
    const candidates = wanted.map((port) => port + offset);
    if (candidates.some((port) => port > 65535 || taken.has(port))) continue;
    const free = await Promise.all(candidates.map(isFree));
    if (free.every(Boolean)) return candidates;
  }
  return [...wanted];
}

async function ownPorts(
  broker: DeclaredBroker,
  local: LocalBroker,
  timeout: number,
): Promise<number[] | undefined> {
  try {
    const endpoints = local.endpoints(broker.connect(timeout));
    if (endpoints.length !== local.ports.length) return undefined;
    for (const { host } of endpoints) if ((await whyNotLoopback(host)) !== undefined) return undefined;
    return endpoints.map(({ port }) => port);
  } catch (error) {
    // A variable of the real broker is not set here, or its settings are for elsewhere.
    if (error instanceof BrokerformError) return undefined;
    throw error;
  }
}

/** Credentials, TLS and the like of the real broker do not apply here: each of these settings is removed. */
function withoutSettings({ provider, settings }: DeclaredBroker): JsonObject {
  const { properties } = provider.connectionSchema;
  const known = Object.keys(properties as JsonObject).filter((key) => Object.hasOwn(settings, key));
  return Object.fromEntries(known.map((key) => [key, null]));
}
