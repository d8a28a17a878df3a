import type { Drawing, GraphEdge, GraphGroup, GraphNode } from './graph.ts';

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
