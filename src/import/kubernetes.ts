import { isObject, type JsonObject } from '../model/index.ts';
import type { Mapping } from './mapping.ts';

/** An object as `kubectl` takes and prints it. */
export interface Manifest {
  readonly kind: string;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
  readonly metadata: Mapping | undefined;
  readonly spec: Mapping | undefined;
  readonly root: Mapping;
}

/** Kept by Kubernetes itself, or for its own use. */
const KUBERNETES_OWN = [
  'annotations',
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'finalizers',
  'generateName',
  'generation',
  'labels',
  'managedFields',
  'ownerReferences',
  'resourceVersion',
  'selfLink',
  'uid',
];

export function isOfGroup(document: JsonObject, group: string): boolean {
  const { apiVersion, kind } = document;
  return typeof apiVersion === 'string' && apiVersion.startsWith(`${group}/`) && typeof kind === 'string';
}

/** The document, or the objects of a list, which is what `kubectl get -o yaml` prints. */
export function unfolded(document: Mapping): Mapping[] {
  const { kind, items } = document.value;
  const isList = typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items);
  if (!isList) return [document];
  document.skip('apiVersion', 'kind', 'metadata');
  return document.mappings('items');
}

/** An object with its name. What an operator found out about it (`status`) is no wish. */
export function readManifest(root: Mapping): Manifest {
  root.skip('apiVersion', 'status');
  const metadata = root.mapping('metadata');
  metadata?.skip(...KUBERNETES_OWN);
  return {
    kind: root.text('kind') ?? '',
    name: metadata?.text('name'),
    namespace: metadata?.text('namespace'),
    metadata,
    spec: root.mapping('spec'),
    root,
  };
}

/** A label or annotation. */
export function noteOf(
  { metadata }: Manifest,
  list: 'labels' | 'annotations',
  name: string,
): string | undefined {
  const notes = metadata?.value[list];
  const value = isObject(notes) && Object.hasOwn(notes, name) ? notes[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** The whole object says nothing of what is written. */
export function skipManifest({ root }: Manifest): void {
  root.skip(...root.keys());
}

/** The whole object cannot be carried over. */
export function leaveManifest({ root, kind, name }: Manifest, why: string): void {
  root.skip('metadata', 'spec');
  root.leave('kind', `${kind}${name === undefined ? '' : ` ${name}`}: ${why}`);
}
