import { providers as allProviders } from '../brokers/index.ts';
import {
  type Action,
  type Address,
  allSteps,
  type Blocker,
  type BrokerIdentity,
  brokerOf,
  type Diff,
  type Drawing,
  type Fact,
  type Graph,
  type GraphEdge,
  type GraphNode,
  type Mark,
  type Plan,
  type Provider,
  type Resource,
  type Step,
  waysOn,
} from '../model/index.ts';
import { coveredBy, drawingOf, withPlainNodes } from './graph.ts';

const MARKS: Readonly<Record<Action, Mark>> = {
  create: 'added',
  update: 'changed',
  replace: 'replaced',
  delete: 'removed',
};

/** What a plan changes, or a branch; see {@link changesGraph}. */
export function planGraph(plan: Plan): Graph {
  return changesGraph({ ...plan, steps: allSteps(plan) });
}

/**
 * The part of a topology that changes touch, and what it is joined to, as far as they tell. All comes from the steps
 * alone: what is there before, drawn, against what is there after.
 */
export function changesGraph(
  changes: Pick<Diff, 'project' | 'environment' | 'brokers' | 'steps' | 'blockers'>,
  providers: readonly Provider[] = allProviders,
): Graph {
  const { steps, blockers } = changes;
  const marks = marksOf(steps);
  const drawings = changes.brokers.flatMap((broker) => {
    const provider = providers.find(({ name }) => name === broker.type);
    const own = steps.filter(({ address }) => brokerOf(address) === broker.name);
    return provider ? [drawChanges(provider, broker, own, marks)] : [];
  });
  const facts = new Map(steps.map((step) => [step.address, factsOf(step, blockers)]));
  const blocked = new Set(blockers.map(({ address }) => address));
  const { project, environment } = changes;
  return {
    title: `changes of ${project}${environment === undefined ? '' : ` (${environment})`}`,
    external: 'not changed',
    groups: drawings.flatMap(({ groups }) =>
      groups.map((group) => marked(group, markOfAll(group.resources, marks))),
    ),
    nodes: drawings
      .flatMap(({ nodes }) => nodes.map((node) => withChange(node, marks, facts)))
      .map((node) => withBlock(node, [node.id, ...node.resources], blocked)),
    edges: drawings.flatMap(({ edges }) => edges).map((edge) => withBlock(edge, edge.resources, blocked)),
    omitted: [],
  };
}

function withBlock<Part>(
  part: Part,
  resources: readonly Address[],
  blocked: ReadonlySet<Address>,
): Part | (Part & { readonly blocked: true }) {
  return resources.some((address) => blocked.has(address)) ? { ...part, blocked: true } : part;
}

function marksOf(steps: readonly Step[]): Map<Address, Mark> {
  const marks = new Map<Address, Mark>();
  for (const { dependents } of steps) {
    for (const { address, outcome } of dependents) {
      marks.set(address, outcome === 'recreated' ? 'replaced' : 'removed');
    }
  }
  for (const { address, action } of steps) marks.set(address, MARKS[action]);
  return marks;
}

function drawChanges(
  provider: Provider,
  broker: BrokerIdentity,
  steps: readonly Step[],
  marks: ReadonlyMap<Address, Mark>,
): Drawing {
  const own = new Set(steps.map(({ address }) => address));
  // Of what goes and comes with others the plan keeps no spec, but its address tells its ends.
  const dependents = steps
    .flatMap((step) => step.dependents.map((dependent) => ({ ...dependent, dependsOn: [step.address] })))
    .filter(({ address }) => !own.has(address))
    .map(({ address, outcome, dependsOn }) => ({ outcome, resource: { address, spec: {}, dependsOn } }));
  const before: Resource[] = [
    ...steps.flatMap(({ change }) => ('before' in change ? [change.before] : [])),
    ...dependents.map(({ resource }) => resource),
  ];
  const after: Resource[] = [
    ...steps.flatMap(({ change }) => ('after' in change ? [change.after] : [])),
    ...dependents.filter(({ outcome }) => outcome === 'recreated').map(({ resource }) => resource),
  ];
  const merged = merge(drawingOf(provider, before, broker), drawingOf(provider, after, broker), marks);
  const covered = coveredBy(merged);
  const rest = new Map([...before, ...after].map((resource) => [resource.address, resource]));
  for (const address of covered) rest.delete(address);
  return withPlainNodes(merged, provider, [...rest.values()]);
}

