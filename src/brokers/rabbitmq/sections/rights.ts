import { type Json, type JsonObject, kindOf, type Resource } from '../../../model/index.ts';
import { escapeTexts } from '../import/literals.ts';
import { pathOf } from '../kinds/parts.ts';

/** What users may do in one vhost, by user. */
export function rightsIn(resources: readonly Resource[]): {
  readonly permissions: JsonObject;
  readonly topicPermissions: JsonObject;
} {
  const permissions: Record<string, Json> = {};
  const topicPermissions: Record<string, Record<string, Json>> = {};
  for (const resource of resources) {
    const [, user = '', exchange = ''] = pathOf(resource);
    const kind = kindOf(resource.address);
    if (kind === 'permission') permissions[user] = granted(resource);
    if (kind === 'topic-permission') {
      topicPermissions[user] = { ...topicPermissions[user], [exchange]: granted(resource) };
    }
  }
  return { permissions, topicPermissions };
}

/** Patterns that allow something. */
export function granted({ spec }: Resource): Record<string, Json> {
  return { ...escapeTexts(Object.fromEntries(Object.entries(spec).filter(([, pattern]) => pattern !== ''))) };
}
