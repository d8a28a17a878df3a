import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Connection } from './connection.ts';
import { ConnectionError } from './errors.ts';
import { isObject } from './json.ts';

/** PEM texts of a connection's `tls`, and the name to expect in the server's certificate, where it is not the host's. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

/**
 * A file that a connection names. A relative path starts at the folder of the configuration.
 * @param setting as the configuration says it: `tls.ca`
 * @throws ConnectionError
 */
export function readConnectionFile(connection: Connection, setting: string, path: string): string {
  try {
    return readFileSync(resolve(connection.directory ?? '', path), 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new ConnectionError(connection.name, `${setting} cannot be read (${code}): ${path}`, { cause });
  }
}

/**
 * The files that `tls: { ca, cert, key, servername }` names. The private key is a secret that the session learns.
 * @throws ConnectionError
 */
export function readTlsFiles(connection: Connection): TlsFiles {
  const { tls } = connection.settings;
  if (!isObject(tls)) return {};
  const files: { ca?: string; cert?: string; key?: string; servername?: string } = {};
  for (const name of ['ca', 'cert', 'key'] as const) {
    const path = tls[name];
    if (typeof path !== 'string' || path === '') continue;
    files[name] = readConnectionFile(connection, `tls.${name}`, path);
  }
  if (files.key !== undefined) connection.learn?.(files.key);
  if (typeof tls.servername === 'string' && tls.servername !== '') files.servername = tls.servername;
  return files;
}
