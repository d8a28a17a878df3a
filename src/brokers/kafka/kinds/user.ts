import {
  type Context,
  isObject,
  type Json,
  type JsonObject,
  type Kind,
  type Resource,
} from '../../../model/index.ts';
import type { KafkaCall } from '../calls.ts';
import { SCRAM_MECHANISMS, type ScramCredential, type ScramMechanism } from '../specs.ts';
import { disruptive, nameOf } from './parts.ts';

/** As `kafka-configs` has it, and the least that brokers take. */
const USUAL_ITERATIONS = 4096;

/** A SCRAM user. https://kafka.apache.org/documentation/#security_sasl_scram */
export const user: Kind = {
  title: (resource) => ({ title: `user ${nameOf(resource)}`, detail: mechanismsOf(resource).join(', ') }),

  complete(resource, context): JsonObject {
    return Object.fromEntries(
      Object.entries(resource.spec).map(([mechanism, credential]) => [
        mechanism,
        isObject(credential)
          ? { ...credential, iterations: iterationsOf(resource, mechanism, context) }
          : credential,
      ]),
    );
  },

  risks(change) {
    if (change.action === 'create') return [];
    if (change.action === 'delete') {
      return [disruptive('user-deleted', 'clients that log in as this user are refused')];
    }
    return change.fields.some(({ before }) => before !== undefined)
      ? [disruptive('password-changed', 'clients that log in with another password are refused')]
      : [];
  },

  calls(change): KafkaCall[] {
    const resource = change.action === 'delete' ? change.before : change.after;
    const name = nameOf(resource);
    const target = resource.address;
    const remove = (mechanism: ScramMechanism): KafkaCall => ({
      op: 'user.remove',
      target,
      body: { name, mechanism },
    });
    if (change.action === 'delete') return mechanismsOf(change.before).map(remove);
    const changed = (mechanism: string) =>
      change.action === 'create' || change.fields.some(({ path }) => path[0] === mechanism);
    return SCRAM_MECHANISMS.filter(changed).flatMap((mechanism): KafkaCall[] => {
      const credential = change.after.spec[mechanism];
      if (credential === null) return change.action === 'create' ? [] : [remove(mechanism)];
      if (credential === undefined) return [];
      const body = { name, mechanism, ...(credential as ScramCredential) };
      return [{ op: 'user.upsert', target, body }];
    });
  },

  fieldName: (path) => path.join(' '),
  /** No request reads a SCRAM password, salt or key: DescribeUserScramCredentials tells mechanism and iterations. */
  canCompareSecret: () => false,
  mayHoldSecret: ([, key]) => key === 'password',
  fieldText: ([, key]) => (key === 'password' ? '(secret)' : undefined),
};

function mechanismsOf({ spec }: Resource): ScramMechanism[] {
  return SCRAM_MECHANISMS.filter((mechanism) => isObject(spec[mechanism]));
}

/** Unsaid iterations are those that the user has. */
function iterationsOf(resource: Resource, mechanism: string, context: Context): Json {
  const live = context.live.get(resource.address)?.spec[mechanism];
  const own = resource.spec[mechanism];
  const given = (value: Json | undefined) => (isObject(value) ? value.iterations : undefined);
  return given(own) ?? given(live) ?? USUAL_ITERATIONS;
}
