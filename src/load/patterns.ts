import {
  append,
  type Diagnostic,
  type ExpandedPattern,
  isMapping,
  type Json,
  type JsonObject,
  type Pattern,
  PatternError,
  type PatternKind,
  type Source,
} from '../model/index.ts';
import type { BrokerScope } from './addresses.ts';
import { checkValues, placeName } from './diagnose.ts';
import { findPatternKind } from './pattern-kinds.ts';
import { mergeWith } from './pattern-with.ts';
import { loadError, quoted } from './problems.ts';
import { LoadedSection, type Overrides } from './section.ts';
import type { Origin, SourceMap } from './source-map.ts';
import type { Substitution } from './substitution.ts';
import type { Validators } from './validators.ts';

export interface PatternInput extends BrokerScope {
  readonly validators: Validators;
  readonly substitution: Substitution;
  readonly overrides: Overrides;
  /** The configured target version of each broker, by name. */
  readonly targets: ReadonlyMap<string, string | undefined>;
}

/** Expands the `patterns` of topology files to sections; one that is wrong is reported and left out. */
export class PatternReader {
  readonly patterns: ExpandedPattern[] = [];
  readonly sections: LoadedSection[] = [];
  readonly diagnostics: Diagnostic[] = [];
  /** Files with a pattern that was left out. */
  readonly unsound = new Set<string>();
  private readonly input: PatternInput;
  private readonly names = new Map<string, Source>();

  constructor(input: PatternInput) {
    this.input = input;
  }

  add(value: Json, places: SourceMap, at: Source): void {
    if (!isMapping(value)) {
      const message = 'patterns: expected a mapping of names';
      this.reject(value, places, [
        loadError('wrong-value', message, at, 'for example orders: { kind: work-queue }'),
      ]);
      return;
    }
    for (const [name, entry] of Object.entries(value)) {
      const place = places.at(value, name) ?? at;
      const diagnostics = isMapping(entry)
        ? this.pattern(name, entry, places, place)
        : [
            loadError(
              'wrong-value',
              `${placeName('patterns', [name])}: expected a mapping`,
              place,
              'begin with kind:',
            ),
          ];
      if (diagnostics) this.reject(entry, places, diagnostics);
    }
  }

  /** @param diagnostics none where the value of a missing variable decides, which is reported elsewhere */
  private reject(value: Json, places: SourceMap, diagnostics: readonly Diagnostic[]): void {
    append(this.diagnostics, diagnostics);
    this.unsound.add(places.file);
    this.input.substitution.spareAll(value, places);
  }

  /** Why a pattern cannot be expanded; undefined where it was. */
  private pattern(
    name: string,
    entry: JsonObject,
    places: SourceMap,
    at: Source,
  ): readonly Diagnostic[] | undefined {
    const { validators, substitution, overrides, targets } = this.input;
    const first = this.names.get(name);
    if (first) {
      const message = `two patterns have the name ${quoted(name)}`;
      const error = loadError('duplicate-pattern', message, at, 'rename one of the two');
      return [{ ...error, related: [first] }];
    }
    this.names.set(name, at);
    const found = findPatternKind(name, entry, places, at, this.input);
    if ('diagnostic' in found) return found.diagnostic ? [found.diagnostic] : [];
    const { provider, broker, kind } = found;
    const type = provider.name;
    const kindName = String(entry.kind);
    const checked = { root: entry, origin: places, name: placeName('patterns', [name]), at };
    const { diagnostics, open } = checkValues(
      checked,
      () => validators.check(`${type}-pattern`, entry, kindName),
      substitution,
    );
    if (diagnostics.length > 0 || open) return diagnostics;
    const { kind: _, on, with: changes, ...body } = entry;
    const target = targets.get(broker);
    const identity = provider.assume(broker, target);
    const expanded = expandedBy(kind, { name, body, broker: identity, targeted: target !== undefined });
    if (expanded instanceof PatternError) {
      return [loadError('wrong-value', `${checked.name}: ${expanded.message}`, at, expanded.hint)];
    }
    const overlay = overrides.overlay(places, everywhere(at));
    const merged = mergeWith(
      { name, broker, provider, section: expanded, at, overlay },
      isMapping(changes) ? changes : {},
      places,
      this.input,
    );
    append(this.diagnostics, merged.diagnostics);
    if (merged.diagnostics.length > 0) this.unsound.add(places.file);
    const { section } = merged;
    const { intended = {} } = kind;
    this.patterns.push({ name, kind: kindName, broker, type, at, intended, section });
    const origin = { overlay, start: at, pattern: name };
    this.sections.push(new LoadedSection({ broker, type, value: section }, origin, overrides, substitution));
    return undefined;
  }
}

function expandedBy(kind: PatternKind, pattern: Pattern): JsonObject | PatternError {
  try {
    return kind.expand(pattern);
  } catch (error) {
    if (error instanceof PatternError) return error;
    throw error;
  }
}

/** All that a pattern expands to stands where the pattern does. */
function everywhere(at: Source): Origin {
  return { at: () => at, atValue: () => at, template: () => undefined };
}
