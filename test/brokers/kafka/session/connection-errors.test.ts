import { expect, it } from 'vitest';
import { connectionError } from '../../../../src/brokers/kafka/session/connection-errors.ts';
import { readSettings } from '../../../../src/brokers/kafka/session/settings.ts';

const settings = readSettings({
  ...{ name: 'main', type: 'kafka', settings: { bootstrap: ['kafka.example:9092'] } },
  ...{ resolve: (text: string) => text, timeout: 1_000 },
});

it.each(['ECONNREFUSED', 'ENOTFOUND'])(
  '%s: an address that a broker told is not blamed on "bootstrap"',
  (code) => {
    const hintOf = (host: string) =>
      connectionError(settings, { host, port: 9092 }, 'connect', { code }).hint ?? '';
    expect(hintOf('kafka.example')).toContain('"bootstrap"');
    expect(hintOf('kafka.example')).not.toContain('advertised');
    expect(hintOf('broker-2.internal')).toContain('advertised.listeners');
    expect(hintOf('broker-2.internal')).not.toContain('bootstrap');
  },
);
