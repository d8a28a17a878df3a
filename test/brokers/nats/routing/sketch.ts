import { router } from '../../../../src/brokers/nats/routing/router.ts';
import type { JsonObject, Route, RoutedTopology, Verdict } from '../../../../src/model/index.ts';
import { checkSection, server, sides } from '../project.ts';

/** What a section in YAML declares, as `route` and `test` see it. */
export function topologyOf(section: string | JsonObject, version?: string): RoutedTopology {
  const broker = server(version);
  const { resources, diagnostics } = checkSection(section, version);
  const wrong = diagnostics.find(({ code }) => code.startsWith('load/'));
  if (wrong) throw new Error(wrong.message);
  return { broker, resources: [...sides(broker, resources).desired.values()], live: false };
}

/** @param publish a subject, or a subject with headers */
export function routed(
  topology: RoutedTopology,
  subject: string,
  headers: Readonly<Record<string, string>> = {},
): Route {
  return router.route({ publish: { subject, headers } }, topology);
}

export function judged(
  topology: RoutedTopology,
  subject: string,
  expectations: JsonObject,
): readonly Verdict[] {
  return router.judge({ publish: { subject }, ...expectations }, topology).verdicts;
}

/** A line a hop: `ORDERS -[mirror]-> COPY`. */
export function hops({ nodes }: Route): string[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const textOf = (id: string) => {
    const node = byId.get(id);
    const detail = / as .*/.exec(node?.detail ?? '')?.[0] ?? '';
    return `${node?.name}${detail}`;
  };
  return nodes.flatMap(({ id, next }) =>
    next.map(({ label, to }) => `${textOf(id)} -[${label}]-> ${textOf(to)}`),
  );
}

export function notes({ nodes }: Route): string[] {
  return nodes.flatMap(({ name, notes: own }) => own.map((note) => `${name}: ${note}`));
}
