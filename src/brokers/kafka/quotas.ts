import { formatSize, type Json } from '../../model/index.ts';

/** Quotas of users and client ids. {@link https://kafka.apache.org/documentation/#design_quotas} */
export const CLIENT_QUOTAS: readonly string[] = [
  'producer_byte_rate',
  'consumer_byte_rate',
  'request_percentage',
  'controller_mutation_rate',
];

/** Quotas of IP addresses. */
export const IP_QUOTAS: readonly string[] = ['connection_creation_rate'];

/** All of them are rates a second, but for the percentage. */
export const QUOTA_UNITS: Readonly<Record<string, 'bytes'>> = {
  producer_byte_rate: 'bytes',
  consumer_byte_rate: 'bytes',
};

/** As people write it: `10MB`. */
export function writtenQuota(key: string, value: Json): Json {
  const text = QUOTA_UNITS[key] === 'bytes' ? formatSize(value) : undefined;
  return text === undefined || /^\d+B$/.test(text) ? value : text;
}
