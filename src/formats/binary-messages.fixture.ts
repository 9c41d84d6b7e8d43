/** Messages of bytes, and what decoders make of them, for tests. */
import { rowsOf, type Schema } from '#data'
import type { MessageDecoder, Messages } from './format.ts'

/** Messages one behind the other, with other bytes before, between and behind them; null where there is none. */
export function messagesOf(values: readonly (Uint8Array | null)[]): Messages {
  const starts = new Int32Array(values.length)
  const ends = new Int32Array(values.length)
  const bytes = new Uint8Array(3 + values.reduce((sum, value) => sum + (value?.length ?? 0) + 1, 0)).fill(0xfe)
  let at = 3
  for (const [place, value] of values.entries()) {
    starts[place] = at
    ends[place] = -1
    if (value === null) continue
    bytes.set(value, at)
    at += value.length
    ends[place] = at++
  }
  return { bytes, starts, ends, length: values.length }
}

/** What is left of a message's bytes in an encoder's answer. */
export function bytesOf({ bytes, starts, ends, length }: Messages): (Uint8Array | null)[] {
  return Array.from({ length }, (_, place) => ((ends[place] as number) < 0 ? null : bytes.slice(starts[place], ends[place])))
}

export interface Decoded {
  readonly rows: unknown[][]
  readonly places: number[]
  readonly faults: { readonly place: number; readonly detail: string }[]
}

/** All rows and faults of messages, batch for batch. */
export async function decodeMessages(decoder: MessageDecoder, schema: Schema, messages: Messages): Promise<Decoded> {
  const decoded: Decoded = { rows: [], places: [], faults: [] }
  for (let from = 0; from < messages.length; ) {
    const next = await decoder.decode(messages, from)
    for (const row of rowsOf(decoder.batch, schema)) decoded.rows.push(row)
    decoded.places.push(...decoder.places.subarray(0, decoder.batch.length))
    decoded.faults.push(...decoder.faults)
    if (next <= from) throw new Error('a decoder takes at least one message')
    from = next
  }
  return decoded
}
