import { type Body, isObject, type Json, membersOf, overridden, type Source } from '../../../model/index.ts';
import { userAddress } from '../addresses.ts';
import { userResource } from '../resources.ts';
import { SCRAM_MECHANISMS } from '../specs.ts';
import type { Collector } from './collector.ts';

/** `users: { app: { scram-sha-512: { password: "${APP_PASSWORD}" } } }`. */
export function declareUsers(collector: Collector, sectionBody: Body): void {
  const { section } = sectionBody;
  for (const [name, written] of membersOf(sectionBody, 'users')) {
    if (name === '') {
      collector.error('bad-name', written.at, 'a user needs a name');
      continue;
    }
    const body = overridden(written, userAddress(section.broker, name));
    const values: Record<string, Json> = {};
    const places: Record<string, Source> = {};
    for (const mechanism of SCRAM_MECHANISMS) {
      const given = body.value[mechanism];
      if (given === undefined) continue;
      places[mechanism] = section.at(body.value, mechanism);
      const credential = isObject(given) ? readCredential(collector, { ...body, value: given }) : null;
      if (credential !== undefined) values[mechanism] = credential;
      if (isObject(given)) {
        for (const key of Object.keys(given)) places[`${mechanism}.${key}`] = section.at(given, key);
      }
    }
    collector.add(userResource(section.broker, name, values), body.at, places);
  }
}

/** A password stays the `${…}` that was written. */
function readCredential(collector: Collector, { section, value }: Body): Json | undefined {
  const template = section.template(value, 'password');
  // A `$${` is no reference, but a literal.
  if (template?.replaceAll('$${', '').includes('${')) {
    const { iterations } = value;
    return { password: { $secret: template }, ...(iterations !== undefined && { iterations }) };
  }
  collector.error('literal-secret', section.at(value, 'password'), 'a password must not stand in the file', {
    hint: 'put it into an environment variable and write password: ${NAME}',
  });
  return undefined;
}
