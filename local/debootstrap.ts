import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cache, debianMirror, hostSuite, installPackages, underLock } from './apt.ts';
import { Unavailable } from './unavailable.ts';

// Built under another name, so that an interrupted build is never taken for a whole one. The private mount
// namespace takes away what debootstrap mounts there even when it is killed, so that removing is safe.
const build = `
set -e
root=$1 suite=$2 packages=$3 mirror=$4
[ -d "$root" ] && exit 0
rm -rf --one-file-system "$root.building"
unshare --mount debootstrap --variant=minbase --include="$packages" "$suite" "$root.building" "$mirror"
rm -f "$root.building"/var/cache/apt/archives/*.deb
echo '127.0.0.1 localhost' > "$root.building/etc/hosts"
mv "$root.building" "$root"
`;

/**
 * A folder with a whole Debian of the given suite and packages in it, for what this machine's own Debian
 * has only in another version. Built once a machine (about 40 s) and then reused.
 */
export async function debianFolder(what: string, suite: string, packages: string[]): Promise<string> {
  const name = `${suite}-${packages.join('+')}`;
  const root = join(cache, name);
  if (!existsSync(root)) {
    if (!hostSuite()) throw new Unavailable(what, 'this machine does not run Debian');
    await installPackages(what, 'debootstrap', 'debian-archive-keyring');
    const mirror = await debianMirror(what);
    try {
      await underLock(what, name, ['sh', '-c', build, 'sh', root, suite, packages.join(','), mirror]);
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      throw new Unavailable(what, `a Debian ${suite} could not be built\n${(error as Error).message}`);
    }
  }
  // The temporary folder is seen inside under the same path.
  mkdirSync(join(root, tmpdir()), { recursive: true });
  return root;
}

const enter = `
set -e
root=$1 temporary=$2
shift 2
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --bind "$temporary" "$root$temporary"
exec chroot "$root" "$@"
`;

/**
 * The command that runs a command inside such a folder. What it mounts is seen by that command alone and
 * goes with it, so many may run at once, and nothing is left to unmount. Every part replaces itself by
 * the next one: the process that is started is the command itself.
 */
export function inside(root: string, command: readonly string[]): [string, ...string[]] {
  return ['unshare', '--mount', 'sh', '-c', enter, 'sh', root, tmpdir(), ...command];
}
