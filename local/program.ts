import { existsSync } from 'node:fs';
import { hostSuite, installPackages } from './apt.ts';
import { Unavailable } from './unavailable.ts';

/**
 * Where the program of a Debian package is, `/usr/bin/<name>`; the package of the same name is installed where it is
 * missing. Under CI what cannot be had is an error for the caller to throw.
 * @throws Unavailable when it is missing, and this is no Debian, or a quick run asks for no brokers and installs nothing
 */
async function debianProgram(name: string): Promise<string> {
  const executable = `/usr/bin/${name}`;
  if (existsSync(executable)) return executable;
  if (process.env.BROKERFORM_TEST_BROKERS !== undefined)
    throw new Unavailable(name, `${name}: not asked for`);
  if (hostSuite() === undefined) {
    throw new Unavailable(name, `${name}: ${executable} is missing, and only Debian can install it`);
  }
  await installPackages(name, name);
  if (!existsSync(executable)) throw new Unavailable(name, `${name}: its package has no ${executable}`);
  return executable;
}

/** The same for a test: the program, or the reason to skip it. @throws Unavailable under CI */
export async function programOrReason(
  name: string,
): Promise<{ readonly executable: string } | { readonly reason: string }> {
  try {
    return { executable: await debianProgram(name) };
  } catch (error) {
    if (!(error instanceof Unavailable) || process.env.CI === 'true') throw error;
    return { reason: error.reason };
  }
}
