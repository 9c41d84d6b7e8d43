/** Holds rows back for a while, so that only the newest of each key is sent. */
import type { Messages } from '#formats'

/** A message with bytes of its own. */
export interface HeldMessage {
  readonly key: Uint8Array | null
  /** Null where it deletes what has the key. */
  readonly value: Uint8Array | null
  readonly topic: string | null
  readonly timestamp: number | null
  readonly headers: Uint8Array | null
}

export class HeldUpserts {
  readonly #held = new Map<string, HeldMessage>()
  #bytes = 0
  #rows = 0

  /** Rows that came, replaced ones included. */
  get rows(): number {
    return this.#rows
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Keys of different topics are different keys. */
  add(message: HeldMessage): void {
    const id = `${message.topic ?? ''}\n${message.key === null ? '' : Buffer.from(message.key).toString('latin1')}`
    const before = this.#held.get(id)
    if (before !== undefined) {
      this.#bytes -= sizeOf(before)
      // What is newest goes last.
      this.#held.delete(id)
    }
    this.#held.set(id, message)
    this.#bytes += sizeOf(message)
    this.#rows++
  }

  /** All that is held, in the order of the newest changes. */
  take(): readonly HeldMessage[] {
    const messages = [...this.#held.values()]
    this.#held.clear()
    this.#bytes = 0
    this.#rows = 0
    return messages
  }
}

function sizeOf({ key, value }: HeldMessage): number {
  return (key?.length ?? 0) + (value?.length ?? 0)
}

/** The bytes of a message at a place, as one's own; null where there is none. */
export function ownBytes({ bytes, starts, ends }: Messages, place: number): Uint8Array | null {
  const end = ends[place] as number
  // A Buffer would hand out a view where a Uint8Array hands out a copy.
  return end < 0 ? null : new Uint8Array(bytes.subarray(starts[place], end))
}
