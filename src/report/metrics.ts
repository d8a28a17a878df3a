import type { Plan } from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import type { About } from './about.ts';
import { SECTION_ORDER, sectionsOf } from './sections.ts';

type Labels = Readonly<Record<string, string | undefined>>;

/** Characters of one label's value. */
const LONGEST = 200;

/**
 * A drift in Prometheus's text format, for the textfile collector of node_exporter or a push gateway.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function driftMetrics(plan: Plan): string {
  const about = { project: plan.project, environment: plan.environment };
  const sections = sectionsOf(plan);
  const brokers = plan.brokers.map(({ name }) => name);
  const of = (broker: string, addresses: readonly string[]) =>
    new Set(addresses.filter((address) => address.startsWith(`${broker}/`))).size;
  const drifted = brokers.flatMap((broker) =>
    SECTION_ORDER.map((risk): [Labels, number] => {
      const refused = risk === 'blocked' ? sections.refusals.map(({ address }) => address) : [];
      const addresses = [...sections[risk].map(({ step }) => step.address), ...refused];
      return [{ broker, class: risk }, of(broker, addresses)];
    }),
  );
  const moves = (plan.abandonedMoves ?? []).map(({ address }) => address);
  return [
    gauge('drift_success', 'Whether the brokers could be compared with the files.', about, [[{}, 1]]),
    gauge('drift_timestamp_seconds', 'When the brokers were read, in seconds since 1970.', about, [
      [{}, Date.parse(plan.createdAt) / 1000],
    ]),
    gauge('broker_info', 'The brokers that were read.', about, [
      ...plan.brokers.map(({ name, type, id, version }): [Labels, number] => [
        { broker: name, type, id, version },
        1,
      ]),
    ]),
    gauge('drift_resources', 'Resources that an apply would change, by class of risk.', about, drifted),
    gauge(
      'unmanaged_resources',
      'Owned resources that no file declares.',
      about,
      brokers.map((broker) => [{ broker }, of(broker, plan.unmanaged)]),
    ),
    gauge(
      'interrupted_moves',
      'Moves of undeclared resources that an apply did not finish.',
      about,
      brokers.map((broker) => [{ broker }, of(broker, moves)]),
    ),
    gauge('in_sync_resources', 'Resources that are as declared.', about, [[{}, plan.inSync]]),
  ].join('');
}

/** That there is no result, so that an alert does not trust the last one. */
export function failureMetrics({ project, environment }: About): string {
  const help = 'Whether the brokers could be compared with the files.';
  return gauge('drift_success', help, { project, environment }, [[{}, 0]]);
}

function gauge(
  name: string,
  help: string,
  about: Labels,
  samples: readonly (readonly [Labels, number])[],
): string {
  const full = `brokerform_${name}`;
  const lines = samples.map(([labels, value]) => `${full}${labelText({ ...about, ...labels })} ${value}\n`);
  return `# HELP ${full} ${help}\n# TYPE ${full} gauge\n${lines.join('')}`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${escaped(value)}"`],
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** A backslash and a quotation mark must be escaped; control characters are shown, so that no value adds a line. */
function escaped(value: string): string {
  return escapeText(value.slice(0, LONGEST)).replace(/[\\"]/g, '\\$&');
}
