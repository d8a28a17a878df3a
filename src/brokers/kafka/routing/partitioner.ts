const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/**
 * The hash of a key as 32 bits with sign: `org.apache.kafka.common.utils.Utils.murmur2`, MurmurHash 2 of 32 bits with
 * a fixed seed.
 */
export function murmur2(key: Uint8Array): number {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  const words = key.length >>> 2;
  let hash = SEED ^ key.length;
  for (let i = 0; i < words; i++) {
    const mixed = Math.imul(view.getInt32(i * 4, true), M);
    hash = Math.imul(hash, M) ^ Math.imul(mixed ^ (mixed >>> 24), M);
  }
  const rest = key.subarray(words * 4);
  for (const [i, byte] of rest.entries()) hash ^= byte << (8 * i);
  if (rest.length > 0) hash = Math.imul(hash, M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}

/**
 * The partition of a record whose key is this text in UTF-8, with the Java client's default:
 * `BuiltInPartitioner.partitionForKey`.
 * @param partitions at least 1
 */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(new TextEncoder().encode(key)) & 0x7fffffff) % partitions;
}
