import { afterEach, beforeEach, describe, inject } from 'vitest';
import type { SharedRabbit } from '../../../local/shared-brokers.ts';
import { encodeSegment, makeAddress } from '../../../src/model/index.ts';
import { CliFolder, variable } from '../cli-folder.ts';
import { Management } from './management.ts';
import { startWires, type Wires } from './wire.ts';

const LINES = ['old', 'current'] as const;
export type Line = (typeof LINES)[number];

/**
 * The same tests on both lines, side by side, as most of the time one waits for a process or a broker; the tests of
 * one line run one after the other, or are skipped where its broker cannot be had. Once a file, or all of its suites run
 * at once.
 */
export function eachLine(title: string, define: (broker: SharedRabbit, line: Line) => void): void {
  for (const line of LINES) {
    const { missing: skip, ...broker } = sharedBroker(line);
    describe.concurrent(title.replace('%s', line), { skip }, () => {
      describe.sequential('through the command line', () => define(broker, line));
    });
  }
}

/** The shared broker of a line; where it cannot be had, tests that need it are to be skipped. */
export function sharedBroker(line: Line): SharedRabbit & { readonly missing: boolean } {
  const shared = inject('rabbitmq')[line];
  return shared ? { ...shared, missing: false } : { url: '', management: '', version: line, missing: true };
}

/** A project in a folder of its own, about a vhost of its own, worked on by the command line alone. */
export class CliProject extends CliFolder {
  readonly vhost: string;
  readonly broker: Management;
  readonly #management: string;

  constructor(broker: { url: string; management: string }, vhost = freshVhost()) {
    super({ URL: broker.url, MANAGEMENT: broker.management });
    this.vhost = vhost;
    this.broker = new Management(broker.management);
    this.#management = broker.management;
    this.configure();
  }

  /** Writes brokerform.yaml: the only broker is where $URL and $MANAGEMENT say, and the vhost is ours. */
  configure(more: object = {}, connection: object = {}): void {
    const v = encodeSegment(this.vhost);
    this.write('brokerform.yaml', {
      // Applies of one project exclude each other, and tests share a broker.
      project: this.vhost,
      topologies: ['topology.yaml'],
      brokers: {
        main: { type: 'rabbitmq', url: variable('URL'), management: variable('MANAGEMENT'), ...connection },
      },
      owns: { main: [`queue/${v}/*`, `exchange/${v}/*`, `binding/${v}/**`] },
      ...more,
    });
  }

  /** Writes the topology: the body of the vhost, and what stands beside vhosts. */
  declare(body: object, beside: object = {}): void {
    const { retired, ...rest } = beside as { retired?: readonly string[] };
    const rabbitmq = { vhosts: { [this.vhost]: body }, ...rest };
    this.write('topology.yaml', { rabbitmq, ...(retired && { retired }) });
  }

  address(kind: string, ...path: readonly string[]): string {
    return makeAddress('main', kind, this.vhost, ...path);
  }

  /** Makes the vhost, so that a test starts with what it is about. */
  async makeVhost(): Promise<void> {
    await this.broker.put(['vhosts', this.vhost], {});
  }

  publish(queue: string, payload = 'precious'): Promise<unknown> {
    const message = { properties: {}, routing_key: queue, payload, payload_encoding: 'string' };
    return this.broker.request('POST', ['exchanges', this.vhost, 'amq.default', 'publish'], message);
  }

  /** Names of all queues of the vhost, in order. */
  async queues(): Promise<string[]> {
    const listed = await this.broker.get('queues', this.vhost);
    return listed.map(({ name }) => String(name)).sort();
  }

  /** `source → destination key` of all bindings but those to the default exchange, in order. */
  async bindings(): Promise<string[]> {
    const listed = await this.broker.get('bindings', this.vhost);
    return listed
      .filter(({ source }) => source !== '')
      .map(({ source, destination, routing_key }) => `${source} → ${destination} ${routing_key}`)
      .sort();
  }

  async remove(): Promise<void> {
    this.removeFolder();
    // A broker of a test's own may be gone by now, and its vhosts with it.
    if (this.#management !== '') await this.broker.delete('vhosts', this.vhost).catch(() => {});
  }
}

/** A project that reaches its broker through wires, which can be cut and held; its vhost is there. */
export class WiredProject extends CliProject {
  readonly wires: Wires;

  private constructor(broker: { url: string; management: string }, wires: Wires) {
    super(broker);
    this.wires = wires;
    this.set({ URL: wires.url, MANAGEMENT: wires.management });
  }

  static async start(broker: { url: string; management: string }): Promise<WiredProject> {
    const project = new WiredProject(broker, await startWires(broker));
    await project.makeVhost();
    return project;
  }

  override async remove(): Promise<void> {
    await super.remove();
    await this.wires.close();
  }
}

let count = 0;

/** A name that no other test has. */
export function freshVhost(): string {
  return `days-${process.pid}-${Date.now().toString(36)}-${count++}`;
}

/** A vhost of its own for each test of the suite that calls this. */
export function vhostOfTest(broker: Management): { readonly name: string } {
  let name = '';
  beforeEach(async () => {
    name = freshVhost();
    await broker.put(['vhosts', name], {});
  });
  afterEach(() => broker.delete('vhosts', name));
  return {
    get name() {
      return name;
    },
  };
}

/** Queues `<prefix>0`, `<prefix>1` and so on, each with a binding: `2 × count` resources. */
export function manyQueues(howMany: number, prefix = 'q'): Record<string, object> {
  const body = { 'max-length': 10, bindings: [{ from: 'amq.topic', key: 'k' }] };
  return Object.fromEntries(Array.from({ length: howMany }, (_, i) => [`${prefix}${i}`, body]));
}
