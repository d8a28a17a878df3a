import { parseArgs } from 'node:util';
import { Unavailable } from '../local/unavailable.ts';
import { benchKafkaCommands, benchNatsCommands, benchRabbitCommands } from './broker-commands.ts';
import { benchKafka } from './kafka.ts';
import { benchKafkaLarge } from './kafka-large.ts';
import { benchMoves } from './moves.ts';
import { benchNats } from './nats.ts';
import { benchOffline } from './offline.ts';
import { benchOfflineCommands } from './offline-commands.ts';
import { benchRabbit } from './rabbitmq.ts';
import { benchRabbitLarge } from './rabbitmq-large.ts';
import { renderSection, type Section, writeSection } from './report.ts';
import { benchRouting } from './routing.ts';
import { benchKafkaRouting } from './routing-kafka.ts';
import { benchNatsRouting } from './routing-nats.ts';
import type { Settings } from './settings.ts';

// Measures, prints what it found and puts it into RESULTS.md:
//   npm run bench                                 everything but the long ones, in about 15 minutes
//   npm run bench -- rabbitmq --line old          one section, on the older broker
//   npm run bench -- offline --sizes 100,1000     to try it; smaller sizes are only printed

const SIZES = '1000,10000';

type Measure = (settings: Settings) => Promise<Section>;

const usual: Readonly<Record<string, Measure>> = {
  offline: benchOffline,
  commands: benchOfflineCommands,
  'commands-rabbitmq': benchRabbitCommands,
  'commands-kafka': benchKafkaCommands,
  'commands-nats': benchNatsCommands,
  rabbitmq: benchRabbit,
  kafka: benchKafka,
  nats: benchNats,
};

/** Measured only by name: each takes many minutes. */
const long: Readonly<Record<string, Measure>> = {
  'rabbitmq-large': benchRabbitLarge,
  'kafka-large': benchKafkaLarge,
  moves: benchMoves,
  routing: benchRouting,
  'routing-nats': benchNatsRouting,
  'routing-kafka': benchKafkaRouting,
};

const sections = { ...usual, ...long };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sizes: { type: 'string', default: SIZES }, line: { type: 'string', default: 'current' } },
});
const unknown = positionals.filter((name) => !Object.hasOwn(sections, name));
const sizes = values.sizes.split(',').map(Number);
if (unknown.length > 0 || !sizes.every((size) => Number.isInteger(size) && size > 0)) {
  console.error(
    `usage: npm run bench -- [${Object.keys(sections).join('|')}] [--sizes 100,1000] [--line old]`,
  );
  process.exit(2);
}

const command = ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(
  ' ',
);
const line = values.line === 'old' ? 'old' : 'current';
for (const [name, measure] of Object.entries(positionals.length > 0 ? sections : usual)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const section = await measure({ sizes, line }).catch((error: unknown) => {
    if (!(error instanceof Unavailable)) throw error;
    console.log(`${name} is not measured: ${error.message}\n`);
  });
  if (!section) continue;
  console.log(`## ${section.title}\n\n${renderSection(section, command)}\n`);
  if (values.sizes === SIZES) writeSection(section, command);
}
