import { countBy, isObject, type JsonObject } from '../model/index.ts';
import type { DraftSection } from './draft.ts';
import type { ForeignFormat } from './format.ts';
import type { Mapping } from './mapping.ts';
import type { TerraformResource } from './terraform-resource.ts';
import { planResources, shownResources, stateResources } from './terraform-shapes.ts';

export { isSet, type TerraformResource } from './terraform-resource.ts';

/** A type of resource of a Terraform provider. */
export interface TerraformKind {
  /** The kind of resource of ours that it becomes. */
  readonly kind: string;
  /** @returns what tells it from all others of its kind; undefined where it was left */
  translate(draft: DraftSection, resource: TerraformResource): readonly string[] | undefined;
}

export interface TerraformProvider {
  /** What the types of the provider begin with: `kafka_`. */
  readonly prefixes: readonly string[];
  /** By type. `all` are the resources that are translated together. */
  kinds(all: readonly TerraformResource[]): Readonly<Record<string, TerraformKind>>;
  /** Types that no topology can have, and why. */
  readonly left?: Readonly<Record<string, string>>;
}

/** Of the providers that some broker of ours reads. */
const KNOWN = ['rabbitmq_', 'kafka_', 'confluent_', 'jetstream_'];

/**
 * The state of Terraform or OpenTofu, and what `show -json` prints of a state or a plan.
 * https://developer.hashicorp.com/terraform/internals/json-format
 */
export function terraformFormat(provider: TerraformProvider): ForeignFormat {
  return {
    name: 'terraform',
    sign: 'it is a state of version 4, or what terraform show -json prints of a state or a plan',
    recognises: (document) => isState(document) || isShown(document),
    translate(documents, draft) {
      const all = documents.flatMap(resourcesOf);
      for (const document of documents) tellStrangers(document, all);
      const own = all.filter((resource) => isOurs(resource, provider));
      const kinds = provider.kinds(own);
      const owners = new Map<string, TerraformResource>();
      const read: { readonly resource: TerraformResource; readonly kind: string }[] = [];
      for (const resource of own) {
        const { type } = resource;
        const known = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
        if (!known) {
          resource.leave(provider.left?.[type] ?? 'brokerform has nothing like it');
          continue;
        }
        if (!isMeant(resource, draft)) continue;
        const identity = known.translate(draft, resource);
        if (!identity || isTaken(owners, [known.kind, ...identity], resource)) continue;
        read.push({ resource, kind: known.kind });
      }
      const instances = countBy(all, ({ whole }) => whole);
      for (const { resource, kind } of read) {
        const { address: name, at, isKept, whole } = resource;
        draft.trace({ name, kind, at, isKept, whole, instances: instances.get(whole) ?? 1 });
      }
    },
  };
}

function isState({ version, resources, modules, backend, lineage }: JsonObject): boolean {
  const isOne = typeof version === 'number' && (Array.isArray(resources) || Array.isArray(modules));
  return isOne && backend === undefined && typeof lineage === 'string';
}

function isShown({ format_version: version, values, planned_values: planned }: JsonObject): boolean {
  return typeof version === 'string' && (isObject(values) || isObject(planned));
}

function resourcesOf(document: Mapping): TerraformResource[] {
  if (isObject(document.value.planned_values)) return planResources(document);
  if (isObject(document.value.values)) return shownResources(document);
  if (document.value.version === 4) return stateResources(document);
  document.skip(...document.keys());
  const message = `this is a state of version ${JSON.stringify(document.value.version)}`;
  const hint = 'terraform apply -refresh-only with Terraform 0.12 or newer writes version 4';
  document.account.error('unsupported', document.at('version'), message, { hint });
  return [];
}

/** Resources that no broker of ours has are counted: there can be many more of them than of the others. */
function tellStrangers(document: Mapping, all: readonly TerraformResource[]): void {
  const strangers = all.filter((one) => one.file === document.at().file && !isOf(one, KNOWN));
  for (const stranger of strangers) stranger.ignore();
  const counts = countBy(strangers, ({ type }) => type);
  if (counts.size === 0) return;
  const shown = Array.from(counts, ([type, count]) => (count === 1 ? type : `${count} × ${type}`)).sort();
  const more = shown.length > MOST_TYPES ? ` and ${shown.length - MOST_TYPES} more types` : '';
  const names = shown.slice(0, MOST_TYPES).join(', ') + more;
  document.account.remark('resources', `no topology: ${names}`, document.at());
}

const MOST_TYPES = 8;

function isOurs(resource: TerraformResource, { prefixes }: TerraformProvider): boolean {
  if (isOf(resource, prefixes)) return true;
  resource.explain('it is for a broker of another type');
  return false;
}

function isMeant(resource: TerraformResource, draft: DraftSection): boolean {
  const { cluster } = resource;
  if (cluster === undefined || draft.belongsTo(cluster, resource.at)) return true;
  resource.ignore();
  return false;
}

function isOf({ type }: TerraformResource, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => type.startsWith(prefix));
}

/** Two resources that are one thing on a broker are on two brokers. */
function isTaken(
  owners: Map<string, TerraformResource>,
  identity: readonly string[],
  resource: TerraformResource,
): boolean {
  const key = JSON.stringify(identity);
  const owner = owners.get(key);
  if (!owner) {
    owners.set(key, resource);
    return false;
  }
  // Which is an error of its own.
  if (owner.cluster !== resource.cluster) return true;
  const message = `${resource.address} and ${owner.address} are both ${identity.join(' ')}`;
  const hint =
    'resources of several brokers? terraform show -json omits providers: import what terraform state pull prints';
  resource.values.account.error('given-twice', resource.at, message, { hint, related: [owner.at] });
  return true;
}
