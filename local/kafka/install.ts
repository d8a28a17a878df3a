import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache, installPackages, underLock } from '../apt.ts';
import { run } from '../commands.ts';
import { makeFolder, removeFolder } from '../folders.ts';
import { freePorts } from '../ports.ts';
import { Unavailable } from '../unavailable.ts';
import { nodeConfig } from './config.ts';
import type { KafkaLine } from './types.ts';

export const versions: Readonly<Record<KafkaLine, string>> = { old: '3.7.2', current: '4.3.1' };

export interface KafkaInstallation {
  readonly version: string;
  /** The file that formatting puts into a new data folder: the first metadata of a cluster. */
  readonly bootstrapCheckpoint: string;
  /** How to run one of Kafka's main classes. */
  command(mainClass: string, ...args: string[]): [string, ...string[]];
}

/** A small broker that starts fast: no time is spent on optimising code that runs for seconds. @param heap MiB */
export function javaFlags(heap = 400): string[] {
  return ['-Xms64m', `-Xmx${heap}m`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];
}

// Increased whenever the recipe below gives something else than before.
const recipe = 1;

/**
 * Kafka's own server, with the libraries that it needs, as a Maven project that has nothing else. The logger that
 * slf4j finds among them prints to standard error, so no log4j configuration is needed in any version.
 */
function pom(version: string): string {
  const dependency = (group: string, artifact: string, of: string) =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${of}</version></dependency>`;
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
<modelVersion>4.0.0</modelVersion>
<groupId>brokerform</groupId><artifactId>local-kafka</artifactId><version>${version}</version><packaging>pom</packaging>
<dependencies>
${dependency('org.apache.kafka', 'kafka_2.13', version)}
${dependency('org.slf4j', 'slf4j-simple', '1.7.36')}
</dependencies>
</project>
`;
}

// The file that is moved last says that the build is whole. The broker that runs for some seconds leaves an archive
// of the classes that it loaded; with that, the next ones start in half the time.
const build = `
set -e
root=$1 config=$2
shift 2
[ -f "$root/bootstrap.checkpoint" ] && exit 0
rm -rf "$root"
mkdir -p "$root"
cp "$config/pom.xml" "$root"
cd "$root"
mvn --batch-mode --quiet dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$root/lib"
java -cp "$root/lib/*" kafka.tools.StorageTool format -t 4L6g3nShT-eMCtK--X86sw -c "$config/server.properties"
timeout --signal=TERM 10 java "$@" -XX:ArchiveClassesAtExit="$root/classes.jsa" -cp "$root/lib/*" \\
  kafka.Kafka "$config/server.properties" || true
mv "$config/data/bootstrap.checkpoint" "$root"
`;

/** Installs Kafka where it is missing: Java and Maven from Debian, the rest through Maven. @param heap MiB */
export async function installKafka(line: KafkaLine, heap?: number): Promise<KafkaInstallation> {
  const version = versions[line];
  const what = `Kafka ${line}`;
  const root = join(cache, `kafka-${version}-${recipe}`);
  const bootstrapCheckpoint = join(root, 'bootstrap.checkpoint');
  if (!(await hasJava())) await installPackages(what, 'default-jre-headless');
  if (!existsSync(bootstrapCheckpoint)) await buildUnderLock(what, root, version);
  const archive = join(root, 'classes.jsa');
  const classes = existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`] : [];
  return {
    version,
    bootstrapCheckpoint,
    command: (mainClass, ...args) => [
      'java',
      ...javaFlags(heap),
      ...classes,
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      ...['-cp', join(root, 'lib', '*'), mainClass, ...args],
    ],
  };
}

async function buildUnderLock(what: string, root: string, version: string): Promise<void> {
  await installPackages(what, 'maven');
  const config = makeFolder('kafka-install');
  const [client, controller] = (await freePorts(2)) as [number, number];
  const nodes = [{ id: 1, ports: { client, controller }, isController: true }];
  writeFileSync(join(config, 'pom.xml'), pom(version));
  writeFileSync(join(config, 'server.properties'), nodeConfig({ id: 1, nodes, data: join(config, 'data') }));
  try {
    await underLock(what, `kafka-${version}`, ['sh', '-c', build, 'sh', root, config, ...javaFlags()]);
  } catch (error) {
    if (error instanceof Unavailable) throw error;
    throw new Unavailable(what, `it could not be installed through Maven\n${(error as Error).message}`);
  } finally {
    removeFolder(config);
  }
}

/** Kafka 4 needs Java 17. */
async function hasJava(): Promise<boolean> {
  const shown = await run('java', ['--version']).catch(() => '');
  return Number(/^openjdk (\d+)/m.exec(shown)?.[1] ?? 0) >= 17;
}
