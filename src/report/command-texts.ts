import {
  type ApplyReport,
  type Check,
  type Examined,
  type Expansion,
  formatSource,
  largest,
} from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { paint, type Style } from './style.ts';

/** What patterns stand for: documents of a topology file, with comments. */
export function expansionsText(expansions: readonly Expansion[], style: Style): string {
  return expansions.map((one, i) => (i === 0 ? '' : '---\n') + documentText(one, style)).join('');
}

function documentText({ name, kind, broker, at, intended, yaml }: Expansion, style: Style): string {
  const comments = [
    `pattern ${name}: ${kind} on ${broker}, ${formatSource(at)}`,
    ...Object.entries(intended).map(([code, reason]) => `${code} is intended: ${reason}`),
  ];
  // An escaped name cannot end its comment.
  return comments.map((text) => `${paint(style, 'dim', `# ${escapeText(text)}`)}\n`).join('') + yaml;
}

export function checksText(examined: readonly Examined[], style: Style): string {
  const names = examined.flatMap(({ checks }) => checks.map(({ name }) => escapeText(name).length));
  const width = largest(names, 0);
  const lines = examined.flatMap(({ broker, checks }, i) => [
    ...(i > 0 ? [''] : []),
    paint(style, 'bold', escapeText(broker)),
    ...checks.flatMap((check) => checkLines(check, width, style)),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}

function checkLines({ name, ok, text, hint }: Check, width: number, style: Style): string[] {
  const mark = ok ? paint(style, 'green', 'ok ') : paint(style, 'red', 'BAD');
  return [
    `  ${mark}  ${escapeText(name).padEnd(width)}  ${escapeText(text)}`,
    ...(hint === undefined ? [] : [`       hint: ${escapeText(hint)}`]),
  ];
}

/** What `up` started. Contains no password. */
export interface LocalReport {
  readonly project: string;
  readonly environment: string | undefined;
  /** `docker compose` */
  readonly engine: string;
  /** The compose file, relative to the configuration. */
  readonly file: string;
  readonly brokers: readonly {
    readonly name: string;
    readonly type: string;
    readonly version: string;
    readonly image?: string;
    readonly urls: readonly string[];
  }[];
  /** Absent where nothing was to be applied. */
  readonly report?: ApplyReport;
}

/** A line a broker: `main  rabbitmq 4.3.6  amqp://127.0.0.1:5672  http://127.0.0.1:15672`. */
export function localText({ brokers }: LocalReport, style: Style): string {
  const rows = brokers.map(({ name, type, version, urls }) =>
    [name, `${type} ${version}`, ...urls].map(escapeText),
  );
  const widths = [0, 1].map((column) =>
    largest(
      rows.map((row) => row[column]?.length ?? 0),
      0,
    ),
  );
  return rows
    .map(([name = '', what = '', ...urls]) => {
      const [first = 0, second = 0] = widths;
      return `${paint(style, 'bold', name.padEnd(first))}  ${what.padEnd(second)}  ${urls.join('  ')}\n`;
    })
    .join('');
}
