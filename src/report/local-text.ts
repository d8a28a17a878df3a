import { type ApplyReport, largest } from '../model/index.ts';
import { escapeText, printableJson } from '../text/escape.ts';
import { paint, type Style } from './style.ts';

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

export function localJson({ report, ...local }: LocalReport): string {
  const applied = report && { report: { brokerform: 'report', ...report } };
  return printableJson({ brokerform: 'up', version: 1, ...local, ...applied });
}
