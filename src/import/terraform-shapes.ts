import { isObject, type Json, type JsonObject } from '../model/index.ts';
import type { Mapping } from './mapping.ts';
import { type TerraformPlace, TerraformResource, withholdSensitive } from './terraform-resource.ts';

const NO_REFERENCES = () => [];

/** The resources of a state file of version 4, and of `terraform state pull`. */
export function stateResources(document: Mapping): TerraformResource[] {
  // What Terraform needs to know of its own file, and outputs, which nothing is made of.
  document.skip('version', 'terraform_version', 'serial', 'lineage', 'outputs', 'check_results');
  return document.mappings('resources').flatMap((resource) => {
    resource.skip('module', 'each', 'provider');
    const mode = resource.text('mode');
    const type = resource.required('type');
    const name = resource.required('name');
    if (isReadOnly(mode, resource, 'instances') || type === undefined || name === undefined) return [];
    const module = resource.text('module');
    const base = `${module === undefined ? '' : `${module}.`}${type}.${name}`;
    const provider = providerOf(resource.text('provider'));
    return resource.mappings('instances').flatMap((instance) => {
      instance.skip('schema_version', 'identity_schema_version', 'identity', 'private', 'dependencies');
      instance.skip('create_before_destroy', 'sensitive_attributes', 'status');
      const address = base + indexOf(instance.json('index_key'));
      const place = { address, type, provider, isKept: true, references: NO_REFERENCES };
      return resourceFrom(instance, 'attributes', place, {
        deposed: instance.json('deposed'),
        isTainted: instance.value.status === 'tainted',
        sensitive: pathsIn(instance.value.sensitive_attributes),
      });
    });
  });
}

/** The resources of what `terraform show -json` prints of a state. */
export function shownResources(document: Mapping): TerraformResource[] {
  document.skip('format_version', 'terraform_version', 'checks');
  const values = document.mapping('values');
  values?.skip('outputs');
  return inModule(values?.mapping('root_module'), () => ({
    provider: undefined,
    isKept: true,
    references: NO_REFERENCES,
  }));
}

/** The resources that a plan leads to, of what `terraform show -json` prints of it. */
export function planResources(document: Mapping): TerraformResource[] {
  // Variables and outputs may hold secrets; the changes lead to the planned values.
  document.skip('format_version', 'terraform_version', 'variables', 'resource_drift', 'resource_changes');
  document.skip('output_changes', 'prior_state', 'configuration', 'relevant_attributes', 'checks');
  document.skip('timestamp', 'applyable', 'complete', 'errored', 'deferred_changes', 'action_invocations');
  const planned = document.mapping('planned_values');
  planned?.skip('outputs');
  const { configuration, prior_state: prior } = document.value;
  const configured = configuredIn(isObject(configuration) ? configuration.root_module : undefined);
  const kept = new Set<string>();
  if (isObject(prior) && isObject(prior.values)) addAddresses(prior.values.root_module, kept);
  return inModule(planned?.mapping('root_module'), (address) => {
    const found = configured.get(withoutIndices(address));
    const module = moduleOf(address);
    return {
      provider: found?.provider,
      isKept: kept.has(address),
      references: (key) => (found?.references(key) ?? []).map((reference) => module + reference),
    };
  });
}

function inModule(
  module: Mapping | undefined,
  placeOf: (address: string) => Pick<TerraformPlace, 'provider' | 'isKept' | 'references'>,
): TerraformResource[] {
  if (!module) return [];
  module.skip('address');
  const own = module.mappings('resources').flatMap((resource) => {
    resource.skip('name', 'index', 'provider_name', 'schema_version', 'sensitive_values', 'depends_on');
    resource.skip('tainted', 'identity', 'identity_schema_version');
    const mode = resource.text('mode');
    const type = resource.required('type');
    const address = resource.required('address');
    if (isReadOnly(mode, resource, 'values') || type === undefined || address === undefined) return [];
    return resourceFrom(
      resource,
      'values',
      { address, type, ...placeOf(address) },
      {
        deposed: resource.json('deposed_key'),
        isTainted: resource.value.tainted === true,
        sensitive: marksIn(resource.value.sensitive_values),
      },
    );
  });
  return [...own, ...module.mappings('child_modules').flatMap((child) => inModule(child, placeOf))];
}

/** A data source: Terraform keeps what it read of it. */
function isReadOnly(mode: string | undefined, resource: Mapping, content: string): boolean {
  if (mode !== 'data') return false;
  resource.skip(content);
  return true;
}

