import type { Kind } from '../../../model/index.ts';
import { acl } from './acl.ts';
import { quota } from './quota.ts';
import { topic } from './topic.ts';
import { user } from './user.ts';

/** Every kind by the name that stands in addresses. */
export const kinds: Readonly<Record<string, Kind>> = { topic, acl, quota, user };
