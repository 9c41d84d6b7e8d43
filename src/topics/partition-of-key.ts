/** The partition of a key, as producers of Kafka choose it. */
import { murmur2 } from '#base'

export function partitionOfKey(bytes: Uint8Array, start: number, end: number, partitions: number): number {
  return (murmur2(bytes, start, end) & 0x7fffffff) % partitions
}
