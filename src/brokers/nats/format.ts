import { formatCount, formatSize, integer } from '../../model/index.ts';

/** A limit: `no limit`, or its number or size. */
export function limitText(limit: bigint, isSize: boolean): string {
  if (limit < 0n) return 'no limit';
  return isSize ? sizeText(limit) : formatCount(limit);
}

/** An exact size, as in a specification: `1GiB`. */
export function sizeText(bytes: bigint): string {
  return formatSize(integer(bytes)) ?? formatCount(bytes);
}
