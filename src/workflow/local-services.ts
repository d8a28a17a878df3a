import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import {
  type LocalBroker,
  type LocalContainer,
  type LocalEndpoint,
  NoContainerError,
  NotLocal,
  type Resource,
} from '../model/index.ts';
import type { Checked, DeclaredBroker } from './check.ts';

/** A broker of the project, and where its settings lead. */
export interface LocalTarget {
  readonly broker: DeclaredBroker;
  readonly local: LocalBroker;
  readonly endpoints: readonly LocalEndpoint[];
}

/** One container, for each broker of the project that its endpoints serve. */
export interface LocalService {
  readonly name: string;
  readonly brokers: readonly string[];
  readonly container: LocalContainer;
  readonly endpoints: readonly LocalEndpoint[];
}

/**
 * Where the brokers of a project are, each of them on this machine.
 * @throws NotLocal naming every address that may be elsewhere; InvalidProject, ConnectionError for wrong settings
 */
export async function localTargets(checked: Checked, timeout: number): Promise<LocalTarget[]> {
  const targets: LocalTarget[] = [];
  const problems: { subject: string; message: string }[] = [];
  for (const broker of checked.configured.values()) {
    const local = await broker.provider.local?.();
    if (!local) {
      problems.push({ subject: broker.name, message: `no container is known for ${broker.provider.name}` });
      continue;
    }
    const endpoints = local.endpoints(broker.connect(timeout));
    for (const { host, url } of endpoints) {
      const why = await whyNotLoopback(host);
      if (why !== undefined) problems.push({ subject: broker.name, message: `${url}: ${why}` });
    }
    targets.push({ broker, local, endpoints });
  }
  if (problems.length > 0) throw new NotLocal(checked.project.environment, problems);
  return targets;
}

/**
 * The containers that serve these targets: one for each set of ports. @throws NoContainerError, ConnectionError
 * @param directory of the project
 */
export function servicesFor(
  targets: readonly LocalTarget[],
  directory: string,
  timeout: number,
): LocalService[] {
  const groups = new Map<string, LocalTarget[]>();
  for (const target of targets) {
    const ports = target.endpoints.map(({ port }) => port).sort((a, b) => a - b);
    const key = `${target.broker.provider.name} ${ports.join(' ')}`;
    groups.set(key, [...(groups.get(key) ?? []), target]);
  }
  checkPorts(groups);
  const names = new Set<string>();
  return [...groups.values()].flatMap((group): LocalService[] => {
    const [first] = group;
    if (!first) return [];
    const { broker, local, endpoints } = first;
    const resources: readonly Resource[] = group.flatMap((one) => one.broker.desired);
    const { version } = broker.assumed;
    const connection = broker.connect(timeout);
    const identity = createHash('sha256').update(`${directory}\0${broker.name}`).digest();
    const container = local.container({ connection, version, resources, identity });
    if ('problem' in container) throw new NoContainerError(broker.name, container.problem, container.hint);
    const name = serviceName(broker.name, names);
    return [{ name, brokers: group.map((one) => one.broker.name), container, endpoints }];
  });
}

/** Two containers cannot have one port. */
function checkPorts(groups: ReadonlyMap<string, readonly LocalTarget[]>): void {
  const owners = new Map<number, string>();
  for (const [first] of groups.values()) {
    for (const { port } of first?.endpoints ?? []) {
      const name = first?.broker.name ?? '';
      const other = owners.get(port);
      if (other !== undefined && other !== name) {
        const hint = 'give each broker ports of its own there';
        throw new NoContainerError(name, `its port ${port} is also that of ${other}`, hint);
      }
      owners.set(port, name);
    }
  }
}

/** As compose files name services and host names. */
function serviceName(broker: string, taken: Set<string>): string {
  const base = slug(broker) || 'broker';
  let name = base;
  for (let i = 2; taken.has(name); i++) name = `${base}-${i}`;
  taken.add(name);
  return name;
}

/** Distinguishes the containers of this project from those of any other folder. */
export function composeProject(project: string, directory: string): string {
  const digest = createHash('sha256').update(directory).digest('hex').slice(0, 6);
  return ['brokerform', slug(project), digest].filter((part) => part !== '').join('-');
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

function isLoopback(address: string): boolean {
  return LOOPBACK.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Why connections to this host may leave this machine; undefined if they never do. Of names only `localhost` is
 * accepted: any other one may lead elsewhere at the next look-up.
 */
export async function whyNotLoopback(host: string): Promise<string | undefined> {
  if (isIP(host) !== 0) return isLoopback(host) ? undefined : 'it is not a loopback address';
  if (!/^localhost\.?$/i.test(host)) return 'of names, only localhost is accepted';
  const found = await lookup(host, { all: true }).catch(() => []);
  const elsewhere = found.find(({ address }) => !isLoopback(address));
  return elsewhere && `here it leads to ${elsewhere.address}`;
}
