import type { JsonObject, Provider } from '../model/index.ts';
import type { DraftSection } from './draft.ts';
import type { Mapping } from './mapping.ts';

/** The files of another tool, as far as they say what should be on a broker. */
export interface ForeignFormat {
  /** As on the command line: `asyncapi`. */
  readonly name: string;
  /** How to recognize its documents; printed if a document is in no format. */
  readonly sign: string;
  recognises(document: JsonObject): boolean;
  /**
   * Puts into the draft what the documents say of this broker. Every key of theirs is read, skipped with a reason in
   * the code, or left with a reason for the user.
   */
  translate(documents: readonly Mapping[], draft: DraftSection): void;
}

/** A provider that reads files of other tools too. */
export interface ImportingProvider extends Provider {
  /** The formats of other tools' files that say what should be on a broker of this type. */
  foreignFormats?(): Promise<readonly ForeignFormat[]>;
}
