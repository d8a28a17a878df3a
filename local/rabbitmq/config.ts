import type { Certificates } from '../certificates.ts';
import type { RabbitOptions } from './types.ts';

export interface RabbitPorts {
  amqp: number;
  management: number;
  amqps: number;
  managementTls: number;
}

export interface Listening {
  /** The address that the broker binds to. */
  address: string;
  ports: RabbitPorts;
  certificates?: Certificates;
}

/** The text of rabbitmq.conf. */
export function brokerConfig(options: RabbitOptions, { address, ports, certificates }: Listening): string {
  const settings: string[] = [
    `listeners.tcp.1 = ${address}:${ports.amqp}`,
    // A test broker holds little. The defaults are shares of this machine, which others use as well.
    'disk_free_limit.absolute = 50MB',
    'vm_memory_high_watermark.absolute = 1500MiB',
  ];
  if (withManagement(options)) {
    settings.push(`management.tcp.ip = ${address}`, `management.tcp.port = ${ports.management}`);
  }
  if (certificates) {
    settings.push(`listeners.ssl.1 = ${address}:${ports.amqps}`, ...verifying('ssl_options', certificates));
    if (withManagement(options)) {
      settings.push(`management.ssl.ip = ${address}`, `management.ssl.port = ${ports.managementTls}`);
      settings.push(...verifying('management.ssl', certificates));
    }
  }
  return `${settings.join('\n')}\n`;
}

function verifying(section: string, certificates: Certificates): string[] {
  return [
    `${section}.cacertfile = ${certificates.ca}`,
    `${section}.certfile = ${certificates.serverCert}`,
    `${section}.keyfile = ${certificates.serverKey}`,
    `${section}.verify = verify_peer`,
    `${section}.fail_if_no_peer_cert = true`,
  ];
}

/** The text of the enabled_plugins file, an Erlang term. */
export function enabledPlugins(options: RabbitOptions): string {
  const plugins = [
    ...(withManagement(options) ? ['rabbitmq_management'] : []),
    ...(options.extraPlugins ?? []),
  ];
  return `[${plugins.join(',')}].\n`;
}

export function withManagement(options: RabbitOptions): boolean {
  return options.managementPlugin ?? true;
}

/** Arguments for Erlang that set what rabbitmq.conf has no words for. */
export function erlangArguments(options: RabbitOptions): string {
  if (!options.quickCounts) return '';
  return '-rabbit quorum_tick_interval 1000 -rabbit stream_tick_interval 1000';
}
