import { beforeEach, inject } from 'vitest';
import type { JsonObject } from '../../../src/model/index.ts';

export interface Listeners {
  /** Without a login. */
  plain: readonly string[];
  sasl: readonly string[];
  tls: readonly string[];
  /** Authority, certificate and key of a client. */
  files: JsonObject;
}

/** The addresses of a shared cluster, known within tests; without such a cluster they are skipped. */
export function listenersOf(line: 'old' | 'current'): Listeners {
  const listeners: Listeners = { plain: [], sasl: [], tls: [], files: {} };
  const shared = inject('kafka');
  beforeEach((context) => {
    const cluster = shared[line];
    if (!cluster?.sasl || !cluster.tls) {
      context.skip(shared.skipped[line] ?? 'the given cluster has one listener only');
    } else {
      const { ca, cert, key } = cluster.tls;
      const addresses = {
        plain: cluster.bootstrap,
        sasl: cluster.sasl.bootstrap,
        tls: cluster.tls.bootstrap,
      };
      Object.assign(listeners, addresses, { files: { ca, cert, key } });
    }
  });
  return listeners;
}

export function login(mechanism: string, username: string, password: string): JsonObject {
  return { mechanism, username, password };
}
