import {
  addTo,
  kindOf,
  oncePer,
  type Resource,
  type RoutedTopology,
  RouteError,
  type RouteNode,
  suggestionOr,
} from '../../../model/index.ts';
import { nameOf } from '../kinds/kind.ts';
import { USER } from '../kinds/user.ts';
import { deadLetterSource, type Topic, topicOf } from '../topology.ts';
import { Authorizer } from './authorizer.ts';

/** What is asked about: the topics and ACLs of one cluster. */
export class RoutedCluster {
  readonly topics: ReadonlyMap<string, Topic>;
  readonly authorizer: Authorizer;
  readonly version: string;
  /** That ACLs name or that are users. */
  readonly principals: ReadonlySet<string>;
  /** By principal. */
  readonly #users: ReadonlyMap<string, Resource>;
  readonly #live: boolean;
  readonly #deadLetters = new Map<string, Topic[]>();

  constructor({ resources, broker, live }: RoutedTopology) {
    const ofKind = (kind: string) => resources.filter(({ address }) => kindOf(address) === kind);
    const topics = ofKind('topic').map((resource) => topicOf(resource, broker.facts));
    this.topics = new Map(topics.map((topic) => [topic.name, topic]));
    this.authorizer = new Authorizer(ofKind('acl'));
    this.#users = new Map(ofKind('user').map((user) => [USER + nameOf(user), user]));
    this.principals = new Set([...this.authorizer.principals, ...this.#users.keys()]);
    this.version = broker.version;
    this.#live = live;
    for (const topic of topics) {
      const source = deadLetterSource(topic.name);
      if (source !== undefined) addTo(this.#deadLetters, source, topic);
    }
  }

  /** @throws RouteError where there is no such topic */
  topic(name: string): Topic {
    const topic = this.topics.get(name);
    if (topic) return topic;
    const shown = name === '' ? '""' : name;
    const [message, otherwise] = this.#live
      ? [`topic ${shown} is not on the broker`, 'or the user of the connection may not describe it']
      : [`topic ${shown} is not declared`, 'declare it, or ask the broker with --live'];
    throw new RouteError(message, suggestionOr(otherwise, name, this.topics.keys()));
  }

  /** A principal as a part of a route. @param role tells apart what it is there for */
  principalNode(role: 'sender' | 'reader', name: string): Omit<RouteNode, 'notes' | 'next'> {
    const { address, at } = this.#users.get(name) ?? {};
    return {
      ...{ id: `${role} ${name}`, kind: 'principal', role: 'client', name, detail: '' },
      ...(address !== undefined && { address }),
      ...(at && { at }),
    };
  }

  /** Topics that take what consumers of this one give up, by their names. */
  deadLettersOf(topic: string): readonly Topic[] {
    return this.#deadLetters.get(topic) ?? [];
  }

  get hasAcls(): boolean {
    return this.authorizer.acls.length > 0;
  }
}

/** The same one for the same topology, as many tests ask of it. */
export const clusterOf = oncePer((topology: RoutedTopology) => new RoutedCluster(topology));
