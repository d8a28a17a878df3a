import { type Body, isObject, membersOf, overridden, type Source } from '../../../model/index.ts';
import { operatorPolicyAddress, policyAddress } from '../addresses.ts';
import { unitOf } from '../fields/queue.ts';
import { policyResource } from '../resources.ts';
import type { Collector } from './collector.ts';
import { pick, placesOf, withUnits } from './fields.ts';
import { checkName } from './names.ts';

const FIELDS = ['pattern', 'apply-to', 'priority'];

/** `policies` and `operator-policies` of a vhost. */
export function declarePolicies(collector: Collector, vhostBody: Body, vhost: string): void {
  declareOf(collector, vhostBody, vhost, 'policies', 'policy', policyAddress);
  declareOf(collector, vhostBody, vhost, 'operator-policies', 'operator-policy', operatorPolicyAddress);
}

function declareOf(
  collector: Collector,
  vhostBody: Body,
  vhost: string,
  key: string,
  kind: 'policy' | 'operator-policy',
  addressOf: typeof policyAddress,
): void {
  const { section } = vhostBody;
  for (const [name, written] of membersOf(vhostBody, key)) {
    if (!checkName(collector, 'a policy', name, written.at)) continue;
    const body = overridden(written, addressOf(section.broker, vhost, name));
    const given = isObject(body.value.definition) ? body.value.definition : {};
    const definition = withUnits(collector, section, given, unitOf);
    const spec = { ...pick(body.value, FIELDS), definition };
    const places: Record<string, Source> = placesOf(body, [...FIELDS, 'definition']);
    for (const field of Object.keys(given)) places[`definition.${field}`] = section.at(given, field);
    collector.add(policyResource(section.broker, kind, vhost, name, spec), body.at, places);
  }
}
