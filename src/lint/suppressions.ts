import { addTo, type Finding, type Source, type Suppression } from '../model/index.ts';

interface Entry {
  readonly suppression: Suppression;
  readonly code: string;
  used: boolean;
}

/** The suppression comments of all files; tracks which of them suppressed a finding. */
export class SuppressionTable {
  readonly #entries: Entry[] = [];
  readonly #byLine = new Map<string, Entry[]>();

  constructor(suppressions: readonly Suppression[]) {
    for (const suppression of suppressions) {
      for (const code of new Set(suppression.codes)) {
        const entry: Entry = { suppression, code, used: false };
        this.#entries.push(entry);
        addTo(this.#byLine, keyOf(code, suppression.at.file, suppression.covers), entry);
      }
    }
  }

  /** Whether a comment covers the line of the finding or the line that declares its resource. */
  silences(code: string, finding: Finding, at: Source | undefined): boolean {
    if (this.#entries.length === 0) return false;
    const entries = [at, finding.resource.at].flatMap((place) =>
      place ? (this.#byLine.get(keyOf(code, place.file, place.line)) ?? []) : [],
    );
    for (const entry of entries) entry.used = true;
    return entries.length > 0;
  }

  get entries(): readonly Readonly<Entry>[] {
    return this.#entries;
  }
}

function keyOf(code: string, file: string, line: number): string {
  return `${code}\n${line}\n${file}`;
}
