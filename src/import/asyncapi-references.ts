import { formatSource, isObject } from '../model/index.ts';
import type { Mapping } from './mapping.ts';
import { shortened } from './places.ts';

/** What stands at a key of an AsyncAPI document, or what its `$ref` leads to. */
export function followed(root: Mapping, holder: Mapping, key: string): Mapping | undefined {
  const mapping = holder.mapping(key);
  return mapping && follow(root, mapping);
}

/**
 * The mapping itself, or what its `$ref` leads to within the document. A reference that leads out of it is left: no
 * other file is ever read.
 */
export function follow(root: Mapping, mapping: Mapping): Mapping | undefined {
  const path = new Set<object>();
  let here: Mapping | undefined = mapping;
  while (here?.has('$ref')) {
    if (path.has(here.value)) {
      const message = `this reference leads back to itself, by way of ${formatSource(here.at('$ref'))}`;
      mapping.account.error('bad-reference', mapping.at('$ref'), message);
      return undefined;
    }
    path.add(here.value);
    const reference: string | undefined = here.text('$ref');
    if (reference === undefined) return undefined;
    if (!reference.startsWith('#')) {
      here.leave('$ref', `it refers to ${JSON.stringify(shortened(reference))}, outside of this file`);
      return undefined;
    }
    here = lead(root, here, reference);
  }
  return here;
}

/** https://www.rfc-editor.org/rfc/rfc6901 */
function lead(root: Mapping, from: Mapping, reference: string): Mapping | undefined {
  let target: Mapping | undefined = root;
  for (const segment of segmentsOf(reference)) {
    // A reference on the way is not followed: AsyncAPI has none there.
    target = isObject(target?.value[segment]) ? target.mapping(segment) : undefined;
  }
  if (target) return target;
  const message = `${JSON.stringify(shortened(reference))} leads to no mapping in this file`;
  from.account.error('bad-reference', from.at('$ref'), message);
  return undefined;
}

function segmentsOf(reference: string): string[] {
  const pointer = reference.slice(1).split('/').slice(1);
  return pointer.map((segment) => decoded(segment).replaceAll('~1', '/').replaceAll('~0', '~'));
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
