import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.ts';
import { Unavailable } from './unavailable.ts';

/** Where locks and Debian folders are kept between runs; only root writes to it. */
export const cache = '/var/cache/brokerform';

// An install may wait for another process's, which may be building a whole Debian.
const patience = 900_000;

/** The code name of the Debian that this machine runs, such as `bookworm`; undefined when it is no Debian. */
export function hostSuite(): string | undefined {
  if (!existsSync('/etc/os-release')) return undefined;
  const release = readFileSync('/etc/os-release', 'utf8');
  if (!/^ID=debian$/m.test(release)) return undefined;
  return /^VERSION_CODENAME=(\w+)$/m.exec(release)?.[1];
}

/** The version of an installed package; undefined when it is not installed. */
export async function installedVersion(name: string): Promise<string | undefined> {
  const shown = await run('dpkg-query', ['--status', name]).catch(() => '');
  if (!/^Status: .* installed$/m.test(shown)) return undefined;
  return /^Version: (.*)$/m.exec(shown)?.[1];
}

/** The address of the Debian mirror that this machine's apt uses. */
export async function debianMirror(what: string): Promise<string> {
  const targets = await run('apt-get', [
    'indextargets',
    '--format',
    '$(ORIGIN) $(SITE)',
    'Created-By: Packages',
  ]);
  const mirror = /^Debian (https?:\S+)$/m.exec(targets)?.[1];
  if (!mirror) throw new Unavailable(what, 'apt on this machine has no Debian mirror');
  return mirror;
}

// The packages' services are not to start: packages ask policy-rc.d, and 101 means no. A machine's own
// policy-rc.d is left as it is. One of ours that a killed run left behind is known by its text.
const install = `
set -e
policy=/usr/sbin/policy-rc.d
ours='#!/bin/sh
# Written by brokerform while it installs a package.
exit 101'
if [ ! -e $policy ] || [ "$(cat $policy)" = "$ours" ]; then
  trap 'rm -f $policy' EXIT
  trap 'exit 1' INT TERM
  printf '%s\\n' "$ours" > $policy
  chmod 755 $policy
fi
export DEBIAN_FRONTEND=noninteractive
set -- apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confold install --no-install-recommends "$@"
"$@" && exit
# Old package lists, or someone else's apt at work: its lock for the lists cannot be waited for.
for try in 1 2 3; do
  sleep "$((try * 3 - 3))"
  apt-get -q update && "$@" && exit
done
exit 1
`;

/** Installs Debian packages, without starting their services. The package lists are renewed where needed. */
export async function installPackages(what: string, ...names: string[]): Promise<void> {
  const missing: string[] = [];
  for (const name of names) if (!(await installedVersion(name))) missing.push(name);
  if (missing.length === 0) return;
  try {
    await underLock(what, 'apt', ['sh', '-c', install, 'sh', ...missing]);
  } catch (error) {
    if (error instanceof Unavailable) throw error;
    throw new Unavailable(what, `${missing.join(', ')} could not be installed\n${(error as Error).message}`);
  }
}

/** Runs a command that only one process on this machine may run at a time. The kernel frees the lock. */
export async function underLock(what: string, lock: string, command: string[]): Promise<void> {
  if (process.getuid?.() !== 0) throw new Unavailable(what, 'installing it needs root');
  mkdirSync(cache, { recursive: true });
  await run('flock', [join(cache, `${lock}.lock`), ...command], { patience });
}
