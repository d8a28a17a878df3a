import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cache, debianMirror, hostSuite, underLock } from './apt.ts';
import { Unavailable } from './unavailable.ts';

// An apt of its own: its lists and downloads are in the folder that goes away, the machine's are not touched.
// Built under another name, so that an interrupted download is never taken for a whole one.
const fetch = `
set -e
folder=$1 suite=$2 package=$3 mirror=$4
[ -d "$folder" ] && exit 0
building=$folder.building
rm -rf "$building"
trap 'rm -rf "$building"' EXIT
trap 'exit 1' INT TERM
mkdir -p "$building/apt/lists/partial" "$building/apt/cache/archives/partial"
cd "$building/apt"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" > sources.list
apt() {
  apt-get -q -o Dir::Etc::SourceList="$PWD/sources.list" -o Dir::Etc::SourceParts=/dev/null \\
    -o Dir::State::Lists="$PWD/lists" -o Dir::State::Status=/dev/null -o Dir::Cache="$PWD/cache" \\
    -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=3 "$@"
}
apt -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false update
apt download "$package"
dpkg-deb --extract ./*.deb "$building/root"
mv "$building/root" "$folder"
`;

/**
 * A folder with the files of one Debian package of the given suite, for programs that run without the packages
 * that theirs depends on. Fetched once a machine through apt (about 5 s) and then reused.
 */
export async function unpackedPackage(what: string, suite: string, name: string): Promise<string> {
  const folder = join(cache, `${suite}-${name}-unpacked`);
  if (existsSync(folder)) return folder;
  if (!hostSuite()) throw new Unavailable(what, 'this machine does not run Debian');
  const mirror = await debianMirror(what);
  const lock = `${suite}-${name}-unpacked`;
  try {
    await underLock(what, lock, ['sh', '-c', fetch, 'sh', folder, suite, name, mirror]);
  } catch (error) {
    if (error instanceof Unavailable) throw error;
    throw new Unavailable(
      what,
      `${name} of Debian ${suite} could not be fetched\n${(error as Error).message}`,
    );
  }
  return folder;
}
