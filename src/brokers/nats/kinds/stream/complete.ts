import {
  type Address,
  brokerOf,
  type Context,
  isObject,
  type Json,
  type JsonObject,
  kindOf,
  type Resource,
  toBigInt,
} from '../../../../model/index.ts';
import { duplicateWindow } from '../../fields/duplicate-window.ts';
import { normalise, withLive } from '../../fields/normalize.ts';
import { streamFields } from '../../fields/stream.ts';
import { streamAddress, streamNameOf } from '../addresses.ts';
import { limitedDefault, take } from '../server-limits.ts';

/**
 * A stream's configuration as the server would echo it: defaults, and what it derives from other fields
 * (`checkStreamCfg` in server/stream.go).
 */
export function completeStream(resource: Resource, context: Context): JsonObject {
  const { broker } = context;
  const declared = withLive(streamFields, resource, context);
  const spec = normalise(streamFields, declared, broker);
  if (spec.metadata === null) spec.metadata = {};
  spec.subjects = subjectsOf(spec, streamNameOf(resource.address));
  forceTogether(spec);
  if (isUnset(declared.duplicate_window)) chooseWindow(spec, resource, context);
  if (isObject(spec.mirror)) spec.mirror_direct = mirrorDirect(resource, spec.mirror, context);
  return spec;
}

function chooseWindow(spec: Record<string, Json>, resource: Resource, context: Context): void {
  const standard = duplicateWindow(spec, context.broker);
  const chosen = standard === 0 ? 0 : limitedDefault('duplicate_window', standard, resource, context);
  take(spec, 'duplicate_window', chosen);
}

function subjectsOf(spec: JsonObject, name: string): Json {
  if (Array.isArray(spec.subjects)) return spec.subjects;
  return isObject(spec.mirror) || Array.isArray(spec.sources) ? [] : [name];
}

/** What some fields force upon others. */
function forceTogether(spec: Record<string, Json>): void {
  const hasMarkers = (toBigInt(spec.subject_delete_marker_ttl) ?? 0n) > 0n;
  if (hasMarkers) spec.allow_msg_ttl = true;
  // The server turns deny_purge off as well; one that is declared is refused instead, with allow_rollup_hdrs.
  if (hasMarkers || spec.allow_msg_schedules === true) spec.allow_rollup_hdrs = true;
  if (spec.sealed === true) {
    spec.max_age = 0;
    spec.discard = 'new';
    spec.deny_delete = true;
    spec.deny_purge = true;
    spec.allow_rollup_hdrs = false;
  }
}

function isUnset(value: Json | undefined): boolean {
  return value === undefined || value === null || toBigInt(value) === 0n;
}

/**
 * `mirror_direct` as the server sets it: the origin's `allow_direct`, whatever was sent. Where the origin cannot be
 * seen from here, it is what was sent, or else stays as it is.
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
  // A bucket keeps what it has, and is made with direct reads.
  if (kindOf(origin) === 'stream') return false;
  return live ? live.spec.allow_direct === true : true;
}
