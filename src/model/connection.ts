import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConnectionError } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';
import type { Resolve } from './secret.ts';
import type { Scope } from './session.ts';

/** How one live broker is reached: the `brokers.<name>` entry, with `${…}` resolved. Secrets live here only. */
export interface Connection {
  readonly name: string;
  readonly type: string;
  readonly settings: JsonObject;
  /** Where relative paths in the settings start: the folder of the configuration. The working directory where absent. */
  readonly directory?: string;
  /** For secrets in calls. */
  readonly resolve: Resolve;
  /**
   * Takes a secret that the settings do not hold, such as a token that a command printed or a private key from a file:
   * it is masked from then on. Absent where nothing is masked.
   */
  readonly learn?: (secret: string) => void;
  /** What will be read first, where that is known: a session may begin to read it while it is opened. */
  readonly reads?: Scope;
  /** Milliseconds that one request may take. */
  readonly timeout: number;
}

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

/** Why a connection failed, with the setting to check. Contains no credentials. */
export interface ConnectionFault {
  readonly message: string;
  readonly hint?: string;
  /** Whether waiting may help; it does not where this is absent. */
  readonly transient?: boolean;
}

const UNTRUSTED =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|CERT_SIGNATURE_FAILURE)$/;

/**
 * What is wrong with the certificate of a server, by the code of Node's error; undefined for any other error.
 * @param nameHint what to do if the certificate is for another name
 */
export function certificateFault(at: string, code: string, nameHint: string): ConnectionFault | undefined {
  if (UNTRUSTED.test(code)) {
    const hint = 'name the PEM file of the authority that signed it as tls.ca';
    return { message: `the certificate of ${at} is not trusted`, hint };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return { message: `the certificate of ${at} is for another name`, hint: nameHint };
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const what = code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet';
    return { message: `the certificate of ${at} ${what}` };
  }
  return undefined;
}

export const CLIENT_CERTIFICATE =
  'it may ask for a client certificate: name its PEM files as tls.cert and tls.key';

/** An alert of the server: it speaks TLS, and rejects this client. */
export function isHandshakeRefusal(code: string, message: string): boolean {
  return (
    /ALERT/.test(code) ||
    /alert (certificate required|bad certificate|handshake failure|unknown ca)/.test(message)
  );
}

/** A TLS handshake that failed; undefined for any other error. */
export function handshakeFault(
  at: string,
  code: string,
  message: string,
  isRefused = isHandshakeRefusal(code, message),
): ConnectionFault | undefined {
  if (isRefused) {
    return { message: `${at} refused the TLS handshake`, hint: CLIENT_CERTIFICATE };
  }
  if (/^ERR_(SSL|OSSL)_|^EPROTO$/.test(code)) {
    return { message: `TLS with ${at} failed: ${message.split('\n')[0]}` };
  }
  return undefined;
}

/**
 * What the operating system says of an address; undefined for any other error.
 * @param hints what to check if nothing listens there (`ECONNREFUSED`), and if its host does not exist (`ENOTFOUND`)
 */
export function networkFault(
  at: string,
  code: string,
  hints: { readonly port: string; readonly host: string },
): ConnectionFault | undefined {
  switch (code) {
    case 'ECONNREFUSED':
      return { message: `nothing listens at ${at}`, hint: hints.port, transient: true };
    case 'ENOTFOUND':
      return { message: `the host of ${at} is not known`, hint: hints.host };
    case 'EAI_AGAIN':
      return { message: `the host of ${at} could not be looked up`, transient: true };
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return { message: `${at} cannot be reached (${code})`, transient: true };
    default:
      return undefined;
  }
}
