/** Thrown when a broker cannot be had on this machine, which is no fault of the code under test. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
  readonly reason: string;

  constructor(what: string, reason: string) {
    super(`${what} cannot be had here: ${reason}`);
    this.reason = reason;
  }
}
