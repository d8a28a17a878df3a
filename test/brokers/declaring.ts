import { join } from 'node:path';
import { loadProject } from '../../src/load/index.ts';
import {
  type Address,
  type Diagnostic,
  indexByAddress,
  type Provider,
  type Resource,
} from '../../src/model/index.ts';
import { inFolder } from '../setup/folder.ts';

export interface Declaration {
  readonly resources: readonly Resource[];
  readonly diagnostics: readonly Diagnostic[];
  /** `code line:col message`, for short assertions. */
  readonly findings: readonly string[];
  get(address: Address): Resource;
}

/** Declares topologies of one provider through the real loader. */
export function declaring(provider: Provider) {
  return {
    /** Texts, as files `a.yaml`, `b.yaml` … of the broker that is named as the provider. */
    declareYaml(...texts: readonly string[]): Declaration {
      const files = texts.map((text, index) => [`${String.fromCharCode(97 + index)}.yaml`, text] as const);
      return declareFiles(provider, Object.fromEntries(files));
    },
    /** Files by name; `brokerform.yaml` among them is the configuration. */
    declareFiles: (files: Readonly<Record<string, string>>, environment?: string) =>
      declareFiles(provider, files, environment),
  };
}

function declareFiles(
  provider: Provider,
  files: Readonly<Record<string, string>>,
  environment?: string,
): Declaration {
  return inFolder(files, (directory) => {
    const paths =
      'brokerform.yaml' in files ? {} : { paths: Object.keys(files).map((name) => join(directory, name)) };
    const options = { directory, variables: {}, providers: [provider], ...paths };
    const { project, diagnostics } = loadProject(
      environment === undefined ? options : { ...options, environment },
    );
    const declared = [...project.sections.values()].map((sections) => provider.declare(sections));
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
  });
}
