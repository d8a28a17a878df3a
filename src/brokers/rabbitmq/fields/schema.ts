import type { Json, JsonObject } from '../../../model/index.ts';
import { bindingEnds, bindingFields, exchangeArguments, exchangeFields } from './exchange.ts';
import { type Field, propertiesOf, propertyOf } from './field.ts';
import { COMPONENTS, type Component } from './parameter.ts';
import { operatorPolicyFields, policyFields, policyKeys } from './policy.ts';
import { availability, QUEUE_ARGUMENTS, queueFields } from './queue.ts';
import { permissionFields, topicPermissionFields, userFields, userLimits } from './user.ts';
import { vhostFields, vhostLimits } from './vhost.ts';

/*
 * The schema of the `rabbitmq` section, made from the field tables.
 */

interface Shape {
  readonly required?: readonly string[];
  /** It may be left empty: all of it has defaults. */
  readonly mayBeEmpty?: true;
}

function body(description: string, properties: JsonObject, { required, mayBeEmpty }: Shape = {}): JsonObject {
  return {
    description,
    type: mayBeEmpty ? ['object', 'null'] : 'object',
    properties,
    ...(required && { required }),
    additionalProperties: false,
  };
}

function limits(description: string, properties: JsonObject): JsonObject {
  return { ...body(description, properties), minProperties: 1 };
}

function ref(definition: string): JsonObject {
  return { $ref: `#/$defs/${definition}` };
}

function byName(description: string, items: JsonObject): JsonObject {
  return { description, type: ['object', 'null'], additionalProperties: items };
}

function listOf(description: string, definition: string): JsonObject {
  return { description, type: ['array', 'null'], items: ref(definition) };
}

function argumentTable(description: string): JsonObject {
  return byName(description, ref('argument-value'));
}

const rawArguments = argumentTable(
  'AMQP arguments exactly as the broker knows them, such as `x-max-length: 10`. A value of another AMQP type than JSON gives is written `{ $type: short, value: 1 }`, with one of byte, short, int, long, float, double, timestamp, void.',
);

const headers = argumentTable(
  'For a headers exchange: the headers to match. A value of another AMQP type than JSON gives is written `{ $type: short, value: 1 }`; `{ $type: void }` asks for presence alone.',
);

function topicPermissions(description: string): JsonObject {
  const byExchange = { description: 'By exchange.', type: 'object' };
  return byName(description, { ...byExchange, additionalProperties: ref('topic-permission') });
}

/** The keys of a vhost: at the top level of a section, or below `vhosts`. */
const inVhost: JsonObject = {
  ...propertiesOf(vhostFields),
  limits: ref('vhost-limits'),
  exchanges: byName('Exchanges by name.', ref('exchange')),
  queues: byName('Queues by name.', ref('queue')),
  bindings: listOf('Bindings that do not stand under their queue or exchange.', 'binding'),
  policies: byName('Policies by name.', ref('policy')),
  'operator-policies': byName('Operator policies by name.', ref('operator-policy')),
  permissions: byName('Permissions by user.', ref('permission')),
  'topic-permissions': topicPermissions('Topic permissions by user and exchange.'),
  ...Object.fromEntries(
    Array.from(COMPONENTS, ([component, { key, about }]) => [key, byName(about, ref(component))]),
  ),
  parameters: byName('Other runtime parameters, by component and name.', {
    type: 'object',
    additionalProperties: ref('parameter'),
  }),
};

const besideVhosts: JsonObject = {
  vhosts: byName('Several vhosts by name, each with the same keys as the section itself.', ref('vhost-body')),
  users: byName('Users by name.', ref('user')),
  'global-parameters': byName('Runtime parameters of the whole cluster, by name.', ref('global-parameter')),
};

