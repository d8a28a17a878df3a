import {
  type Address,
  type Body,
  type Context,
  countOf,
  type Json,
  type JsonObject,
  makeAddress,
  overridden,
  type Resource,
  type Risk,
  refused,
  subject,
} from '../../../../model/index.ts';
import { atLeast } from '../../facts.ts';
import { type ConfigValues, valuesOf } from '../../fields/config-values.ts';
import type { ConfigTable, SectionSchema } from '../../fields/field.ts';
import { type Collector, type KafkaKind, nameOf, type Update } from '../kind.ts';
import { Effective, type Usual } from './risks.ts';
import {
  alteration,
  type ConfigsAlter,
  changedConfigs,
  configIn,
  configsIn,
  configsToYaml,
  Fields,
  inheritanceTexts,
  isInherited,
  type Origin,
} from './spec.ts';

export type ConfigsCall = {
  op: 'group.configs' | 'client-metrics.configs' | 'broker.configs';
  target: string;
  body: ConfigsAlter;
};

/** A kind of resource that is nothing but configs: it exists where at least one of them is set. */
export interface ConfigKind {
  /** As in addresses. */
  readonly kind: 'group' | 'client-metrics' | 'broker-configs';
  /** What one of its configs is called: `group config`. */
  readonly noun: string;
  /** Its resources in the plural: `group configs`. */
  readonly plural: string;
  readonly op: ConfigsCall['op'];
  readonly table: ConfigTable;
  readonly schema: SectionSchema;
  /** The source of configs that are set on the resource itself. */
  readonly own: Origin;
  /** The first release that has the kind, where that is after 3.0. */
  readonly since?: string;
  /**
   * Whether a declared value that is equal to the inherited one is written all the same, as brokers may inherit
   * different ones.
   */
  readonly pins?: true;
  title(name: string): string;
  /** As `title`, with the name in quotes: for a sentence. */
  quoted(name: string): string;
  /** The resources in a section, by name. */
  entries(section: Body): readonly (readonly [name: string, body: Body])[];
  /** The reverse of `entries`; at least one body. */
  written(bodies: readonly (readonly [name: string, body: JsonObject])[]): JsonObject;
  /** True for configs that are never read, as they cannot be declared. */
  isLeftOut?(config: string): boolean;
  /** Reports what is wrong with a declared resource beyond the values of the table. */
  check?(collector: Collector, name: string, body: Body): void;
  /** What counts where nothing is set on the resource, if that is not the default of the table. */
  usual?(change: Update, context: Context, usual: Usual): Usual;
  risks(effective: Effective, change: Update): Risk[];
  /** The risk of a deletion that `risks` does not show. */
  deleted(resource: Resource): Risk;
}

export function configAddress(broker: string, { kind }: Pick<ConfigKind, 'kind'>, name: string): Address {
  return makeAddress(broker, kind, name);
}

