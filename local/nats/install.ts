import { join } from 'node:path';
import { run } from '../commands.ts';
import { Unavailable } from '../unavailable.ts';
import { unpackedPackage } from '../unpacked.ts';
import type { NatsLine } from './types.ts';

export interface NatsInstallation {
  version: string;
  /** The path of nats-server. */
  program: string;
}

const lines: Record<NatsLine, { suite: string; version: RegExp }> = {
  old: { suite: 'bookworm', version: /^2\.9\./ },
  middle: { suite: 'trixie', version: /^2\.10\./ },
  current: { suite: 'sid', version: /^2\.(1[2-9]|[2-9]\d)\./ },
};

/** The nats-server of a line: the one that BROKERFORM_TEST_NATS_OLD and so on name, else Debian's. */
export async function installNats(line: NatsLine): Promise<NatsInstallation> {
  const what = `NATS ${line}`;
  const { suite, version } = lines[line];
  const given = process.env[`BROKERFORM_TEST_NATS_${line.toUpperCase()}`];
  const program = given ?? join(await unpackedPackage(what, suite, 'nats-server'), 'usr/sbin/nats-server');
  const said = await run(program, ['--version']).catch((error: Error) => {
    throw new Unavailable(what, `${program} does not run\n${error.message}`);
  });
  const found = /v(\d+\.\d+\.\d+)/.exec(said)?.[1];
  if (!found || !version.test(found)) throw new Unavailable(what, `${program} is ${said.trim()}`);
  return { version: found, program };
}
