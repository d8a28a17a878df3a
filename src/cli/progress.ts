/** One line of a terminal that is rewritten in place. */
export interface ProgressLine {
  /** False if it would not be visible: requests only for progress are then skipped. */
  readonly enabled: boolean;
  show(text: string): void;
  clear(): void;
}

/** Often enough to look alive, seldom enough to cost nothing. */
const INTERVAL = 100;
const ERASE = '\r\u001b[K';

/** @param now milliseconds, as of a clock that only goes forward */
export function progressLine(
  write: (text: string) => void,
  enabled: boolean,
  now: () => number = () => performance.now(),
): ProgressLine {
  let last = Number.NEGATIVE_INFINITY;
  let visible = false;
  return {
    enabled,
    show(text) {
      if (!enabled || now() - last < INTERVAL) return;
      last = now();
      visible = true;
      write(`${ERASE}${text}`);
    },
    clear() {
      if (visible) write(ERASE);
      visible = false;
      last = Number.NEGATIVE_INFINITY;
    },
  };
}
