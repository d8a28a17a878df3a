import { readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { InputError } from '../model/index.ts';
import type { CommandContext } from './context.ts';
import { namedFileError } from './files.ts';
import type { LocalProject } from './local-project.ts';
import { TOOL_FOLDER, writeTool } from './tool-folder.ts';

/** What is started, and how an engine is told. */
export interface ComposeChoice {
  /** Relative to the configuration. */
  readonly file: string;
  /** Absent for somebody's own file. */
  readonly project?: string;
  readonly services?: readonly string[];
  readonly secrets: Readonly<Record<string, string>>;
  /** By broker; absent for somebody's own file. */
  readonly images: ReadonlyMap<string, string>;
}

/** As `docker compose` looks for them. */
const NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];

/**
 * The compose file to start: the given one; one of the project that publishes all ports of a declared environment; else
 * one that is written for exactly these brokers.
 * @throws InputError, NoContainerError
 */
export async function chooseCompose(
  context: CommandContext,
  { checked, targets, isDeclared }: LocalProject,
  given: string | undefined,
): Promise<ComposeChoice> {
  const { directory, name, environment = '' } = checked.project;
  const { composeFile, composeProject, publishers, servicesFor } = await import('../workflow/index.ts');
  const ports = [...new Set(targets.flatMap(({ endpoints }) => endpoints.map(({ port }) => port)))];
  const own = await ownFile(context, directory, given, isDeclared);
  if (own) {
    const { services, missing } = publishers(own.text, ports);
    const list = missing.join(', ');
    const what = `${own.file} publishes no port ${list}`;
    if (missing.length === 0) return { file: own.file, services, secrets: {}, images: new Map() };
    if (given !== undefined) {
      throw new InputError(
        `${what}, where environment ${environment} has brokers; nothing was started`,
        'publish it there, or leave out --compose-file',
      );
    }
    context.note(`${what}; ${TOOL_FOLDER}/compose.yaml is used instead`);
  }
  const services = servicesFor(targets, directory, context.flags.timeout);
  const project = composeProject(name, directory);
  const { text, secrets } = composeFile(project, services);
  await writeTool(directory, 'compose.yaml', text);
  const images = new Map(
    services.flatMap(({ brokers, container }) => brokers.map((broker) => [broker, container.image] as const)),
  );
  return { file: `${TOOL_FOLDER}/compose.yaml`, project, secrets, images };
}

async function ownFile(
  context: CommandContext,
  directory: string,
  given: string | undefined,
  isDeclared: boolean,
): Promise<{ file: string; text: string } | undefined> {
  if (given !== undefined) {
    const file = relative(directory, context.folder.at(given));
    return { file, text: await context.folder.read(given) };
  }
  if (!isDeclared) return undefined;
  for (const file of NAMES) {
    try {
      return { file, text: await readFile(resolve(directory, file), 'utf8') };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        throw namedFileError(error, join(directory, file));
    }
  }
  return undefined;
}

/** The words before the compose command. */
export function composeArguments({ file, project }: Pick<ComposeChoice, 'file' | 'project'>): string[] {
  return [...(project === undefined ? [] : ['--project-name', project]), '--file', file];
}
