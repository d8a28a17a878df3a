import { join } from 'node:path';
import { completeSides } from '../diff/index.ts';
import {
  customRules,
  type DisplayedPath,
  type Linted,
  lintTopology,
  neutralRules,
  unknownFields,
} from '../lint/index.ts';
import { connectionOf, displayPath, loadProject, type Project, type Variables } from '../load/index.ts';
import {
  type Address,
  type Baseline,
  type BrokerIdentity,
  type Connection,
  compareDiagnostics,
  type Diagnostic,
  InvalidProject,
  type JsonObject,
  type Provider,
  type Resource,
  type Rule,
} from '../model/index.ts';
import { contradictions, findingTest, firstMistakes } from './findings.ts';

export interface ProjectOptions {
  readonly directory: string;
  readonly configFile?: string;
  readonly environment?: string;
  readonly paths?: readonly string[];
  /** Accepted findings, or a file of them, instead of the configured one; false: none at all. */
  readonly baseline?: string | Baseline | false;
  readonly env: Variables;
  /** The brokers that brokerform knows, where not given. */
  readonly providers?: readonly Provider[];
}

/** One broker of the project, with all that is declared for it. */
export interface DeclaredBroker {
  readonly name: string;
  readonly provider: Provider;
  readonly desired: readonly Resource[];
  readonly retired: readonly Address[];
  /** Address globs. */
  readonly owns: readonly string[];
  /** Address globs of what is left alone though it is owned. */
  readonly ignore: readonly string[];
  /** The entry of the configuration as written, with its variables. */
  readonly settings: JsonObject;
  /** Whether `target-version` is set. */
  readonly versionKnown: boolean;
  /** What offline work takes the broker for. */
  readonly assumed: BrokerIdentity;
  /** @throws InvalidProject when the connection lacks a variable or is malformed. */
  readonly connect: (timeout: number) => Connection;
}

/**
 * Without what is read only to declare and check: the files with the places of all values take as much memory as what they
 * declare.
 */
export type CheckedProject = Omit<Project, 'sections' | 'lateDiagnostics'>;

export interface Checked {
  readonly project: CheckedProject;
  /** Of loading, declaring and linting; sorted by file and line. */
  readonly diagnostics: readonly Diagnostic[];
  /** How many findings the baseline accepts. */
  readonly accepted: number;
  /** By name; those that the project says nothing about are left out. */
  readonly brokers: ReadonlyMap<string, DeclaredBroker>;
  /** By name; all of them: what is imported from or examined need not be declared yet. */
  readonly configured: ReadonlyMap<string, DeclaredBroker>;
}

/** What `check` does, with these brokers. */
export function checkWith(
  providers: readonly Provider[],
  options: Omit<ProjectOptions, 'providers'>,
): Checked {
  const { project, diagnostics } = loadProject({ ...options, variables: options.env, providers });
  const declared = [...project.brokers.values()].flatMap((config) => {
    const provider = providers.find(({ name }) => name === config.type);
    return provider ? [declareBroker(project, config, provider, options.env)] : [];
  });
  // Another revision's baseline accepts what may not be here yet.
  const whole = options.paths === undefined && typeof options.baseline !== 'object';
  const linted = lint(project, declared, providers, whole, (path) =>
    displayPath(join(project.directory, path), options.directory),
  );
  const all = [
    ...diagnostics,
    ...declared.flatMap((part) => part.diagnostics),
    ...project.lateDiagnostics(),
    ...contradictions(
      project,
      declared.flatMap(({ broker }) => broker.desired),
    ),
    ...linted.diagnostics.filter(({ at }) => at === undefined || !project.unsound.has(at.file)),
  ];
  const isFinding = findingTest(() => [...neutralRules, ...providers.flatMap(({ rules }) => rules)]);
  // In an environment that is not there, all other findings are irrelevant.
  const alone = diagnostics.find(({ code }) => code === 'load/unknown-environment');
  const said = declared.filter(
    ({ broker }) => broker.desired.length + broker.retired.length + broker.owns.length > 0,
  );
  const { sections: _, lateDiagnostics: __, ...kept } = project;
  return {
    project: kept,
    diagnostics: alone ? [alone] : firstMistakes(all.sort(compareDiagnostics), isFinding),
    accepted: linted.accepted,
    brokers: new Map(said.map(({ broker }) => [broker.name, broker])),
    configured: new Map(declared.map(({ broker }) => [broker.name, broker])),
  };
}

interface Part {
  readonly broker: DeclaredBroker;
  readonly diagnostics: readonly Diagnostic[];
}

type Config = Project['brokers'] extends ReadonlyMap<string, infer C> ? C : never;

function declareBroker(project: Project, config: Config, provider: Provider, env: Variables): Part {
  const { name } = config;
  const { directory } = project;
  const { resources, diagnostics } = provider.declare(project.sections.get(name) ?? []);
  const broker: DeclaredBroker = {
    name,
    provider,
    desired: resources,
    retired: project.retired
      .map(({ address }) => address)
      .filter((address) => address.startsWith(`${name}/`)),
    owns: project.owns.get(name) ?? [],
    ignore: project.ignore.get(name) ?? [],
    settings: config.settings,
    versionKnown: config.targetVersion !== undefined,
    assumed: provider.assume(name, config.targetVersion),
    connect: (timeout) => {
      const { connection, diagnostics: problems } = connectionOf(config, env, timeout);
      if (!connection) throw new InvalidProject(problems);
      return { ...connection, directory };
    },
  };
  return { broker, diagnostics };
}

/** Rules see completed specs, as the assumed broker would hold them. */
function lint(
  project: Project,
  parts: readonly Part[],
  providers: readonly Provider[],
  whole: boolean,
  displayed: DisplayedPath,
): Linted {
  const { custom } = project.lint;
  return lintTopology({
    brokers: parts.map(({ broker: { provider, assumed, desired, versionKnown } }) => {
      const context = completeSides({ broker: assumed }, desired, [], provider.kinds);
      return {
        broker: assumed,
        versionKnown,
        resources: [...context.desired.values()],
        rules: [...provider.rules, ...customRules(custom, provider.kinds, displayed)],
      };
    }),
    environment: project.environment,
    config: project.lint,
    suppressions: project.suppressions,
    unknownFields: unknownFields(
      custom,
      parts.map(({ broker }) => ({ ...broker, ...broker.provider })),
      displayed,
    ),
    intended: new Map(project.patterns.map(({ name, intended }) => [name, new Set(Object.keys(intended))])),
    ...(project.baseline && { baseline: project.baseline }),
    whole,
    otherRules: rulesOf(providers),
  });
}

/** One by one: most projects ask for none of them. */
function* rulesOf(providers: readonly Provider[]): Generator<Rule> {
  for (const { rules, upgrades } of providers) {
    yield* rules;
    yield* upgrades;
  }
}
