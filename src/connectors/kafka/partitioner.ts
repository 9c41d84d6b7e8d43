/** Which partition of its topic a message goes to: by Kafka's own hash of its key, or by turns where it has none. */
import { murmur2 } from '#base'
import type { Messages } from '#formats'

export type PartitionerKind = 'default' | 'fixed' | 'round-robin'

export interface PartitionerSettings {
  readonly kind: PartitionerKind
  /** Which of the writers of the table this is; with `fixed` it writes to one partition. */
  readonly writer: number
  /** Messages without keys go to one partition for so many bytes, and then to another one. */
  readonly stickyBytes: number
  /** A number from 0 up to and without 1. */
  readonly random: () => number
}

/** Chooses partitions of one topic. */
export class Partitioner {
  readonly #settings: PartitionerSettings
  #count: number
  #current: number
  #bytesLeft: number

  constructor(settings: PartitionerSettings, partitions: number) {
    this.#settings = settings
    this.#count = partitions
    this.#current = settings.kind === 'round-robin' ? settings.writer % partitions : Math.floor(settings.random() * partitions)
    this.#bytesLeft = settings.stickyBytes
  }

  get partitions(): number {
    return this.#count
  }

  /** The topic has so many partitions now. */
  resize(partitions: number): void {
    this.#count = partitions
    this.#current %= partitions
  }

  /** The partition of a message with its key at a place, which has so many bytes. */
  choose(keys: Messages | null, place: number, bytes: number): number {
    if (this.#settings.kind === 'fixed') return this.#settings.writer % this.#count
    const end = keys === null ? -1 : (keys.ends[place] as number)
    if (keys === null || end < 0) return this.#sticky(bytes)
    return (murmur2(keys.bytes, keys.starts[place] as number, end) & 0x7fffffff) % this.#count
  }

  #sticky(bytes: number): number {
    if (this.#bytesLeft <= 0) {
      this.#bytesLeft = this.#settings.stickyBytes
      this.#current = this.#next()
    }
    this.#bytesLeft -= bytes
    return this.#current
  }

  #next(): number {
    if (this.#count === 1) return 0
    const step = this.#settings.kind === 'round-robin' ? 1 : 1 + Math.floor(this.#settings.random() * (this.#count - 1))
    return (this.#current + step) % this.#count
  }
}
