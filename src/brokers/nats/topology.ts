import { isObject, type Json, kindOf, type Resource, type RuleContext } from '../../model/index.ts';
import { mappedSubjects } from './fields/subject-mappings.ts';
import { streamAddress, streamNameOf } from './kinds/addresses.ts';

/*
 * The declared topology as rules look at it. Specs are completed, so every field is there.
 */

/** Streams, and the streams behind buckets and stores. */
export function streamsOf({ resources }: RuleContext): Resource[] {
  return resources.filter(({ address }) => kindOf(address) !== 'consumer');
}

/** Consumers by their stream; those of streams that are not declared are left out. */
export function consumersByStream(context: RuleContext): Map<Resource, Resource[]> {
  const byStream = new Map<Resource, Resource[]>();
  for (const consumer of context.ofKind('consumer')) {
    const stream = streamOf(consumer, context);
    if (!stream) continue;
    const group = byStream.get(stream);
    if (group) group.push(consumer);
    else byStream.set(stream, [consumer]);
  }
  return byStream;
}

function streamOf(consumer: Resource, context: RuleContext): Resource | undefined {
  return context.get(consumer.needs[0] ?? '');
}

/** A list field's texts. */
export function texts(resource: Resource, field: string): string[] {
  const value = resource.spec[field];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** True when YAML says something of this field itself. */
export function isDeclared(resource: Resource, field: string): boolean {
  return resource.places?.[field] !== undefined;
}

/**
 * The subjects that messages in a stream can have; undefined where that cannot be told from what is declared:
 * transforms rewrite subjects, and origins may be anywhere.
 */
export function storedSubjects(stream: Resource, context: RuleContext): string[] | undefined {
  const { subject_transform: transform, mirror, sources } = stream.spec;
  if (Array.isArray(sources)) return undefined;
  if (!isObject(mirror)) return transformed(texts(stream, 'subjects'), transform);
  if (isObject(transform)) return undefined;
  if (isObject(mirror.external) || Array.isArray(mirror.subject_transforms)) return undefined;
  const broker = stream.address.slice(0, stream.address.indexOf('/'));
  const origin = context.get(streamAddress(decodeURIComponent(broker), String(mirror.name)));
  // A mirror of a mirror is followed no further: a circle would have no end.
  return origin && !isObject(origin.spec.mirror) ? storedSubjects(origin, context) : undefined;
}

function transformed(subjects: string[], transform: Json | undefined): string[] | undefined {
  if (!isObject(transform)) return subjects;
  const [src, dest] = [transform.src, transform.dest].map((part) => (typeof part === 'string' ? part : ''));
  const stored = subjects.map((subject) => mappedSubjects(subject, src ?? '', dest ?? ''));
  return stored.some((some) => some === undefined) ? undefined : stored.flatMap((some) => some ?? []);
}

/** `stream "ORDERS"`; of buckets, the stream behind. */
export function nounOf({ address }: Resource): string {
  return `stream "${streamNameOf(address)}"`;
}
