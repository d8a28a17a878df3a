import {
  type Address,
  brokerOf,
  type Context,
  isObject,
  type Json,
  type JsonObject,
  kindOf,
  type Resource,
} from '../../../../model/index.ts';
import { normalize, withLive } from '../../fields/normalize.ts';
import { duplicateWindow, streamFields } from '../../fields/stream.ts';
import { isUnset, numberIn, objectsIn } from '../../fields/values.ts';
import { originsOf, streamAddress, streamNameOf } from '../addresses.ts';
import { limitedDefault, setDefault } from '../server-limits.ts';

/**
 * The configuration of a stream as the server would echo it, with defaults and derived values: `checkStreamCfg` in
 * server/stream.go.
 */
export function completeStream(resource: Resource, context: Context): JsonObject {
  const { broker } = context;
  const declared = withLive(streamFields, resource, context);
  const spec = normalize(streamFields, declared, broker);
  if (spec.metadata === null) spec.metadata = {};
  if (!Array.isArray(spec.subjects)) spec.subjects = undeclaredSubjects(spec, resource);
  applyImplications(spec);
  if (isUnset(declared.duplicate_window)) chooseWindow(spec, resource, context);
  if (isObject(spec.mirror)) spec.mirror_direct = mirrorDirect(resource, spec.mirror, context);
  return spec;
}

function chooseWindow(spec: Record<string, Json>, resource: Resource, context: Context): void {
  const standard = duplicateWindow(spec, context.broker);
  const chosen = standard === 0 ? 0 : limitedDefault('duplicate_window', standard, resource, context);
  setDefault(spec, 'duplicate_window', chosen);
}

function undeclaredSubjects(spec: JsonObject, { address }: Resource): Json {
  return isObject(spec.mirror) || Array.isArray(spec.sources) ? [] : [streamNameOf(address)];
}

/** Fields that imply others. */
function applyImplications(spec: Record<string, Json>): void {
  const { subject_delete_marker_ttl: ttl } = spec;
  const hasMarkers = !isUnset(ttl) && numberIn(ttl) > 0n;
  if (hasMarkers) spec.allow_msg_ttl = true;
  // The server also turns deny_purge off. A declared deny_purge is rejected instead, because of allow_rollup_hdrs.
  if (hasMarkers || spec.allow_msg_schedules === true) spec.allow_rollup_hdrs = true;
  if (spec.sealed === true) {
    spec.max_age = 0;
    spec.discard = 'new';
    spec.deny_delete = true;
    spec.deny_purge = true;
    spec.allow_rollup_hdrs = false;
  }
}

/**
 * `mirror_direct` as the server sets it: `allow_direct` of the origin, whatever was sent. If the origin is unknown, the
 * declared or else the live value.
 */
function mirrorDirect(resource: Resource, mirror: JsonObject, context: Context): boolean {
  const live = context.live.get(resource.address);
  const own = resource.spec.mirror_direct ?? live?.spec.mirror_direct;
  const inherited = live === resource ? undefined : originDirect(resource, mirror, context);
  return inherited ?? own === true;
}

function originDirect(resource: Resource, mirror: JsonObject, context: Context): boolean | undefined {
  if (isObject(mirror.external) || typeof mirror.name !== 'string') return undefined;
  const origin: Address = streamAddress(brokerOf(resource.address), mirror.name);
  const desired = context.desired.get(origin);
  const live = context.live.get(origin);
  if (!desired) return live && live.spec.allow_direct === true;
  if (typeof desired.spec.allow_direct === 'boolean') return desired.spec.allow_direct;
  // A bucket keeps its live value, and is created with direct reads.
  if (kindOf(origin) === 'stream') return false;
  return live ? live.spec.allow_direct === true : true;
}

/**
 * The configuration with its sources in an order that servers take: those that copy from others of them first. Servers
 * follow sources breadth first, and report a cycle for a stream that they find again ("detected cycle" in `checkStreamCfg`
 * of server/stream.go), although two ways to one stream are none.
 */
export function withSourceOrder(config: JsonObject, context: Context): JsonObject {
  const sources = objectsIn(config.sources);
  if (sources.length < 2) return config;
  // A stream that copies from another one has all origins of that, and it besides.
  const counted = sources.map((source) => {
    const [name] = originsOf({ sources: [source] });
    return { source, count: name === undefined ? 0 : originCount(name, context) };
  });
  return { ...config, sources: counted.sort((a, b) => b.count - a.count).map(({ source }) => source) };
}

/** How many streams a stream copies from, directly or through others. */
function originCount(stream: string, { broker, desired, live }: Context): number {
  const found = new Set([stream]);
  for (const name of found) {
    const address = streamAddress(broker.name, name);
    const { spec = {} } = desired.get(address) ?? live.get(address) ?? {};
    for (const origin of originsOf(spec)) found.add(origin);
  }
  return found.size - 1;
}
