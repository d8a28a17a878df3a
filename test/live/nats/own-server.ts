import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { type LocalNats, type NatsLine, type NatsOptions, startNats } from '../../../local/nats.ts';
import { LiveProject } from '../project.ts';
import { NatsProject } from './cli-project.ts';
import { PlainServer } from './plain.ts';

/** A server of a suite, or of each of its tests, with what tests need to work on it. */
interface OwnServer {
  readonly nats: LocalNats;
  readonly server: PlainServer;
  /** A project about it. */
  readonly project: LiveProject;
  /** A project about it, worked on by the command line. */
  readonly cli: NatsProject;
}

/** Starts a server before the tests of the suite that calls this, or before each of them, and stops it afterwards. */
export function ownServer(
  line: NatsLine,
  { everyTest = false, ...options }: NatsOptions & { readonly everyTest?: boolean } = {},
): OwnServer {
  let nats: LocalNats;
  let server: PlainServer;
  let project: LiveProject | undefined;
  let cli: NatsProject | undefined;
  (everyTest ? beforeEach : beforeAll)(async () => {
    nats = await startNats(line, options);
    server = await PlainServer.connect(nats.url);
  });
  (everyTest ? afterEach : afterAll)(async () => {
    project?.remove();
    cli?.removeFolder();
    [project, cli] = [undefined, undefined];
    await server?.close();
    await nats?.stop();
  });
  return {
    get nats() {
      return nats;
    },
    get server() {
      return server;
    },
    get project() {
      project ??= new LiveProject({ brokers: { main: { type: 'nats', servers: [nats.url] } } });
      return project;
    },
    get cli() {
      cli ??= new NatsProject([nats.url]);
      return cli;
    },
  };
}
