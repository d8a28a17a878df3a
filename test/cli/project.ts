import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach } from 'vitest';
import { type Files, folderOfTest, writeFiles } from '../setup/folder.ts';
import { type Ended, runCli, type Surroundings } from './run-cli.ts';

export interface CliProject {
  /** Of a file, or of the folder itself. */
  path(name?: string): string;
  write(files: Files): void;
  read(name: string): string;
  /** Runs brokerform with these arguments, which hold no spaces. */
  cli(line: string, surroundings?: Surroundings): Promise<Ended>;
}

/** A folder of its own for each test of the file, in which brokerform runs. */
export function projectOfEachTest(files: Files = {}): CliProject {
  let folder = '';
  beforeEach(() => {
    folder = folderOfTest(files);
  });
  const path = (name = '.') => join(folder, name);
  return {
    path,
    write: (more) => writeFiles(folder, more),
    read: (name) => readFileSync(path(name), 'utf8'),
    cli: (line, surroundings) => runCli(line.split(' '), { cwd: folder, ...surroundings }),
  };
}

/** A configuration whose topologies are in a folder, and whose broker nobody reaches. */
export const CONFIG = `project: shop
topologies: [topologies/*.yaml]
brokers: { main: { type: rabbitmq, url: "amqp://localhost:1", management: "http://localhost:1" } }
`;
/** A topology with a lint error. */
export const LOSSY = 'rabbitmq:\n  queues:\n    orders: { max-length: 10, dead-letter: { exchange: dlx } }\n';
/** One without a finding. */
export const GOOD =
  'rabbitmq:\n  exchanges: { events: { type: topic } }\n  queues:\n    orders: { max-length: 10, bindings: [{ from: events, key: "#" }] }\n';
/** One with an unknown key. */
export const MISSPELT = 'rabbitmq:\n  queus: { orders: {} }\n';
