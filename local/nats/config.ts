import { join } from 'node:path';
import type { Certificates } from '../certificates.ts';
import type { Identities } from './identities.ts';
import type { NatsLimits, NatsOptions, NatsPermissions } from './types.ts';

interface NatsPorts {
  client: number;
  monitoring: number;
  route: number;
}

export interface NatsServerConfig {
  name: string;
  folder: string;
  ports: NatsPorts;
  /** The route ports of all servers; one alone is no cluster. */
  routes: readonly number[];
  certificates?: Certificates;
  identities: Identities;
}

/** The name that servers of one cluster share. */
const clusterName = 'brokerform-test';

export const systemUser = { user: 'sys', password: 'sys' };

/** The text of one server's configuration file; JSON strings are legal in it. */
export function serverConfig(options: NatsOptions, config: NatsServerConfig): string {
  const { name, folder, ports, routes, certificates } = config;
  const parts = [
    `server_name: ${text(name)}`,
    `listen: "127.0.0.1:${ports.client}"`,
    `http: "127.0.0.1:${ports.monitoring}"`,
    authentication(options, config.identities),
  ];
  if (options.jetstream ?? true) {
    const domain = options.domain ? `, domain: ${text(options.domain)}` : '';
    const limits = options.serverLimits
      ? `, limits: { ${Object.entries(options.serverLimits)
          .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
          .join(', ')} }`
      : '';
    // The defaults are shares of this machine, which others use as well. They are only upper limits.
    parts.push(
      `jetstream { store_dir: ${text(join(folder, name))}, max_mem: 256MB, max_file: 64GB${domain}${limits} }`,
    );
  }
  if (routes.length > 1) {
    const urls = routes.map((port) => text(`nats://127.0.0.1:${port}`)).join(', ');
    parts.push(`cluster { name: ${clusterName}, listen: "127.0.0.1:${ports.route}", routes: [${urls}] }`);
  }
  if (certificates) {
    const { ca } = certificates;
    const verify = options.tls === 'mutual' ? `, ca_file: ${text(ca)}, verify: true` : '';
    const first = options.tls === 'first' ? ', handshake_first: true' : '';
    const { serverCert, serverKey } = certificates;
    parts.push(
      `tls { cert_file: ${text(serverCert)}, key_file: ${text(serverKey)}, timeout: 10${verify}${first} }`,
    );
  }
  return `${parts.join('\n')}\n`;
}

function authentication(options: NatsOptions, identities: Identities): string {
  const { credentials, operator } = identities;
  if (operator) {
    return [
      `operator: ${operator.jwt}`,
      `system_account: ${operator.systemAccount}`,
      'resolver: MEMORY',
      'resolver_preload {',
      ...Object.entries(operator.accounts).map(([key, jwt]) => `  ${key}: ${jwt}`),
      '}',
    ].join('\n');
  }
  if (credentials.token) return `authorization { token: ${text(credentials.token)} }`;
  const users = Object.entries(options.users ?? {}).map(
    ([name, permissions]) =>
      `{ user: ${text(name)}, password: ${text(name)}, permissions: ${permissionsText(permissions)} }`,
  );
  users.push(
    identities.nkey
      ? `{ nkey: ${identities.nkey} }`
      : `{ user: ${text(credentials.user ?? 'app')}, password: ${text(credentials.password ?? 'app')} }`,
  );
  const jetstream = (options.jetstream ?? true) ? `jetstream: ${limitsText(options.limits)}, ` : '';
  return [
    `accounts {`,
    `  APP { ${jetstream}users: [${users.join(', ')}] }`,
    `  $SYS { users: [{ user: ${systemUser.user}, password: ${systemUser.password} }] }`,
    `}`,
    // Whoever does not say who it is becomes this user.
    ...(options.auth ? [] : ['no_auth_user: app']),
  ].join('\n');
}

function limitsText(limits: NatsLimits | undefined): string {
  if (!limits) return 'enabled';
  const parts = [
    ['max_memory', limits.memory],
    ['max_file', limits.storage],
    ['max_streams', limits.streams],
    ['max_consumers', limits.consumers],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  return `{ ${parts.join(', ')} }`;
}

function permissionsText(permissions: NatsPermissions): string {
  const { allowPublish, allowSubscribe, denyPublish = [], denySubscribe = [] } = permissions;
  const list = (subjects: string[]) => `[${subjects.map(text).join(', ')}]`;
  const limit = (allow: string[] | undefined, deny: string[]) =>
    allow ? `{ allow: ${list(allow)} }` : `{ deny: ${list(deny)} }`;
  return `{ publish: ${limit(allowPublish, denyPublish)}, subscribe: ${limit(allowSubscribe, denySubscribe)} }`;
}

function text(value: string): string {
  return JSON.stringify(value);
}
