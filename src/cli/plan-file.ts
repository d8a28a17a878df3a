import type { Plan } from '../model/index.ts';
import type { ReadPlanOptions } from '../workflow/index.ts';
import type { Folder } from './files.ts';

/** Bytes. Larger files are read in parts, as their text takes several times as much memory. */
const LARGE = 4_000_000;

/** Bytes. Of so large a plan, garbage is bounded, as of a large project: it has some 20,000 resources. */
const HUGE = 25_000_000;

/** Reads a saved plan. @throws InvalidPlanFile, InputError */
export async function readPlanFile(folder: Folder, file: string, options?: ReadPlanOptions): Promise<Plan> {
  const { readPlan, readPlanParts } = await import('../workflow/index.ts');
  const size = await folder.size(file);
  // A pipe has no size, and can be read once only.
  if (size === undefined || size < LARGE) return readPlan(await folder.read(file), options);
  if (size >= HUGE) {
    const { boundGarbage } = await import('./heap.ts');
    boundGarbage();
  }
  return readPlanParts(folder.parts(file), () => folder.read(file), options);
}
