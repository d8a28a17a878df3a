import type { JsonObject } from '../../src/model/index.ts';
import type { RouteOptions } from '../../src/workflow/index.ts';

/**
 * A golden case: one text file with every input and every expected output, in parts that start with `=== name`.
 *
 * - first line: what the case shows
 * - `=== <file>.yaml`: a file of the project; without a brokerform.yaml a plain one is taken
 * - `=== live`: YAML sections; what they declare is what is live
 * - `=== base`: YAML sections; what an earlier revision declared in base.yaml, in the place of all topologies
 * - `=== specs`: JSON, address → what else is live, that no YAML can declare
 * - `=== counts`: JSON, address → metrics of live resources; those without are unknown
 * - `=== options`: JSON, see {@link CaseOptions}
 * - `=== expect diagnostics`, `=== expect plan`, `=== expect calls`, `=== expect patch`, `=== expect routes`,
 *   `=== expect tests`: what must come out; the last one where a topology has tests
 */
export interface CaseFile {
  readonly title: string;
  readonly parts: ReadonlyMap<string, string>;
}

export interface CaseOptions {
  readonly environment?: string;
  /** The broker's version; the newest known one where not given. */
  readonly version?: string;
  /** What the broker tells beside its version, as its kinds read it. */
  readonly facts?: JsonObject;
  readonly prune?: boolean;
  readonly allow?: readonly string[];
  readonly moves?: readonly string[];
  readonly targets?: readonly string[];
  readonly excludes?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  /** More of what the plan prints. */
  readonly verbose?: boolean;
  /** Expects `plan --format diff` too, as `=== expect patch`. */
  readonly patch?: boolean;
  /** Arguments and options of `route`: `{ "positions": ["events", "order.created"] }`. */
  readonly routes?: readonly Pick<RouteOptions, 'positions' | 'options'>[];
}

const EXPECTED = 'expect ';

export function parseCase(text: string): CaseFile {
  const [title = '', ...rest] = text.split(/^=== (.+)\n/m);
  const parts = new Map<string, string>();
  for (let i = 0; i < rest.length; i += 2) parts.set(rest[i]?.trim() ?? '', rest[i + 1] ?? '');
  return { title: title.trim(), parts };
}

/** The file again, with these outputs in the place of the expected ones. */
export function printCase(file: CaseFile, outputs: ReadonlyMap<string, string>): string {
  const inputs = [...file.parts].filter(([name]) => !name.startsWith(EXPECTED));
  const expected = [...outputs].map(([name, text]) => [EXPECTED + name, text] as const);
  const ended = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`);
  return `${file.title}\n\n${[...inputs, ...expected].map(([name, text]) => `=== ${name}\n${ended(text)}`).join('')}`;
}

export function expectedOutputs(file: CaseFile): Map<string, string> {
  return new Map(
    [...file.parts]
      .filter(([name]) => name.startsWith(EXPECTED))
      .map(([name, text]) => [name.slice(EXPECTED.length), text]),
  );
}
