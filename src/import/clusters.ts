import { formatSource, type Source } from '../model/index.ts';
import { type Account, shortened } from './account.ts';

/** The cluster that a document of another tool is for. */
export interface Cluster {
  readonly name: string;
  /** Where clusters of one name can be; any where it is not told. */
  readonly namespace: string | undefined;
  readonly at: Source;
}

/**
 * One import is for one cluster, as what is written is for one broker: the only one that the files are for, or the one
 * that was chosen. Documents of others are then left, and counted.
 */
export class Clusters {
  readonly #account: Account;
  readonly #chosen: string | undefined;
  readonly #others = new Map<string, { readonly at: Source; count: number }>();
  #first: Cluster | undefined;
  #isMet = false;

  /** @param chosen `NAME` or `NAMESPACE/NAME` */
  constructor(account: Account, chosen?: string) {
    this.#account = account;
    this.#chosen = chosen;
  }

  isMeant(cluster: Cluster): boolean {
    if (this.#chosen !== undefined) return this.#isChosen(cluster);
    const { name, namespace, at } = cluster;
    const first = this.#first ?? cluster;
    const isElsewhere =
      namespace !== undefined && first.namespace !== undefined && namespace !== first.namespace;
    if (first.name === name && !isElsewhere) {
      this.#first = { ...first, namespace: first.namespace ?? namespace };
      return true;
    }
    // Each cluster once: a state may hold hundreds of resources of another.
    if (this.#count(cluster) > 1) return true;
    const message = `this is for ${titleOf(cluster)}, and ${formatSource(first.at)} is for ${titleOf(first)}`;
    const hint = `one import is for one broker: choose with --cluster ${keyOf(first)}, then import the other`;
    this.#account.error('several-clusters', at, message, { hint, related: [first.at] });
    return true;
  }

  /** The clusters whose documents were left. */
  get others(): readonly string[] {
    return [...this.#others.keys()];
  }

  /** Whether a document is for the cluster that was chosen. */
  get isMet(): boolean {
    return this.#isMet;
  }

  /** Tells how much was left for other clusters. */
  tellOthers(): void {
    if (this.#chosen === undefined) return;
    for (const [name, { count, at }] of this.#others) {
      this.#account.remark(name, `${count} left out: --cluster chose ${shortened(this.#chosen)}`, at);
    }
  }

  #isChosen(cluster: Cluster): boolean {
    const isChosen = [cluster.name, keyOf(cluster)].includes(this.#chosen ?? '');
    if (isChosen) this.#isMet = true;
    else this.#count(cluster);
    return isChosen;
  }

  #count(cluster: Cluster): number {
    const other = this.#others.get(keyOf(cluster)) ?? { at: cluster.at, count: 0 };
    other.count++;
    this.#others.set(keyOf(cluster), other);
    return other.count;
  }
}

function keyOf({ name, namespace }: Cluster): string {
  return shortened(namespace === undefined ? name : `${namespace}/${name}`);
}

function titleOf({ name, namespace }: Cluster): string {
  return shortened(namespace === undefined ? name : `${name} in namespace ${namespace}`);
}
