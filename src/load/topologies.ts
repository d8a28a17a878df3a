import {
  append,
  type DeclaredTest,
  type Diagnostic,
  type ExpandedPattern,
  isMapping,
  isObject,
  type Json,
  type Source,
  type Suppression,
  suggestionOr,
} from '../model/index.ts';
import { ADDRESS_HINT, brokerFor, retiredProblem } from './addresses.ts';
import { checkValues, removeInvalid } from './diagnose.ts';
import { type PatternInput, PatternReader } from './patterns.ts';
import { loadError, quoted } from './problems.ts';
import type { SchemaSource } from './schemas.ts';
import { LoadedSection } from './section.ts';
import type { SourceMap } from './source-map.ts';
import { type TestInput, TestReader } from './tests.ts';
import type { YamlFile } from './yaml.ts';

export interface Retired {
  readonly address: string;
  readonly at: Source;
}

/** What all topology files together hold. */
export interface Topologies {
  /** Those of patterns included. */
  readonly sections: readonly LoadedSection[];
  readonly patterns: readonly ExpandedPattern[];
  readonly retired: readonly Retired[];
  readonly tests: readonly DeclaredTest[];
  readonly suppressions: readonly Suppression[];
  readonly diagnostics: readonly Diagnostic[];
  /** Files of whose sections only a part was sound. */
  readonly unsound: ReadonlySet<string>;
}

export type TopologyInput = TestInput & PatternInput;

/** Reads sections and retired addresses out of parsed files; what is wrong in a section is reported and left out. */
export class TopologyReader {
  private readonly input: TopologyInput;
  private readonly tests: TestReader;
  private readonly patterns: PatternReader;
  private readonly sections: LoadedSection[] = [];
  private readonly retired: Retired[] = [];
  private readonly suppressions: Suppression[] = [];
  private readonly diagnostics: Diagnostic[] = [];
  private readonly unsound = new Set<string>();

  constructor(input: TopologyInput) {
    this.input = input;
    this.tests = new TestReader(input);
    this.patterns = new PatternReader(input);
  }

  result(): Topologies {
    const { retired, suppressions } = this;
    const { tests } = this.tests;
    const { patterns } = this.patterns;
    const sections = [...this.sections, ...this.patterns.sections];
    const unsound = new Set([...this.unsound, ...this.patterns.unsound]);
    const diagnostics = [...this.diagnostics, ...this.patterns.diagnostics, ...this.tests.diagnostics];
    return { sections, patterns, retired, tests, suppressions, diagnostics, unsound };
  }

  add(file: YamlFile): void {
    const { places } = file;
    append(this.diagnostics, file.diagnostics);
    append(this.suppressions, file.suppressions);
    for (const template of places.templates) this.input.substitution.apply(template, places);
    let empty = file.diagnostics.length === 0;
    for (const { value, sound } of file.documents) {
      if (value !== null) empty = false;
      if (value !== null && sound) this.document(value, places);
      else this.input.substitution.spareAll(value, places);
    }
    if (empty) {
      const message = `${places.file} holds no topology`;
      const hint = `begin with ${this.types().join(': or ')}:`;
      this.diagnostics.push({
        code: 'load/empty-file',
        severity: 'warning',
        message,
        at: places.source(0),
        hint,
      });
    }
  }

  private types(): string[] {
    return this.input.providers.map(({ name }) => name);
  }

  private fail(code: string, message: string, at: Source | undefined, hint: string): void {
    this.diagnostics.push(loadError(code, message, at, hint));
  }

  private document(value: Json, places: SourceMap): void {
    if (!isMapping(value)) {
      const hint = `begin with ${this.types().join(': or ')}:`;
      this.fail('wrong-value', 'a topology is a mapping of broker types', places.source(0), hint);
      return;
    }
    for (const [key, section] of Object.entries(value)) {
      const provider = this.input.providers.find(({ name }) => name === key);
      if (provider) this.section(provider, section, places, places.at(value, key));
      else if (key === 'retired') this.retire(section, places, places.atValue(value, key));
      else if (key === 'patterns')
        this.patterns.add(section, places, places.at(value, key) ?? places.source(0));
      else if (key === 'tests') this.tests.add(section, places, places.at(value, key) ?? places.source(0));
      else this.unknownKey(key, places.at(value, key));
    }
  }

  private unknownKey(key: string, at: Source | undefined): void {
    const known = [...this.types(), 'patterns', 'retired', 'tests'];
    const hint = suggestionOr(`known keys: ${known.join(', ')}`, key, known);
    this.fail('unknown-key', `a topology has no key ${quoted(key)}`, at, hint);
  }

  private section(provider: SchemaSource, value: Json, places: SourceMap, at: Source | undefined): void {
    const { validators, substitution, overrides } = this.input;
    const { name: type } = provider;
    const checked = { root: value, origin: places, name: type, ...(at && { at }) };
    const check = () => validators.check(type, value);
    const { diagnostics, problems, open } = checkValues(checked, check, substitution);
    append(this.diagnostics, diagnostics);
    const { broker, diagnostic } = isObject(value)
      ? brokerFor(type, value, this.input, places, at)
      : { broker: undefined, diagnostic: undefined };
    if (diagnostic) this.diagnostics.push(diagnostic);
    if (diagnostics.length > 0) this.unsound.add(places.file);
    const wrong = isObject(value) && !open ? removeInvalid(value, problems, check) : undefined;
    const isUsable = broker !== undefined && isObject(value) && wrong !== undefined;
    for (const part of isUsable ? wrong : [value]) substitution.spareAll(part, places);
    if (!isUsable) return;
    const origin = { overlay: overrides.overlay(places), start: places.source(0) };
    this.sections.push(new LoadedSection({ broker, type, value }, origin, overrides, substitution));
  }

  private retire(value: Json, places: SourceMap, at: Source | undefined): void {
    if (!Array.isArray(value)) {
      this.fail(
        'wrong-value',
        'retired: expected a list of addresses',
        at,
        'for example [main/queue/%2F/old]',
      );
      return;
    }
    for (const [i, item] of (value as readonly Json[]).entries()) {
      const place = places.at(value, i) ?? places.source(0);
      const address = typeof item === 'string' ? item : '';
      const problem = retiredProblem(address, this.input, this.input.brokersKnown);
      if (!problem) this.retired.push({ address, at: place });
      else
        this.fail(
          'bad-address',
          `${quoted(address)} ${problem.message}`,
          place,
          problem.hint ?? ADDRESS_HINT,
        );
    }
  }
}
