import { diffResources, markMoves, resetSecrets } from '../diff/index.ts';
import {
  type Address,
  type BrokerIdentity,
  type Change,
  type Context,
  indexByAddress,
  isMove,
  isObject,
  type Json,
  type JsonObject,
  type Provider,
  type Resource,
  type Step,
  type Surroundings,
  subject,
} from '../model/index.ts';
import { allowance, type StepsInput, streamSteps } from '../plan/index.ts';

/** What a plan says of one broker. */
export interface Claim {
  readonly provider: Provider;
  readonly broker: BrokerIdentity;
  readonly steps: readonly Step[];
  /** Of all brokers, or of this one. */
  readonly surroundings: Surroundings;
  /** `--allow` keys. */
  readonly allowed: readonly string[];
}

/**
 * Makes the steps of one broker anew out of the changes that they name and what surrounds these, with the code that
 * made them: what a plan shows and what it sends are then functions of the same data. Each is made when it is asked for:
 * all steps of a large plan a second time would double its memory.
 * @param live instead of the live resources of the claim
 */
export function rebuildSteps(
  claim: Claim,
  live: Context['live'] = claimedLive(claim),
): ReturnType<typeof streamSteps> {
  return streamSteps(claimedInput(claim, live));
}

/** What the steps of the claim are built of anew. */
function claimedInput(claim: Claim, live: Context['live']): StepsInput {
  const { provider, broker, allowed } = claim;
  const context: Context = { broker, desired: claimedDesired(claim), live };
  const changes = changesOf(claim, context);
  return {
    context,
    kinds: provider.kinds,
    changes,
    readAt: claim.steps.find(({ affected }) => affected)?.affected?.readAt ?? '',
    isAllowed: allowance(allowed),
    order: provider.order?.(changes, context) ?? [],
    recorded: recordedIn(claim.steps),
  };
}

const RECORDED_IN = /re-created from (.*)$/s;

/** The files that an interrupted apply left, as the steps name them. */
function recordedIn(steps: readonly Step[]): ReadonlyMap<Address, string> {
  return new Map(
    steps.flatMap(({ address, risks }) =>
      risks.flatMap(({ code, message }): [Address, string][] => {
        const file = code === 'recovered' ? RECORDED_IN.exec(message)?.[1] : undefined;
        return file === undefined ? [] : [[address, file]];
      }),
    ),
  );
}

/** The live resources that the claim tells of, by address. */
export function claimedLive({ surroundings, steps }: Claim): ReadonlyMap<Address, Resource> {
  const befores = steps.flatMap(({ change }) => ('before' in change ? [change.before] : []));
  return indexByAddress([...surroundings.live, ...befores]);
}

function claimedDesired({ surroundings, steps }: Claim): ReadonlyMap<Address, Resource> {
  const restored = restoredBy(steps);
  const afters = steps.flatMap(({ address, change }) =>
    'after' in change && !restored.has(address) ? [change.after] : [],
  );
  return indexByAddress([...surroundings.desired, ...afters]);
}

/** What several replacements take along has a creation of its own, which no change asked for. */
function restoredBy(steps: readonly Step[]): ReadonlySet<Address> {
  const dependents = steps.flatMap((step) => step.dependents.map(({ address }) => address));
  return new Set(dependents);
}

function changesOf({ provider, steps }: Claim, context: Context): readonly Change[] {
  const addresses = new Set(steps.map(({ address }) => address));
  const retired = steps.flatMap(({ address, action, dependents }) => [
    ...(action === 'delete' ? [address] : []),
    // With a replacement goes for good only what was itself to go.
    ...(action === 'replace' ? dependents.filter(({ outcome }) => outcome === 'removed') : []).map(
      (dependent) => dependent.address,
    ),
  ]);
  const found = diffResources({ context, kinds: provider.kinds, retired, owns: [], prune: false });
  const resets = steps.flatMap(({ address, change }) =>
    'resets' in change && change.resets === true ? [address] : [],
  );
  const moves = new Set(steps.filter(({ change }) => isMove(change)).map(({ address }) => address));
  const marked = markMoves(found, context, provider.kinds, ({ address }) => moves.has(address));
  const { changes } = resetSecrets(marked, context, resets);
  const gone = new Set(retired);
  return changes.filter((change) => {
    const { address } = subject(change);
    return addresses.has(address) || gone.has(address);
  });
}

/** Keys of a plan that tell where something was declared, and nothing of what is done. */
const PLACES: ReadonlySet<string> = new Set(['at', 'places']);

/** Below these stand data of users and brokers, whose keys mean nothing here. */
const OPAQUE: ReadonlySet<string> = new Set(['spec', 'metrics', 'calls', 'values', 'fingerprints', 'facts']);

/** Whether two parts of plans are the same but for places in files. What is undefined is absent. */
export function samePart(a: unknown, b: unknown, isOpaque = false): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => samePart(item, b[i], isOpaque));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const isIgnored = (key: string) => !isOpaque && PLACES.has(key);
  const [left, right]: JsonObject[] = [a, b];
  for (const key in left) {
    if (isIgnored(key)) continue;
    if (!samePart(left[key], right?.[key], isOpaque || OPAQUE.has(key))) return false;
  }
  for (const key in right) {
    if (right[key] !== undefined && left?.[key] === undefined && !isIgnored(key)) return false;
  }
  return true;
}

/** A part of a plan without places in files. */
export function placeless(value: Json): Json {
  if (Array.isArray(value)) return value.map(placeless);
  if (!isObject(value)) return value;
  const fields: JsonObject = value;
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([key]) => !PLACES.has(key))
      .map(([key, item]) => [key, OPAQUE.has(key) ? item : placeless(item)]),
  );
}
