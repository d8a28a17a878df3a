import { createHash } from 'node:crypto';

/** What a text is about: for its title, and for the marker that distinguishes comments. */
export interface About {
  readonly command:
    | 'validate'
    | 'plan'
    | 'drift'
    | 'diff'
    | 'apply'
    | 'doctor'
    | 'expand'
    | 'explain'
    | 'graph'
    | 'policies'
    | 'redrive'
    | 'route'
    | 'test'
    | 'up'
    | 'upgrade-check';
  readonly project?: string | undefined;
  readonly environment?: string | undefined;
}

/** `shop`, or `shop (production)`; undefined where neither is known. Raw text. */
export function subjectName({ project, environment }: Omit<About, 'command'>): string | undefined {
  if (project === undefined || environment === undefined) return environment ?? project;
  return `${project} (${environment})`;
}

/** Longer names are distinguished by a hash: the marker must stay one short line. */
const LONGEST = 120;

/**
 * The first line of every Markdown text, which shows nowhere: by it, the comment of an earlier run is found and
 * replaced. It is the same for the same command, project and environment, and for no others.
 */
export function markerLine({ command, project, environment }: About): string {
  const parts = [
    ...(project === undefined ? [] : [`project=${markerName(project)}`]),
    ...(environment === undefined ? [] : [`environment=${markerName(environment)}`]),
  ];
  return `<!-- ${[`brokerform:${command}`, ...parts].join(' ')} -->`;
}

/** Percent-encoded, so that no name ends the comment or its own part; two hyphens in a row would be read as its end. */
function markerName(name: string): string {
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll('--', '%2D%2D');
  if (encoded.length <= LONGEST) return encoded;
  return `~${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}
