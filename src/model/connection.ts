import type { JsonObject } from './json.ts';
import type { Resolve } from './secret.ts';
import type { Scope } from './session.ts';

/** How one live broker is reached: the `brokers.<name>` entry, with `${…}` resolved. Secrets live here only. */
export interface Connection {
  readonly name: string;
  readonly type: string;
  readonly settings: JsonObject;
  /** Where relative paths in the settings start: the folder of the configuration. The working directory where absent. */
  readonly directory?: string;
  /** For secrets in calls. */
  readonly resolve: Resolve;
  /**
   * Takes a secret that the settings do not hold, such as a token that a command printed or a private key from a file:
   * it is masked from then on. Absent where nothing is masked.
   */
  readonly learn?: (secret: string) => void;
  /** What will be read first, where that is known: a session may begin to read it while it is opened. */
  readonly reads?: Scope;
  /** Milliseconds that one request may take. */
  readonly timeout: number;
}
