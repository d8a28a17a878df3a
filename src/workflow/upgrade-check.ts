import { compareFindings, lintTopology } from '../lint/index.ts';
import {
  type BrokerIdentity,
  compareDiagnostics,
  compareReleases,
  type Deprecation,
  type Diagnostic,
  type Resource,
  RouteError,
  type Rule,
} from '../model/index.ts';
import type { Checked, DeclaredBroker } from './check.ts';
import { declaredTopology, wholeOf } from './route.ts';
import { type OpenOptions, withSession } from './sessions.ts';

export interface UpgradeOptions {
  /** The release to upgrade to: `4.3`. */
  readonly to: string;
  /** The release of now; by default that of the live broker, or the target version. */
  readonly from?: string;
  /** A configured broker; the only one where absent. */
  readonly broker?: string;
  /** Also reads the live broker: what is on it, and what it lists as deprecated. */
  readonly live?: OpenOptions & { readonly timeout: number };
}

export interface UpgradeReport {
  readonly broker: string;
  readonly type: string;
  readonly from: string;
  readonly to: string;
  /** What breaks is an error, what changes without one a warning; sorted by file and line. */
  readonly findings: readonly Diagnostic[];
}

/**
 * What a release does differently with the resources of a broker: what the rules find for it and not for the release of
 * now, what it changes without an error, and what the broker itself says that it is about to remove.
 * @throws RouteError where the broker or its release is not known
 * @throws ConnectionError, BrokerError with `live`
 */
export async function upgradeCheck(checked: Checked, options: UpgradeOptions): Promise<UpgradeReport> {
  const broker = chosenBroker(checked, options.broker);
  const declared = declaredTopology(broker);
  const live = options.live && (await readLive(broker, options.live));
  const from =
    options.from ?? live?.broker.version ?? (broker.versionKnown ? declared.broker.version : undefined);
  if (from === undefined) {
    const hint = 'name it with --from, set target-version, or read the broker with --live';
    throw new RouteError(`the release of broker ${broker.name} is unknown`, hint);
  }
  if (compareReleases(options.to, from) < 0) {
    throw new RouteError(`${options.to} is older than ${from}, the release of broker ${broker.name}`);
  }
  const resources = live ? together(live.resources, declared.resources) : declared.resources;
  const identity = live?.broker ?? declared.broker;
  const { provider } = broker;
  const inRelease = (version: string): BrokerIdentity =>
    version === identity.version
      ? identity
      : (provider.upgraded?.(identity, version) ?? { ...identity, version });
  const find = (version: string, rules: readonly Rule[]) =>
    lintTopology({
      brokers: [{ broker: inRelease(version), versionKnown: true, resources, rules }],
      environment: checked.project.environment,
      config: checked.project.lint,
      suppressions: checked.project.suppressions,
      // Those without a resource are about comments and codes, which are right for the release of now.
    }).diagnostics.filter(({ address }) => address !== undefined);
  const { rules, upgrades } = provider;
  const crossed = upgrades.filter(
    ({ since }) => compareReleases(since, from) > 0 && compareReleases(since, options.to) <= 0,
  );
  // What a message says of the release of now, it says of the other one there.
  const earlier = find(from, rules).map((one) => ({
    ...one,
    message: one.message.replaceAll(from, options.to),
  }));
  const { new: found } = compareFindings(earlier, find(options.to, [...rules, ...crossed]));
  const deprecated = (live?.deprecated ?? []).map((one) => deprecation(one, identity));
  return {
    broker: broker.name,
    type: provider.name,
    from,
    to: options.to,
    findings: [...found, ...deprecated].sort(compareDiagnostics),
  };
}

function chosenBroker({ configured }: Checked, name: string | undefined): DeclaredBroker {
  const all = [...configured.values()];
  const names = all.map((one) => one.name).join(', ') || 'none';
  const found = name === undefined ? (all.length === 1 ? all[0] : undefined) : configured.get(name);
  if (found) return found;
  if (name === undefined)
    throw new RouteError('the project has several brokers', `name one with --broker: ${names}`);
  throw new RouteError(`no broker ${name} is configured`, `there are: ${names}`);
}

function readLive(broker: DeclaredBroker, live: NonNullable<UpgradeOptions['live']>) {
  return withSession(broker, live, async (session) => ({
    ...(await wholeOf(session, broker)),
    deprecated: (await session.deprecated?.()) ?? [],
  }));
}

/** Live resources, with the places of what is declared; and what is declared and not there yet. */
function together(live: readonly Resource[], declared: readonly Resource[]): Resource[] {
  const byAddress = new Map(declared.map((resource) => [resource.address, resource]));
  const placed = live.map((resource) => {
    const { at, places } = byAddress.get(resource.address) ?? {};
    byAddress.delete(resource.address);
    return { ...resource, ...(at && { at }), ...(places && { places }) };
  });
  return [...placed, ...byAddress.values()];
}

function deprecation({ name, text }: Deprecation, { type }: BrokerIdentity): Diagnostic {
  return { code: `${type}/deprecated-feature`, severity: 'warning', message: `${name}: ${text}` };
}
