import { providers as allProviders } from '../brokers/index.ts';
import {
  type Address,
  allSteps,
  type BrokerIdentity,
  brokerOf,
  isSecretRef,
  type Json,
  type JsonObject,
  kindOf,
  mapJson,
  type Plan,
  type Provider,
  type Resource,
  type ResourceYaml,
  type Step,
  type Surroundings,
  shownSecrets,
} from '../model/index.ts';
import { fileText } from './import.ts';

interface Sides {
  readonly address: Address;
  readonly before?: Resource;
  readonly after?: Resource;
}

/**
 * Each resource that a plan creates, changes or deletes in YAML, by step and its dependents: the live state as `import`
 * writes it, and the state after an apply. Contains no secret.
 */
export function planYaml(plan: Plan, providers: readonly Provider[] = allProviders): ResourceYaml[] {
  const sides = new Map<Address, Sides>();
  // A resource that several replacements re-create is a step of its own, which comes last and knows no live state.
  for (const step of allSteps(plan)) {
    for (const one of sidesOf(step, plan.surroundings))
      sides.set(one.address, { ...sides.get(one.address), ...one });
  }
  return [...sides.values()].flatMap((one) => {
    const broker = plan.brokers.find(({ name }) => name === brokerOf(one.address));
    const provider = providers.find(({ name }) => name === broker?.type);
    if (!broker || !provider) return [];
    const isAlone = plan.brokers.filter(({ type }) => type === broker.type).length === 1;
    return [resourceYaml(one, new Writer(provider, broker, !isAlone))];
  });
}

function sidesOf({ address, change, dependents }: Step, { live }: Surroundings): Sides[] {
  const before = 'before' in change ? change.before : undefined;
  const after = 'after' in change ? change.after : undefined;
  // An update does not change undeclared fields.
  const spec =
    change.action === 'update' && before && after ? { ...before.spec, ...after.spec } : after?.spec;
  return [
    { address, ...(before && { before }), ...(after && spec && { after: { ...after, spec } }) },
    ...dependents.map(({ address, outcome, resource }): Sides => {
      if (outcome === 'removed') return { address, before: resource };
      const found = live.find((one) => one.address === address);
      return { address, before: found ?? resource, after: resource };
    }),
  ];
}

function resourceYaml({ address, before, after }: Sides, writer: Writer): ResourceYaml {
  const written = { live: before && writer.topology(before), desired: after && writer.topology(after) };
  // What a topology file cannot say, such as a resource of the system, is shown as the plan compares it.
  const isSaid = (before === undefined) === !written.live && (after === undefined) === !written.desired;
  const { live, desired } =
    isSaid && written.live !== written.desired
      ? written
      : { live: before && writer.spec(before), desired: after && writer.spec(after) };
  return { address, ...(live && { live }), ...(desired && { desired }) };
}

/** Writes single resources of one broker. */
class Writer {
  readonly #provider: Provider;
  readonly #broker: BrokerIdentity;
  readonly #namesBroker: boolean;

  constructor(provider: Provider, broker: BrokerIdentity, namesBroker: boolean) {
    this.#provider = provider;
    this.#broker = broker;
    this.#namesBroker = namesBroker;
  }

  /** As in a topology file; empty if it cannot be written there. */
  topology(resource: Resource): string {
    const shown = { at: { file: '', line: 1, col: 1 }, ...withShownSecrets(resource) };
    // A consumer is written under its stream: where a resource needs others to be written, empty ones serve.
    const dependsOn = resource.dependsOn
      .filter((address) => brokerOf(address) === brokerOf(resource.address))
      .map((address): Resource => ({ address, spec: {}, dependsOn: [] }));
    return this.#write([shown]) || this.#write([...dependsOn, shown]);
  }

  spec({ address, spec }: Resource): string {
    const section: JsonObject = { [kindOf(address)]: { [address]: shownSecrets(spec) } };
    return this.#text({ name: '', section, notes: [] });
  }

  #write(resources: readonly Resource[]): string {
    const files = this.#provider.toSections(resources, this.#broker);
    return files
      .filter(({ section }) => Object.keys(section).length > 0)
      .map((file) => this.#text({ ...file, notes: [] }))
      .join('');
  }

  #text(file: Parameters<typeof fileText>[0]): string {
    return fileText(file, this.#broker.name, this.#provider.name, this.#namesBroker);
  }
}

function withShownSecrets(resource: Resource): Resource {
  return { ...resource, spec: hidden(resource.spec) as JsonObject };
}

/** Secrets stay secrets, for the writer to place, with the text that may be shown. */
function hidden(value: Json): Json {
  return mapJson(value, (one) => (isSecretRef(one) ? { $secret: String(shownSecrets(one)) } : undefined));
}