function queueProperties(): JsonObject {
  const group: Record<string, Json> = {};
  const keys: Record<string, Json> = {};
  for (const [name, row] of QUEUE_ARGUMENTS) {
    const property = propertyOf({ ...row, doc: `${row.doc} (${availability(row)})` });
    if (row.deadLetter !== undefined) group[row.deadLetter] = property;
    else if (!row.raw) keys[name] = property;
  }
  return {
    ...propertiesOf(queueFields),
    'dead-letter': body('Where messages go that this queue cannot deliver.', group),
    ...keys,
    arguments: rawArguments,
    bindings: listOf('The bindings that lead to this queue.', 'nested-binding'),
  };
}

function policyBody(description: string, fields: Readonly<Record<string, Field>>): JsonObject {
  const shown = Object.fromEntries([...policyKeys].filter(([, { raw }]) => !raw));
  const definition = {
    description:
      "What the policy sets, by the broker's own keys. One key that a queue's type does not support disables the whole policy for that queue.",
    type: 'object',
    properties: propertiesOf(shown),
  };
  return body(description, { ...propertiesOf(fields), definition }, { required: ['pattern', 'definition'] });
}

function componentBody({ doc, fields, required, isList }: Component): JsonObject {
  const { description: _, ...items } = body(doc, propertiesOf(fields), { required });
  return isList ? { description: doc, type: 'array', items } : { description: doc, ...items };
}

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
    vhost: body(
      'A vhost and what is in it; at the top level of a section, what is beside it too.',
      { ...inVhost, broker: {}, vhost: {}, vhosts: {}, users: {}, 'global-parameters': {} },
      { mayBeEmpty: true },
    ),
    'vhost-body': body('A vhost and what is in it.', inVhost, { mayBeEmpty: true }),
    'vhost-limits': limits('Limits of the vhost.', propertiesOf(vhostLimits)),
    user: body(
      "A user of the broker's own database. Needs the administrator tag.",
      {
        ...propertiesOf(userFields),
        limits: ref('user-limits'),
        permissions: byName('Permissions by vhost.', ref('permission')),
        'topic-permissions': topicPermissions('Topic permissions by vhost and exchange.'),
      },
      { mayBeEmpty: true },
    ),
    'user-limits': limits('Limits of the user.', propertiesOf(userLimits)),
    permission: body('What a user may do in a vhost.', propertiesOf(permissionFields), { mayBeEmpty: true }),
    'topic-permission': body(
      'What a user may do on a topic exchange, by routing key.',
      propertiesOf(topicPermissionFields),
      { mayBeEmpty: true },
    ),
    exchange: body(
      'An exchange. All of it is fixed once it is declared: a change replaces it.',
      {
        ...propertiesOf(exchangeFields),
        ...propertiesOf(exchangeArguments),
        arguments: rawArguments,
        bindings: listOf('The bindings that lead to this exchange, from other exchanges.', 'nested-binding'),
      },
      { required: ['type'] },
    ),
    queue: body(
      'A queue. Type, durability and arguments are fixed once it is declared: a change replaces it.',
      queueProperties(),
      { mayBeEmpty: true },
    ),
    binding: body(
      'A binding between an exchange and a queue or another exchange.',
      { ...propertiesOf(bindingFields), arguments: headers, ...propertiesOf(bindingEnds) },
      { required: ['from'] },
    ),
    'nested-binding': body(
      'A binding that leads here.',
      { ...propertiesOf(bindingFields), arguments: headers },
      { required: ['from'] },
    ),
    policy: policyBody('A policy: settings for all queues and exchanges whose names match.', policyFields),
    'operator-policy': policyBody(
      "An operator policy: limits that no user's policy can exceed; the smaller value wins. Needs the administrator tag.",
      operatorPolicyFields,
    ),
    parameter: {
      description:
        "A runtime parameter's value, as the plug-in knows it. Each `${…}` in it counts as a secret.",
    },
    'global-parameter': { description: "The parameter's value. Each `${…}` in it counts as a secret." },
    ...Object.fromEntries(Array.from(COMPONENTS, ([name, component]) => [name, componentBody(component)])),
    'argument-value': { type: ['string', 'number', 'boolean', 'object', 'array'] },
  },
};
