import {
  type Body,
  type Json,
  membersOf,
  objectOf,
  overridden,
  type SecretRef,
} from '../../../model/index.ts';
import { userAddress, userLimitsAddress } from '../addresses.ts';
import { referenceText } from '../kinds/secrets.ts';
import { userLimitsResource, userResource } from '../resources.ts';
import type { Collector } from './collector.ts';
import { pick, placesOf } from './fields.ts';
import { checkName } from './names.ts';
import { declarePermission, declareTopicPermissions, limitPlaces } from './vhosts.ts';

const SECRETS = ['password', 'password-hash'] as const;

/** `users: { app: {…} }` of a section, each with its limits and permissions. */
export function declareUsers(collector: Collector, sectionBody: Body): void {
  const { section } = sectionBody;
  for (const [name, written] of membersOf(sectionBody, 'users')) {
    if (!checkName(collector, 'a user', name, written.at)) continue;
    const body = overridden(written, userAddress(section.broker, name));
    const secrets: Record<string, Json> = {};
    for (const field of SECRETS) {
      const secret = secretOf(collector, body, field);
      if (secret) secrets[field] = secret;
    }
    if (secrets.password && secrets['password-hash']) {
      collector.error(
        'given-twice',
        section.at(body.value, 'password-hash'),
        'a user has a password or its hash',
        {
          hint: 'remove one of the two',
          related: [section.at(body.value, 'password')],
        },
      );
    }
    const spec = { ...pick(body.value, ['tags']), ...secrets };
    collector.add(userResource(section.broker, name, spec), body.at, placesOf(body, ['tags', ...SECRETS]));
    declareLimits(collector, body, name);
    declareRights(collector, body, name);
  }
}

/** A password stays the `${…}` that was written. */
function secretOf(collector: Collector, { section, value }: Body, field: string): SecretRef | undefined {
  if (value[field] === undefined) return undefined;
  const template = referenceText(section.template(value, field));
  if (template !== undefined) return { $secret: template };
  collector.error('literal-secret', section.at(value, field), `a ${field} must not stand in the file`, {
    hint: `put it into an environment variable and write ${field}: \${NAME}`,
  });
  return undefined;
}

function declareLimits(collector: Collector, { section, value }: Body, user: string): void {
  if (value.limits === undefined) return;
  const written = { section, value: objectOf(value.limits), at: section.at(value, 'limits') };
  const body = overridden(written, userLimitsAddress(section.broker, user));
  const resource = userLimitsResource(section.broker, user, { limits: body.value });
  collector.add(resource, body.at, limitPlaces(body));
}

function declareRights(collector: Collector, body: Body, user: string): void {
  for (const [vhost, permission] of membersOf(body, 'permissions')) {
    if (checkName(collector, 'a vhost', vhost, permission.at))
      declarePermission(collector, permission, vhost, user);
  }
  for (const [vhost, exchanges] of membersOf(body, 'topic-permissions')) {
    if (checkName(collector, 'a vhost', vhost, exchanges.at)) {
      declareTopicPermissions(collector, body.section, exchanges.value, vhost, user);
    }
  }
}
