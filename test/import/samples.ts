import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const FOLDER = join(import.meta.dirname, 'samples');

/** One rich file for each format of other tools: every part of it that brokerform reads, and some that it does not. */
export const SAMPLES: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(FOLDER)
    .sort()
    .map((file) => [
      // `terraform-plan.yaml` is of the format `terraform plan`, `kafka-gitops.yaml` of a tool of that name.
      basename(file, '.yaml').replace(/^(asyncapi|terraform)-/, '$1 '),
      readFileSync(join(FOLDER, file), 'utf8'),
    ]),
);

/** @param format with its version, where there are several: `asyncapi 3` */
export function sampleOf(format: string): string {
  const sample = SAMPLES[format];
  if (sample === undefined) throw new Error(`no sample of ${format}`);
  return sample;
}
