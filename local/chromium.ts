import { existsSync } from 'node:fs';
import { hostSuite, installPackages } from './apt.ts';
import { Unavailable } from './unavailable.ts';

const EXECUTABLE = '/usr/bin/chromium';

/**
 * Where Debian's Chromium is; it is installed where it is missing.
 * @param install whether that may be done
 * @throws Unavailable
 */
export async function chromium(install: boolean): Promise<string> {
  if (existsSync(EXECUTABLE)) return EXECUTABLE;
  if (!install) throw new Unavailable('Chromium', 'Chromium: not asked for');
  if (hostSuite() === undefined) {
    throw new Unavailable(
      'Chromium',
      `Chromium: ${EXECUTABLE} is not there, and this is no Debian to install it`,
    );
  }
  await installPackages('Chromium', 'chromium');
  if (!existsSync(EXECUTABLE))
    throw new Unavailable('Chromium', `Chromium: its package has no ${EXECUTABLE}`);
  return EXECUTABLE;
}
