import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { rabbitmq } from '../../../src/brokers/rabbitmq/index.ts';
import { loadProject } from '../../../src/load/index.ts';
import {
  type Address,
  type BrokerIdentity,
  type Change,
  type Context,
  type Diagnostic,
  indexByAddress,
  type Kind,
  kindOf,
  type Resource,
} from '../../../src/model/index.ts';

export interface Declaration {
  readonly resources: readonly Resource[];
  readonly diagnostics: readonly Diagnostic[];
  /** `code line:col message`, for short assertions. */
  readonly findings: readonly string[];
  get(address: Address): Resource;
}

/** Declares topology texts through the real loader, as files `a.yaml`, `b.yaml` … of the broker `rabbitmq`. */
export function declareYaml(...texts: readonly string[]): Declaration {
  const files = texts.map((text, index) => [`${String.fromCharCode(97 + index)}.yaml`, text] as const);
  return declareFiles(Object.fromEntries(files));
}

/** As {@link declareYaml}, with the files' names; `brokerform.yaml` among them is the configuration. */
export function declareFiles(files: Readonly<Record<string, string>>, environment?: string): Declaration {
  const directory = mkdtempSync(join(tmpdir(), 'brokerform-declare-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), text);
    }
    const paths =
      'brokerform.yaml' in files ? {} : { paths: Object.keys(files).map((name) => join(directory, name)) };
    const options = { directory, variables: {}, providers: [rabbitmq], ...paths };
    const { project, diagnostics } = loadProject(
      environment === undefined ? options : { ...options, environment },
    );
    const declared = [...project.sections.values()].map((sections) => rabbitmq.declare(sections));
    const all = [...diagnostics, ...declared.flatMap((one) => one.diagnostics), ...project.lateDiagnostics()];
    const resources = declared.flatMap((one) => one.resources);
    const byAddress = indexByAddress(resources);
    return {
      resources,
      diagnostics: all,
      findings: all.map(({ code, at, message }) => `${code} ${at?.line}:${at?.col} ${message}`),
      get(address) {
        const found = byAddress.get(address);
        if (!found) throw new Error(`${address} is not among ${[...byAddress.keys()].join(', ')}`);
        return found;
      },
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export function broker(version = '4.3.6', facts: BrokerIdentity['facts'] = {}): BrokerIdentity {
  return { name: 'rabbitmq', type: 'rabbitmq', id: 'test', version, facts };
}

/** Both sides completed, as diffing does it. */
export function contextOf(
  desired: readonly Resource[],
  live: readonly Resource[] = [],
  identity: BrokerIdentity = broker(),
): Context {
  const raw: Context = { broker: identity, desired: indexByAddress(desired), live: indexByAddress(live) };
  const complete = (side: ReadonlyMap<Address, Resource>) =>
    new Map(
      [...side].map(([address, one]) => [address, { ...one, spec: kindFor(address).complete(one, raw) }]),
    );
  return { broker: identity, desired: complete(raw.desired), live: complete(raw.live) };
}

export function kindFor(address: Address): Kind {
  const kind = rabbitmq.kinds[kindOf(address)];
  if (!kind) throw new Error(`no kind for ${address}`);
  return kind;
}

/** The calls of a change, with the destructive risk allowed or not. */
export function callsOf(change: Change, context: Context, isAllowed = false) {
  const { address } = change.action === 'delete' ? change.before : change.after;
  return kindFor(address).calls(change, context, { destructive: isAllowed });
}
