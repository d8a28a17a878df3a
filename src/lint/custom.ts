import {
  addressMatcher,
  type CustomRule,
  comparableQuantity,
  compileRegex,
  type FieldRule,
  type Finding,
  fieldTextOf,
  type JsonObject,
  type Kind,
  kindOf,
  parseAddress,
  type Resource,
  type Rule,
  type SpecValue,
  suggestionOr,
  valuesIn,
} from '../model/index.ts';
import type { UnknownField } from './lint.ts';

/** A path or glob that is relative to the configuration, as places name files. */
export type DisplayedPath = (path: string) => string;

/** The rules of `lint.custom` for the resources of one broker. @param kinds of its provider */
export function customRules(
  custom: readonly CustomRule[],
  kinds: Readonly<Record<string, Kind>>,
  displayed: DisplayedPath,
): Rule[] {
  return custom.map((rule): Rule => {
    const isMatched = matcherOf(rule, displayed);
    return {
      code: rule.code,
      severity: rule.severity,
      summary: rule.description ?? `A rule of this project, at ${rule.at.file}:${rule.at.line}`,
      explain: `A rule of this project, declared at ${rule.at.file}:${rule.at.line}.`,
      *check({ resources }) {
        const name = rule.name === undefined ? undefined : compileRegex(rule.name);
        for (const resource of resources.filter(isMatched)) {
          const last = parseAddress(resource.address).path.at(-1) ?? '';
          if (name && !name.matches(last)) {
            const message = `name ${JSON.stringify(last)} does not match ${rule.name}`;
            yield { resource, ...about(rule, message) };
          }
          const kind = kinds[kindOf(resource.address)];
          if (kind && rule.fields.size > 0) yield* fieldFindings(rule, resource, kind);
        }
      },
    };
  });
}

function matcherOf({ match, files }: CustomRule, displayed: DisplayedPath): (resource: Resource) => boolean {
  const addresses = match.map(addressMatcher);
  const places = files?.map((glob) => addressMatcher(displayed(glob)));
  return ({ address, at }) =>
    addresses.some((matches) => matches(address)) &&
    (!places || (at !== undefined && places.some((matches) => matches(at.file))));
}

function about({ description, hint }: CustomRule, message: string): Pick<Finding, 'message' | 'hint'> {
  const text = description === undefined ? message : `${message}: ${description}`;
  return { message: text, ...(hint !== undefined && { hint }) };
}

function* fieldFindings(rule: CustomRule, resource: Resource, kind: Kind): Generator<Finding> {
  const fields = fieldsOf(resource, kind);
  for (const [name, wanted] of rule.fields) {
    const field = fields.get(name);
    const isDeclared = field !== undefined && resource.places?.[field.path.join('.')] !== undefined;
    if (wanted.required === true && !isDeclared) yield { resource, ...about(rule, `${name} is required`) };
    if (!field) continue;
    const message =
      wanted.required === false && isDeclared
        ? `${name} is not allowed`
        : violation(name, wanted, field, kind);
    if (message !== undefined) yield { resource, path: field.path, ...about(rule, message) };
  }
}

function violation(name: string, { oneOf, min, max }: FieldRule, { path, value }: SpecValue, kind: Kind) {
  const text = fieldTextOf(kind, path, value);
  if (oneOf && !oneOf.some((one) => one === value || String(one) === text))
    return `${name} is ${text}, not one of ${oneOf.map(String).join(', ')}`;
  for (const [bound, isOutside] of [
    [min, (one: bigint, limit: bigint) => one < limit],
    [max, (one: bigint, limit: bigint) => one > limit],
  ] as const) {
    if (!bound) continue;
    const quantity = comparableQuantity(text);
    if (quantity?.unit !== bound.quantity.unit)
      return `${name} is ${text}, which cannot be compared with ${bound.text}`;
    if (isOutside(quantity.value, bound.quantity.value))
      return `${name} is ${text}; ${bound === min ? 'at least' : 'at most'} ${bound.text} is allowed`;
  }
  return undefined;
}

/** Every field of a spec that has a value, by the name that plans show. */
function fieldsOf({ spec }: Resource, kind: Kind): Map<string, SpecValue> {
  const fields = new Map<string, SpecValue>();
  for (const one of valuesIn(spec)) fields.set(kind.fieldName?.(one.path) ?? one.path.join('.'), one);
  return fields;
}

/** The declared resources of one broker, with what its provider knows. */
export interface CustomScope {
  readonly desired: readonly Resource[];
  readonly kinds: Readonly<Record<string, Kind>>;
  readonly schema: JsonObject;
}

/** Fields of rules that no matching resource has and no broker knows: a misspelt one limits nothing. */
export function unknownFields(
  custom: readonly CustomRule[],
  scopes: readonly CustomScope[],
  displayed: DisplayedPath,
): UnknownField[] {
  const limiting = custom.filter(({ fields }) => fields.size > 0);
  const schemas = limiting.length > 0 ? scopes.map(({ schema }) => JSON.stringify(schema)) : [];
  return limiting.flatMap((rule) => {
    const isMatched = matcherOf(rule, displayed);
    const names = new Set(
      scopes.flatMap(({ desired, kinds }) =>
        desired.filter(isMatched).flatMap((resource) => {
          const kind = kinds[kindOf(resource.address)];
          return kind ? [...fieldsOf(resource, kind).keys()] : [];
        }),
      ),
    );
    const isKnown = (name: string) =>
      names.has(name) || schemas.some((schema) => schema.includes(`${JSON.stringify(name)}:`));
    return [...rule.fields].flatMap(([name, { at }]): UnknownField[] => {
      if (isKnown(name)) return [];
      const hint = suggestionOr('fields are named as in plans: brokerform plan -v', name, names);
      const message = `no resource that ${rule.code} matches has a field ${JSON.stringify(name)}`;
      return [{ message, at, hint }];
    });
  });
}
