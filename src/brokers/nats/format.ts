import { formatSize, integer } from '../../model/index.ts';

/** `18,204`; an exact integer with all its digits. */
export function countText(count: bigint): string {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 message`, `18,204 messages`. */
export function countOf(count: bigint, noun: string): string {
  return `${countText(count)} ${noun}${count === 1n ? '' : 's'}`;
}

/** A limit: `no limit`, or its number or size. */
export function limitText(limit: bigint, isSize: boolean): string {
  if (limit < 0n) return 'no limit';
  return isSize ? sizeText(limit) : countText(limit);
}

/** An exact size, as in a specification: `1GiB`. */
export function sizeText(bytes: bigint): string {
  return formatSize(integer(bytes)) ?? countText(bytes);
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** A rounded size: `1.2 GiB`. */
export function roughSize(bytes: bigint): string {
  let value = Number(bytes);
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}
