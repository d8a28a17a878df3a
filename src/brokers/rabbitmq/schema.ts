import type { JsonObject } from '../../model/index.ts';
import { userFields, vhostFields } from './fields/administration.ts';
import { ARGUMENT_VALUE, bodyOf, byName, propertiesOf, ref } from './fields/field.ts';
import { kinds } from './kinds/index.ts';
import { superStreamDefinitions, superStreamKeys } from './kinds/super-stream.ts';

/*
 * The schema of the `rabbitmq` section, made of what each kind says of its own keys.
 */

const all = Object.values(kinds);
const keysOf = (place: 'inVhost' | 'inUser' | 'beside'): JsonObject =>
  Object.assign({}, ...all.map((kind) => kind[place]?.keys));

/** At the top level of a section, or below `vhosts`. */
const inVhost = { ...propertiesOf(vhostFields), ...keysOf('inVhost'), ...superStreamKeys };
const besideVhosts: JsonObject = {
  vhosts: byName('Several vhosts by name, each with the same keys as the section itself.', ref('vhost-body')),
  ...keysOf('beside'),
};
const unchecked = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, {}]));

/** JSON Schema (draft-07). */
export const schema: JsonObject = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'RabbitMQ topology',
  description: 'What a RabbitMQ broker should have.',
  type: 'object',
  properties: {
    vhost: {
      description:
        'The vhost that this section describes, created where it is missing. `/` where it is left out.',
      type: 'string',
    },
    ...inVhost,
    ...besideVhosts,
  },
  additionalProperties: false,
  $defs: {
    vhost: bodyOf(
      'A vhost and what is in it; at the top level of a section, what is beside it too.',
      { ...inVhost, ...unchecked(['broker', 'vhost', ...Object.keys(besideVhosts)]) },
      { mayBeEmpty: true },
    ),
    'vhost-body': bodyOf('A vhost and what is in it.', inVhost, { mayBeEmpty: true }),
    user: bodyOf(
      "A user of the broker's own database. Needs the administrator tag.",
      { ...propertiesOf(userFields), ...keysOf('inUser') },
      { mayBeEmpty: true },
    ),
    ...Object.assign({}, ...all.map(({ definitions }) => definitions)),
    ...superStreamDefinitions,
    ...ARGUMENT_VALUE,
  },
};
