import {
  brokerOf,
  groupBy,
  isObject,
  type Json,
  kindOf,
  type Resource,
  type RuleContext,
} from '../../model/index.ts';
import { mappedSubjects } from './fields/subjects.ts';
import { stringsIn } from './fields/values.ts';
import { streamAddress, streamNameOf } from './kinds/addresses.ts';

/*
 * The declared topology for lint rules. Specs are completed, so they have all fields.
 */

/** Streams, including those of buckets and stores. */
export function streamsOf({ resources }: RuleContext): Resource[] {
  return resources.filter(({ address }) => kindOf(address) !== 'consumer');
}

/** Consumers by their stream, without those of undeclared streams. */
export function consumersByStream(context: RuleContext): Map<Resource, Resource[]> {
  const groups = groupBy(context.ofKind('consumer'), ({ dependsOn }) => context.get(dependsOn[0] ?? ''));
  return new Map([...groups].flatMap(([stream, consumers]) => (stream ? [[stream, consumers]] : [])));
}

/** True if YAML has this field. */
export function isDeclared(resource: Resource, field: string): boolean {
  return resource.places?.[field] !== undefined;
}

/**
 * The subjects of the messages in a stream; undefined if the declarations do not determine them: transforms rewrite
 * subjects, and origins can be anywhere.
 */
export function storedSubjects(stream: Resource, context: RuleContext): string[] | undefined {
  const { subject_transform: transform, mirror, sources } = stream.spec;
  if (Array.isArray(sources)) return undefined;
  if (!isObject(mirror)) return transformed(stringsIn(stream.spec.subjects), transform);
  if (isObject(transform)) return undefined;
  if (isObject(mirror.external) || Array.isArray(mirror.subject_transforms)) return undefined;
  const origin = context.get(streamAddress(brokerOf(stream.address), String(mirror.name)));
  // Not the origin of a mirrored mirror: a cycle would be endless.
  return origin && !isObject(origin.spec.mirror) ? storedSubjects(origin, context) : undefined;
}

function transformed(subjects: string[], transform: Json | undefined): string[] | undefined {
  if (!isObject(transform)) return subjects;
  const [src, dest] = [transform.src, transform.dest].map((part) => (typeof part === 'string' ? part : ''));
  const stored = subjects.map((subject) => mappedSubjects(subject, src ?? '', dest ?? ''));
  return stored.some((some) => some === undefined) ? undefined : stored.flatMap((some) => some ?? []);
}

/** `stream "ORDERS"`; for a bucket, its stream. */
export function nounOf({ address }: Resource): string {
  return `stream "${streamNameOf(address)}"`;
}
