import type { Address } from './address.ts';
import type { Source } from './diagnostic.ts';
import { RouteError } from './errors.ts';
import type { EdgeRole, NodeRole } from './graph.ts';
import type { JsonObject } from './json.ts';
import type { BrokerIdentity } from './plan.ts';
import type { Resource } from './resource.ts';
import type { FailedExpectation } from './revision.ts';

/*
 * Where one message goes, or what one client may do: the answer of `brokerform route`, and the evidence of a test.
 * Plain data, raw text; renderers escape it.
 */

/** A step of a message from one node of a route to the next. */
export interface RouteHop {
  readonly role: EdgeRole;
  /** Why the message goes on: `key order.*`, `rejected, or expired after 10s`. May be empty. */
  readonly label: string;
  /** The `id` of a node of the same route. It may be one that comes earlier: a cycle. */
  readonly to: string;
  /** Where the hop is declared: a binding, an argument, a policy's key. */
  readonly at?: Source;
}

/** A place that a message comes to. The same resource is another node where the message goes on differently from it. */
export interface RouteNode {
  /** Unique within the route. */
  readonly id: string;
  /** The resource, where the node is one. */
  readonly address?: Address;
  /** The broker's own word: `queue`. */
  readonly kind: string;
  readonly role: NodeRole;
  readonly name: string;
  /** What tells most about it, short: `topic`, `quorum`. May be empty. */
  readonly detail: string;
  readonly at?: Source;
  /** What happens here that leads nowhere: `no binding matches: the message is dropped`. */
  readonly notes: readonly string[];
  readonly next: readonly RouteHop[];
}

export interface Route {
  /** What was asked: `message to exchange events with key order.created`. */
  readonly subject: string;
  readonly broker: BrokerIdentity;
  /** The first one is where the message is published. */
  readonly nodes: readonly RouteNode[];
  /** The answer in one sentence: `reaches queues audit, notify`. */
  readonly result: string;
  /** Nodes that were left out, as there are more than people read. */
  readonly cut: number;
}

/** What a route is worked out from. */
export interface RoutedTopology {
  readonly broker: BrokerIdentity;
  /** Completed. */
  readonly resources: readonly Resource[];
  /** Live resources are all there are; what declarations name and do not declare may still be there. */
  readonly live: boolean;
}

/** Whether one expectation of a test holds. */
export interface Verdict {
  /** The key of the test: `reaches`. */
  readonly key: string;
  /** Absent where it holds: `expected queues audit, notify; got queue audit`. */
  readonly failure?: string;
  readonly hint?: string;
}

export interface Answer {
  readonly verdicts: readonly Verdict[];
  /** Shows why; absent where the test asks about no message. */
  readonly route?: Route;
}

/** The answer to a test whose message cannot even be published. @throws any other error */
export function answerToRefusal(error: unknown): Answer {
  if (!(error instanceof RouteError)) throw error;
  const { message, hint } = error;
  return { verdicts: [{ key: 'publish', failure: message, ...(hint !== undefined && { hint }) }] };
}

/** Tests that are to run on a broker. */
export interface TestTrial {
  /** What is declared, completed. */
  readonly resources: readonly Resource[];
  /** Checked against the schema; without `name` and `broker`. */
  readonly tests: readonly JsonObject[];
  /** Aborted: what was made is removed, and nothing more is tried. */
  readonly signal: AbortSignal;
}

/** What a broker did, or why it was not tried. */
export type TrialAnswer = Answer | { readonly skipped: string };

/** What a provider works out about messages. Pure. */
export interface Router {
  /**
   * @param request the keys of a test that tell what is asked, checked against the schema:
   *   `{ publish: { exchange: 'events', key: 'order.created' } }`
   * @throws RouteError where nothing can be asked of the named one: it is not declared, or refuses messages
   */
  route(request: JsonObject, topology: RoutedTopology): Route;
  /**
   * Every expectation of a test, in the test's order.
   * @param test checked against the schema, without name and broker
   * @throws RouteError as `route` does: the test then fails
   */
  judge(test: JsonObject, topology: RoutedTopology): Answer;
}

/** How a provider takes part in `route` and `test`. */
export interface Routing {
  /** JSON Schema (draft-07) of a test, but for its `name` and `broker`. */
  readonly testSchema: JsonObject;
  /** Paths of keys of which each test has at least one, and no test of another broker has any: `publish.exchange`. */
  readonly subjects: readonly string[];
  /** The keys that the positional arguments of `route` give, in order: `publish.exchange`, `publish.key`. */
  readonly positions: readonly string[];
  /** Keys that options of `route` give: `publish.vhost` is given by `--vhost`. */
  readonly options: readonly string[];
  /** Whether sessions of such brokers run tests; no other broker is connected to for that. */
  readonly testsLive?: true;
  load(): Promise<Router>;
}

/** A test as a topology file has it. */
export interface DeclaredTest {
  readonly name: string;
  /** The configured name of its broker. */
  readonly broker: string;
  /** Checked against the provider's schema; without `name` and `broker`. */
  readonly body: JsonObject;
  readonly at: Source;
  /** The places of its keys. */
  readonly places: Readonly<Record<string, Source>>;
}

export interface TestResult {
  readonly name: string;
  readonly broker: string;
  readonly at: Source;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped. */
  readonly reason?: string;
  readonly failures: readonly FailedExpectation[];
  /** Of a failed test: the way that explains it. */
  readonly route?: Route;
}

/** What `brokerform test` found out. */
export interface TestReport {
  readonly brokerform: 'test';
  readonly version: 1;
  readonly project: string;
  readonly environment?: string;
  readonly results: readonly TestResult[];
}
