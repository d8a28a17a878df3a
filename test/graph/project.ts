import { join } from 'node:path';
import { completeSides } from '../../src/diff/index.ts';
import type { Graph, Plan, Snapshot } from '../../src/model/index.ts';
import { type Checked, check, makePlan, topologyGraph, writeSnapshot } from '../../src/workflow/index.ts';
import { awaitInFolder, inFolder } from '../setup/folder.ts';

const CONFIG = `
project: shop
topologies: [topology.yaml]
brokers:
  main: { type: rabbitmq, url: "amqp://localhost", management: "http://localhost:15672" }
  events: { type: kafka, bootstrap: ["localhost:9092"] }
  edge: { type: nats, servers: ["nats://localhost:4222"] }
owns:
  main: ["**"]
  events: ["**"]
  edge: ["**"]
`;

function checkYaml(yaml: string): Checked {
  return inFolder({ 'brokerform.yaml': CONFIG, 'topology.yaml': yaml }, (directory) => {
    const checked = check({ directory, env: {} });
    const errors = checked.diagnostics.filter(({ severity }) => severity === 'error');
    if (errors.length > 0)
      throw new Error(errors.map(({ code, message }) => `${code}: ${message}`).join('\n'));
    return checked;
  });
}

export function graphOf(yaml: string): Graph {
  return topologyGraph(checkYaml(yaml));
}

/** A plan, with pruning, from brokers that hold the one topology to the other. */
export async function planOf(before: string, after: string): Promise<Plan> {
  const snapshots = [...checkYaml(before).brokers.values()].map(
    ({ provider, desired, assumed }): Snapshot => {
      const { desired: completed } = completeSides({ broker: assumed }, desired, [], provider.kinds);
      return { broker: assumed, resources: [...completed.values()].map(withoutPlaces) };
    },
  );
  return awaitInFolder({ 'live.json': writeSnapshot(snapshots) }, (folder) =>
    makePlan(checkYaml(after), {
      ...{ against: join(folder, 'live.json'), targets: [], excludes: [], prune: true, allow: [] },
      ...{ timeout: 1000, wait: 0, signal: new AbortController().signal, onWait: () => {} },
      now: () => new Date(0),
    }),
  );
}

function withoutPlaces(resource: Snapshot['resources'][number]): Snapshot['resources'][number] {
  const { at: _, places: __, ...live } = resource;
  return live;
}

/** `exchange events route→ queue audit (#)`, for short assertions; marks in front. */
export function edgesOf(graph: Graph): string[] {
  const names = new Map(graph.nodes.map((node) => [node.id, `${node.kind} ${node.name}`]));
  return graph.edges
    .map(({ from, to, role, label, mark }) => {
      const text = `${names.get(from)} ${role}→ ${names.get(to)}`;
      return [mark, text, label && `(${label})`].filter((part) => part).join(' ');
    })
    .sort();
}

/** `queue audit`, with a mark in front, and `?` behind what is only named. */
export function nodesOf(graph: Graph): string[] {
  return graph.nodes
    .map(
      ({ kind, name, mark, external }) => `${mark ? `${mark} ` : ''}${kind} ${name}${external ? ' ?' : ''}`,
    )
    .sort();
}
