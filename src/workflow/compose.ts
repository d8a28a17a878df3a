import { Document, parseDocument } from 'yaml';
import { isObject, type Json, type LocalEndpoint, type LocalValue } from '../model/index.ts';
import type { LocalService } from './local-services.ts';

export interface ComposeFile {
  readonly text: string;
  /** Variables that the file refers to, for the environment of the engine: no secret is in the file. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A compose file with these services, on loopback addresses only. Its data outlives its containers. */
export function composeFile(project: string, services: readonly LocalService[]): ComposeFile {
  const secrets: Record<string, string> = {};
  const textOf = (value: LocalValue): string => {
    if (typeof value === 'string') return literal(value);
    const parts = value.map((part) => {
      if (typeof part === 'string') return literal(part);
      const name = `BROKERFORM_SECRET_${Object.keys(secrets).length + 1}`;
      secrets[name] = part.secret;
      return `\${${name}:-}`;
    });
    return parts.join('');
  };
  const entries = services.map(({ name, container, endpoints }) => {
    const { image, entrypoint, environment, data, healthcheck } = container;
    const variables = Object.entries(environment).map(([key, value]) => [key, textOf(value)]);
    const body = {
      image: literal(image),
      // Data of RabbitMQ is found by this name.
      hostname: name,
      ...(entrypoint && { entrypoint: entrypoint.map(literal) }),
      ports: endpoints.map(publishedPort),
      ...(variables.length > 0 && { environment: Object.fromEntries(variables) }),
      volumes: [`${name}-data:${data}`],
      healthcheck: {
        test: ['CMD', ...healthcheck.map(literal)],
        ...{ interval: '5s', timeout: '20s', retries: 20, start_period: '10s' },
      },
    };
    return [name, body] as const;
  });
  const document = new Document({
    services: Object.fromEntries(entries),
    volumes: Object.fromEntries(services.map(({ name }) => [`${name}-data`, {}])),
  });
  // Compose 1 refuses a name in the file.
  document.commentBefore =
    ' Written by "brokerform up", which writes it again each time. Only this machine reaches the brokers.\n' +
    ` By hand: docker compose --project-name ${project} --file .brokerform/compose.yaml ps`;
  return { text: document.toString({ lineWidth: 0 }), secrets };
}

/** A compose file replaces variables in every text. */
function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}

function publishedPort({ host, port, containerPort }: LocalEndpoint): string {
  const address = host.includes(':') ? `[${host}]` : /^[\d.]+$/.test(host) ? host : '127.0.0.1';
  return `${address}:${port}:${containerPort}`;
}

/** The services of somebody's compose file that publish these ports, and the ports that none does. */
export function publishers(
  text: string,
  ports: readonly number[],
): { readonly services: readonly string[]; readonly missing: readonly number[] } {
  const root: unknown = readCompose(text);
  const services = isObject(root) && isObject(root.services) ? Object.entries(root.services) : [];
  const published = services.map(([name, body]) => ({
    name,
    ports: isObject(body) ? portsIn(body.ports) : [],
  }));
  const found = ports.map((port) => published.find((one) => one.ports.includes(port))?.name);
  return {
    services: [...new Set(found.filter((name) => name !== undefined))],
    missing: ports.filter((_, i) => found[i] === undefined),
  };
}

function readCompose(text: string): unknown {
  try {
    return parseDocument(text, { merge: true, logLevel: 'silent' }).toJS({ maxAliasCount: 100 });
  } catch {
    // What is no YAML publishes nothing.
    return undefined;
  }
}

/** Host ports: `5672:5672`, `127.0.0.1:5672:5672/tcp`, `{ published: 5672 }`; ranges and variables are not followed. */
function portsIn(ports: Json | undefined): number[] {
  if (!Array.isArray(ports)) return [];
  return ports.flatMap((entry: Json) => {
    const text = isObject(entry) ? `${entry.published}:` : String(entry);
    const [, port] = /(?:^|:)(\d{1,5}):(?:\d{1,5}(?:\/tcp)?)?$/.exec(text) ?? [];
    return port === undefined ? [] : [Number(port)];
  });
}
