import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A program `docker` that answers as an engine with Compose does, and records each call. It starts nothing: the test
 * does, when it is asked to.
 */
export class FakeEngine {
  readonly #folder: string;

  /** @param script further cases of a shell's `case "$*" in`, before those of an engine that works */
  constructor(folder: string, script = '') {
    this.#folder = join(folder, 'engine');
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(join(this.#folder, 'calls'), '');
    const program = join(this.#folder, 'docker');
    writeFileSync(
      program,
      `#!/bin/sh
echo "$*" >> '${join(this.#folder, 'calls')}'
case "$*" in
${script}
"compose version") echo "Docker Compose version v2.40.0" ;;
info*) echo 28.0.0 ;;
*" up "*) echo " Container main  Started" >&2 ;;
esac
`,
    );
    chmodSync(program, 0o755);
  }

  /** Where programs are found; `docker` is this one. */
  get path(): string {
    return `${this.#folder}${delimiter}/usr/bin${delimiter}/bin`;
  }

  /** What was asked of Compose, beyond its version. */
  calls(): string[] {
    const lines = readFileSync(join(this.#folder, 'calls'), 'utf8').trim().split('\n');
    return lines.filter((line) => line.startsWith('compose ') && line !== 'compose version');
  }

  /** Waits for a call that contains this word. */
  async called(word: string): Promise<void> {
    while (!this.calls().some((line) => ` ${line} `.includes(` ${word} `))) await sleep(50);
  }
}
