import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DamagedPlan,
  hasErrors,
  InvalidProject,
  nearestWord,
  type Provider,
  type Snapshot,
} from '../model/index.ts';
import type { Checked, DeclaredBroker } from '../pipeline/index.ts';
import type { CommandContext } from './context.ts';
import { badFile, checkProject, connecting } from './project.ts';
import { InputError, UsageError } from './usage.ts';

export interface ImportChoice {
  readonly from?: string;
  readonly broker?: string;
  readonly wait: number;
}

export interface ImportSource {
  readonly snapshot: Snapshot;
  readonly provider: Provider;
  /** Whether a topology file can leave out which broker it is for. */
  readonly isOnlyOfItsType: boolean;
}

/** Reads what is to be imported: a file, or all of a live broker. */
export async function importSnapshot(context: CommandContext, choice: ImportChoice): Promise<ImportSource> {
  const checked = await checkProject(context);
  return choice.from === undefined
    ? importLive(context, checked, choice)
    : importFile(checked, choice.from, choice.broker);
}

/** Reads all of a live broker as a configuration says that is not written yet. */
export async function importWith(
  context: CommandContext,
  config: string,
  wait: number,
): Promise<ImportSource> {
  const folder = await mkdtemp(join(tmpdir(), 'brokerform-'));
  try {
    const file = join(folder, 'brokerform.yaml');
    await writeFile(file, config);
    const checked = await checkProject(context, { configFile: file });
    return await importLive(context, checked, { wait });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function importLive(
  context: CommandContext,
  checked: Checked,
  choice: ImportChoice,
): Promise<ImportSource> {
  const { readEverything } = await import('../pipeline/index.ts');
  const broker = chooseBroker(checked, choice.broker);
  context.progress.show(`reading ${broker.name}`);
  const snapshot = await readEverything(broker, connecting(context, choice.wait));
  context.progress.clear();
  return sourceOf(checked, snapshot, broker.provider);
}

/** A file names its own format: where no broker is configured, whichever provider knows it reads it. */
async function importFile(checked: Checked, file: string, name: string | undefined): Promise<ImportSource> {
  const { providers, readExport } = await import('../pipeline/index.ts');
  if (name !== undefined || checked.configured.size > 0) {
    const broker = chooseBroker(checked, name);
    return sourceOf(checked, await readExport(file, broker).catch(badFile), broker.provider);
  }
  for (const provider of providers) {
    const snapshot = await readExport(file, { name: provider.name, provider }).catch((error: unknown) => {
      if (!(error instanceof DamagedPlan)) throw error;
    });
    if (snapshot) return sourceOf(checked, snapshot, provider);
  }
  throw new InputError(
    `${file} is no export that brokerform knows`,
    'RabbitMQ: rabbitmqctl export_definitions FILE',
  );
}

function sourceOf(checked: Checked, snapshot: Snapshot, provider: Provider): ImportSource {
  const sameType = [...checked.configured.values()].filter((broker) => broker.provider === provider);
  return { snapshot, provider, isOnlyOfItsType: sameType.length <= 1 };
}

function chooseBroker(checked: Checked, name: string | undefined): DeclaredBroker {
  const { configured, diagnostics } = checked;
  const names = [...configured.keys()];
  const chosen = name ?? (names.length === 1 ? names[0] : undefined);
  const broker = chosen === undefined ? undefined : configured.get(chosen);
  if (broker) return broker;
  // A configuration that could not be read explains better than its consequence why the broker is missing.
  if (names.length === 0 && hasErrors(diagnostics)) throw new InvalidProject(diagnostics);
  if (name === undefined) {
    throw new UsageError(
      `there ${names.length === 0 ? 'is no broker' : `are ${names.length} brokers`} in the configuration`,
      names.length === 0 ? 'brokerform init writes one' : `choose one: --broker ${names.join(', --broker ')}`,
    );
  }
  const near = nearestWord(name, names);
  throw new UsageError(
    `the configuration has no broker ${name}`,
    near === undefined ? `it has: ${names.join(', ')}` : `did you mean ${near}?`,
  );
}