interface Marks {
  readonly deposed: Json | undefined;
  readonly isTainted: boolean;
  readonly sensitive: readonly (readonly (string | number)[])[];
}

function resourceFrom(
  holder: Mapping,
  key: string,
  place: TerraformPlace,
  { deposed, isTainted, sensitive }: Marks,
): TerraformResource[] {
  const { account } = holder;
  holder.account.entitle(holder.value, place.address);
  const values = holder.glimpse(key);
  if (deposed !== undefined || !values) {
    holder.skip(key);
    const why = deposed === undefined ? 'it has no values' : 'Terraform will destroy this object of it';
    account.remark(place.address, why, holder.at());
    return [];
  }
  withholdSensitive(values, sensitive);
  if (isTainted) account.remark(place.address, 'it is tainted: Terraform would replace it', holder.at());
  account.open(holder.value, key);
  return [new TerraformResource(place, holder, key, values)];
}

/** `["eu"]`, `[0]`, or nothing. */
function indexOf(key: Json | undefined): string {
  return typeof key === 'string' || typeof key === 'number' ? `[${JSON.stringify(key)}]` : '';
}

/** `module.a.provider["registry.terraform.io/cyrilgdn/rabbitmq"].eu` → `module.a.rabbitmq.eu` */
function providerOf(text: string | undefined): string | undefined {
  const [, module = '', source, old, alias = ''] =
    /^(.*\.|)provider(?:\["([^"]*)"\]|\.([\w-]+))(\.[\w-]+)?$/.exec(text ?? '') ?? [];
  const name = old ?? source?.slice(source.lastIndexOf('/') + 1);
  return name === undefined ? undefined : module + name + alias;
}

/** The paths of `sensitive_attributes`. */
function pathsIn(value: Json | undefined): (string | number)[][] {
  if (!Array.isArray(value)) return [];
  return (value as readonly Json[]).flatMap((path) =>
    Array.isArray(path) ? [(path as readonly Json[]).flatMap(stepOf)] : [],
  );
}

function stepOf(step: Json): (string | number)[] {
  if (!isObject(step)) return [];
  const { value } = step;
  const plain = isObject(value) ? value.value : value;
  return typeof plain === 'string' || typeof plain === 'number' ? [plain] : [];
}

/** The paths of what is true in `sensitive_values`. */
function marksIn(value: Json | undefined, path: readonly (string | number)[] = []): (string | number)[][] {
  if (value === true) return [[...path]];
  if (Array.isArray(value))
    return (value as readonly Json[]).flatMap((item, index) => marksIn(item, [...path, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => marksIn(item, [...path, key]));
}

interface Configured {
  readonly provider: string | undefined;
  readonly references: (key: string) => readonly string[];
}

/** The resources of a configuration by their addresses without indices. */
function configuredIn(
  module: Json | undefined,
  prefix = '',
  all = new Map<string, Configured>(),
): Map<string, Configured> {
  if (!isObject(module)) return all;
  for (const resource of listOf(module.resources)) {
    const { address, provider_config_key: provider, expressions } = resource;
    if (typeof address !== 'string') continue;
    all.set(prefix + address, {
      provider: typeof provider === 'string' ? provider : undefined,
      references: (key) => referencesIn(isObject(expressions) ? expressions[key] : undefined),
    });
  }
  for (const [name, call] of Object.entries(isObject(module.module_calls) ? module.module_calls : {})) {
    if (isObject(call)) configuredIn(call.module, `${prefix}module.${name}.`, all);
  }
  return all;
}

function referencesIn(expression: Json | undefined): string[] {
  const references = isObject(expression) ? expression.references : undefined;
  return Array.isArray(references) ? references.filter((one: Json) => typeof one === 'string') : [];
}

function addAddresses(module: Json | undefined, all: Set<string>): void {
  if (!isObject(module)) return;
  for (const { address } of listOf(module.resources)) if (typeof address === 'string') all.add(address);
  for (const child of listOf(module.child_modules)) addAddresses(child, all);
}

function listOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}

const INDEX = /\[(?:\d+|"(?:[^"\\]|\\.)*")\]/g;

/** As a configuration has it. */
function withoutIndices(address: string): string {
  return address.replace(INDEX, '');
}

/** `module.a["x"].` of a resource in a module. */
function moduleOf(address: string): string {
  return /^(?:module\.[\w-]+(?:\[(?:\d+|"(?:[^"\\]|\\.)*")\])?\.)*/.exec(address)?.[0] ?? '';
}
