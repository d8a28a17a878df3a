import type { Address } from './address.ts';
import type { Source } from './diagnostic.ts';

/*
 * A topology as a picture shows it: what messages flow through, and how. Plain data, raw text; renderers escape it
 * and choose shapes and lines by the roles, which are the same for every broker.
 */

/**
 * What a node does with messages.
 * - `router`: passes them on and keeps none, an exchange.
 * - `store`: keeps them, a queue, topic or stream.
 * - `client`: sends or takes them, a principal or consumer.
 * - `subject`: a name that messages are published under.
 * - `link`: carries them between brokers, a shovel.
 * - `other`: has no part in the flow, a policy.
 */
export type NodeRole = 'router' | 'store' | 'client' | 'subject' | 'link' | 'other';

/**
 * How two nodes are joined; messages go `from` → `to`, but for `access`, `deny` and `need`.
 * - `dead-letter`: what was rejected, expired or given up. `alternate`: what could not be routed.
 * - `copy`: mirrors, sources, federation, shovels.
 * - `access`: a right that moves no message. `deny`: a right that is taken away. `need`: must be there first.
 */
export type EdgeRole =
  | 'route'
  | 'produce'
  | 'consume'
  | 'dead-letter'
  | 'alternate'
  | 'copy'
  | 'access'
  | 'deny'
  | 'need';

/** What a plan does to a part. */
export type Mark = 'added' | 'changed' | 'replaced' | 'removed';

/** One line about a node: `message-ttl`, `7d`. */
export interface Fact {
  readonly name: string;
  readonly text: string;
}

export interface GraphNode {
  /** The address of the resource, where it is one; else a text of the same form that no resource has. */
  readonly id: string;
  /** The broker's own word: `queue`. */
  readonly kind: string;
  readonly role: NodeRole;
  readonly name: string;
  /** What tells most about it, short: `quorum`, `12 × 3`. May be empty. */
  readonly detail: string;
  /** The id of its group. */
  readonly group: string;
  /** Resources other than `id` that are shown as part of it. */
  readonly resources: readonly Address[];
  readonly facts: readonly Fact[];
  readonly at?: Source;
  /** True for what is only named: by a resource of the picture, as one of its ends. */
  readonly external?: boolean;
  readonly mark?: Mark;
  /** Whether the plan is blocked by what it does to it. */
  readonly blocked?: boolean;
}

export interface GraphEdge {
  /** Ids of nodes. */
  readonly from: string;
  readonly to: string;
  readonly role: EdgeRole;
  /** A binding key, a filter; may be empty. */
  readonly label: string;
  /** The resources that it stands for: a binding, ACLs. Empty where one of its ends says it in its own spec. */
  readonly resources: readonly Address[];
  readonly at?: Source;
  readonly mark?: Mark;
  readonly blocked?: boolean;
}

/** A vhost, or a broker that has none. */
export interface GraphGroup {
  readonly id: string;
  readonly title: string;
  /** Resources that the group itself stands for. */
  readonly resources: readonly Address[];
  readonly mark?: Mark;
}

/** What a provider draws of its resources. Every end of an edge is a node, every group of a node is there. */
export interface Drawing {
  readonly groups: readonly GraphGroup[];
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface Graph extends Drawing {
  /** What is shown: `topology of shop`. */
  readonly title: string;
  /** What it means that a node is `outside`. */
  readonly external: string;
  /** What was left out of the picture, counted: users, policies. By the broker's own words, sorted. */
  readonly omitted: readonly { readonly kind: string; readonly count: number }[];
}

type NodeParts = Pick<GraphNode, 'id' | 'kind' | 'role' | 'name' | 'group'> & Partial<GraphNode>;
type EdgeParts = Pick<GraphEdge, 'from' | 'to' | 'role'> & Partial<GraphEdge>;

/** Gathers the parts of a drawing, in any order: what is named before it is declared, or never, has a node too. */
export class GraphBuilder {
  readonly #groups = new Map<string, GraphGroup>();
  readonly #nodes = new Map<string, GraphNode>();
  readonly #edges: GraphEdge[] = [];

  group(id: string, title: string, resources: readonly string[] = []): void {
    this.#groups.set(id, { id, title, resources });
  }

  hasGroup(id: string): boolean {
    return this.#groups.has(id);
  }

  /** A node that is there. It takes the place of one that was only named. */
  node(parts: NodeParts): void {
    this.#nodes.set(parts.id, { detail: '', resources: [], facts: [], ...parts });
  }

  find(id: string): GraphNode | undefined {
    return this.#nodes.get(id);
  }

  /** The end of an edge, which need not be there. */
  name(parts: NodeParts): string {
    if (!this.#nodes.has(parts.id)) this.node({ ...parts, external: true });
    return parts.id;
  }

  edge(parts: EdgeParts): void {
    this.#edges.push({ label: '', resources: [], ...parts });
  }

  done(): Drawing {
    return { groups: [...this.#groups.values()], nodes: [...this.#nodes.values()], edges: this.#edges };
  }
}