/** Both drawings as one. What a plan does to an edge shows by which of them has it. */
function merge(before: Drawing, after: Drawing, marks: ReadonlyMap<Address, Mark>): Drawing {
  const nodes = new Map<string, GraphNode>();
  for (const node of [...before.nodes, ...after.nodes]) {
    const known = nodes.get(node.id);
    if (!known || !node.external || known.external) nodes.set(node.id, node);
  }
  const edges = new Map<string, GraphEdge>();
  for (const edge of before.edges) edges.set(keyOf(edge), { ...edge, mark: 'removed' });
  for (const edge of after.edges) {
    const earlier = edges.get(keyOf(edge));
    if (!earlier) edges.set(keyOf(edge), { ...edge, mark: 'added' });
    else {
      const resources = [...new Set([...earlier.resources, ...edge.resources])];
      edges.set(keyOf(edge), marked({ ...edge, resources }, markOfAll(resources, marks)));
    }
  }
  const groups = new Map([...before.groups, ...after.groups].map((group) => [group.id, group]));
  return { groups: [...groups.values()], nodes: [...nodes.values()], edges: [...edges.values()] };
}

function keyOf({ from, to, role, label }: GraphEdge): string {
  return JSON.stringify([from, to, role, label]);
}

/** What happens to something that stands for several resources; undefined where nothing happens to any of them. */
function markOfAll(resources: readonly Address[], marks: ReadonlyMap<Address, Mark>): Mark | undefined {
  const found = new Set(resources.flatMap((address) => marks.get(address) ?? []));
  const [first] = found;
  return found.size > 1 ? 'changed' : first;
}

function withChange(
  node: GraphNode,
  marks: ReadonlyMap<Address, Mark>,
  facts: ReadonlyMap<Address, readonly Fact[]>,
): GraphNode {
  const own = marks.get(node.id);
  const { external: _, ...inside } = node;
  if (own) {
    const changes = facts.get(node.id) ?? [];
    const said = new Set(changes.map(({ name }) => name));
    return { ...inside, mark: own, facts: [...changes, ...node.facts.filter(({ name }) => !said.has(name))] };
  }
  const parts = node.resources.flatMap((address) => facts.get(address) ?? []);
  const isTouched = node.resources.some((address) => marks.has(address));
  return isTouched ? { ...node, mark: 'changed', facts: [...node.facts, ...parts] } : node;
}

function marked<Part extends { readonly mark?: Mark }>(part: Part, mark: Mark | undefined): Part {
  return mark === undefined ? part : { ...part, mark };
}

/** What the plan says about a step. */
function factsOf(step: Step, blockers: readonly Blocker[]): Fact[] {
  const { fields, risks, affected, action, address } = step;
  const isNew = action === 'create';
  const blocked = blockers.filter((blocker) => blocker.address === address);
  return [
    ...(isNew ? [] : fields).map(({ name, before = '(unset)', after = '(unset)' }) => ({
      name,
      text: `${before} → ${after}`,
    })),
    ...risks.map((risk) => ({ name: risk.class, text: risk.message })),
    ...(affected ? [{ name: 'affected', text: affected.text }] : []),
    ...(blocked.length > 0 ? wayOnFacts(blocked) : []),
  ];
}

function wayOnFacts(blockers: readonly Blocker[]): Fact[] {
  const { hints, flags } = waysOn(blockers);
  const name = 'blocked';
  if (flags.length === 0) return [{ name, text: ['cannot be overridden', ...hints].join(': ') }];
  const ways = [...(hints.length > 0 ? [hints.join('; ')] : []), ...flags];
  return ways.map((way, i) => ({ name, text: `${i === 0 ? 'to proceed' : 'or'}: ${way}` }));
}