export function configKind(definition: ConfigKind): KafkaKind {
  const { table, own, since, op, plural } = definition;
  const values = valuesOf(table);
  const risksOf = (change: Update, context: Context) => {
    const usual = definition.usual?.(change, context, values.usual) ?? values.usual;
    return definition.risks(new Effective(change, values, usual), change);
  };
  return {
    schema: definition.schema,
    declare: (collector, section) => declare(collector, section, definition, values),
    toSection: (resources) => toSection(resources, definition, values),
    title(resource) {
      const count = configsIn(resource.spec).filter(([, value]) => value !== null).length;
      return { title: definition.title(nameOf(resource)), detail: countOf(count, 'config') };
    },
    complete: (resource, context) =>
      context.live.get(resource.address) === resource
        ? completeLive(resource, context.desired.get(resource.address)?.spec, values, definition)
        : completeDesired(resource, values),

    risks(change, context) {
      if (change.action === 'delete') {
        const found = risksOf(resetAll(change.before), context);
        return found.length > 0 ? found : [definition.deleted(change.before)];
      }
      const { version } = context.broker;
      if (since && !atLeast(version, since)) {
        const message = `${plural} require Kafka ${since}; the cluster has ${version}`;
        return [refused('unsupported', message, 'remove the declaration, or upgrade the brokers')];
      }
      return risksOf(change.action === 'create' ? setAll(change.after) : change, context);
    },

    calls(change): ConfigsCall[] {
      const resource = subject(change);
      const configs =
        change.action === 'create'
          ? configsIn(resource.spec).filter(([, value]) => value !== null)
          : changedConfigs(change.action === 'delete' ? resetAll(resource) : change);
      const body = alteration(nameOf(resource), configs);
      return body ? [{ op, target: resource.address, body }] : [];
    },
    fieldName: ([key = '']) => configIn(key) ?? key,
    fieldText([key = ''], value) {
      const config = configIn(key);
      return config === undefined ? undefined : values.format(config, value);
    },
    fieldTexts(field, change) {
      const config = configIn(field.path[0] ?? '');
      return config === undefined ? {} : inheritanceTexts(config, field, change, { own, values });
    },
    isInherited: (live, key) => isInherited(live, configIn(key) ?? '', own),
    resetText(keys) {
      const configs = keys.flatMap((key) => configIn(key) ?? []);
      return configs.length === 0 ? undefined : configs.map((config) => `${config}: null`).join(', ');
    },
  };
}

/** A creation as the change that sets every config. */
function setAll(after: Resource): Update {
  const fields = Object.entries(after.spec).map(([key, value]) => ({ path: [key], after: value }));
  return { action: 'update', before: { ...after, spec: {} }, after, fields };
}

/** A deletion as the change that resets every config of its own. */
function resetAll(before: Resource): Update {
  const keys = Object.keys(before.spec).filter((key) => configIn(key) !== undefined);
  return {
    action: 'update',
    before,
    after: { ...before, spec: Object.fromEntries(keys.map((key) => [key, null])) },
    fields: keys.map((key) => ({ path: [key], before: before.spec[key] ?? null })),
  };
}

/** Inherited values count only where the declaration says a value, and none is written that is the same. */
function completeLive(
  live: Resource,
  declared: JsonObject | undefined,
  values: ConfigValues,
  { own, pins }: Pick<ConfigKind, 'own' | 'pins'>,
): JsonObject {
  const spec: Record<string, Json> = {};
  for (const [key, value] of Object.entries(live.spec)) {
    const config = configIn(key);
    if (config === undefined) {
      // A plan to delete it stays valid if the inherited values change.
      if (declared || pins) spec[key] = value;
      continue;
    }
    if (!isInherited(live, config, own) || (!pins && (declared?.[key] ?? null) !== null))
      spec[key] = values.normalize(config, value);
  }
  return spec;
}

function completeDesired({ spec }: Resource, values: ConfigValues): JsonObject {
  return Object.fromEntries(
    Object.entries(spec).map(([key, value]) => [key, values.normalize(configIn(key) ?? '', value)]),
  );
}

function declare(collector: Collector, sectionBody: Body, definition: ConfigKind, values: ConfigValues) {
  const { section } = sectionBody;
  for (const [name, written] of definition.entries(sectionBody)) {
    if (name === '') {
      collector.error('bad-name', written.at, `${definition.quoted(name)} needs a name`);
      continue;
    }
    const address = configAddress(section.broker, definition, name);
    const body = overridden(written, address);
    definition.check?.(collector, name, body);
    const fields = new Fields();
    for (const config of Object.keys(body.value)) fields.setConfig(collector, body, config, values);
    collector.add({ address, spec: fields.values, dependsOn: [] }, body.at, fields.places);
  }
}

function toSection(resources: readonly Resource[], definition: ConfigKind, values: ConfigValues): JsonObject {
  const bodies = resources
    .map((resource) => [nameOf(resource), configsToYaml(resource, definition.own, values)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return bodies.length === 0 ? {} : definition.written(bodies);
}
