/** Drives decoders and encoders of messages, for tests, and watches that they keep to what is theirs. */
import { expect } from 'vitest'
import { changeNames, rowsOf, type Schema } from '#data'
import type { MessageDecoder, MessageEncoder, MessageFault, Messages, WantedField } from './format.ts'

const encoder = new TextEncoder()

/** What lies between messages: bytes that make trouble where they are taken for a part of one. */
const between = encoder.encode('}]"\n{,0')

/** Lays messages into one array, with `gap` bytes behind each; null is no message. */
export function packMessages(messages: readonly (string | Uint8Array | null)[], gap = 1): Messages {
  const parts = messages.map((message) => (typeof message === 'string' ? encoder.encode(message) : message))
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + (part?.length ?? 0) + gap, 0) + gap)
  Buffer.from(bytes.buffer).fill(between)
  const starts = new Int32Array(parts.length)
  const ends = new Int32Array(parts.length).fill(-1)
  let at = gap - 1
  for (const [place, part] of parts.entries()) {
    starts[place] = at
    if (part === null) continue
    bytes.set(part, at)
    ends[place] = at + part.length
    at += part.length + gap
  }
  return { bytes, starts, ends, length: parts.length }
}

interface DecodedMessages {
  readonly rows: unknown[][]
  /** By row: the place of its message, and its kind of change. */
  readonly places: number[]
  readonly kinds: string[]
  readonly faults: MessageFault[]
  /** Rows of each batch. */
  readonly batches: number[]
}

/** Decodes all messages, and fails where the decoder wrote what is not its own, or split a message. */
export async function decodeMessages(decoder: MessageDecoder, messages: Messages, columns: Schema): Promise<DecodedMessages> {
  const foreign = foreignBytes(messages)
  const decoded: DecodedMessages = { rows: [], places: [], kinds: [], faults: [], batches: [] }
  for (let from = 0; from < messages.length; ) {
    const next = await decoder.decode(messages, from)
    expect(next).toBeGreaterThan(from)
    expectPlaces(decoder, from, next)
    for (const row of rowsOf(decoder.batch, columns)) decoded.rows.push(row)
    for (let row = 0; row < decoder.batch.length; row++) {
      decoded.kinds.push(changeNames[(decoder.batch.kinds?.[row] ?? 0) as 0] ?? '?')
      decoded.places.push(decoder.places[row] as number)
    }
    decoded.faults.push(...decoder.faults)
    decoded.batches.push(decoder.batch.length)
    from = next
  }
  // Of huge arrays a matcher would compare one element after another.
  expect(Buffer.compare(foreignBytes(messages), foreign)).toBe(0)
  return decoded
}

/** Rows and faults are of messages that were taken, in order, and no message gives both. */
function expectPlaces(decoder: MessageDecoder, from: number, next: number): void {
  const places = [...decoder.places.subarray(0, decoder.batch.length)]
  const faulty = decoder.faults.map((fault) => fault.place)
  const touched = [...places, ...faulty]
  expect(touched.every((place) => place >= from && place < next)).toBe(true)
  expect(places).toEqual(places.toSorted((a, b) => a - b))
  expect(faulty).toEqual(faulty.toSorted((a, b) => a - b))
  expect(new Set(touched).size).toBe(new Set(places).size + faulty.length)
}

/** The bytes that are neither in a message nor right behind one. */
function foreignBytes({ bytes, starts, ends, length }: Messages): Uint8Array {
  const copy = bytes.slice()
  for (let place = 0; place < length; place++) {
    const end = ends[place] as number
    if (end >= 0) copy.fill(0, starts[place], end + 1)
  }
  return copy
}

export function physical(schema: Schema): WantedField[] {
  return schema.map(({ name, type }) => ({ kind: 'physical', key: name, type }))
}

/** The text of each message; null where there is none. */
export async function encodedTexts(messages: MessageEncoder, batch: Parameters<MessageEncoder['encode']>[0]): Promise<(string | null)[]> {
  const { bytes, starts, ends, length } = await messages.encode(batch)
  return Array.from({ length }, (_, place) => {
    const end = ends[place] as number
    return end < 0 ? null : new TextDecoder().decode(bytes.subarray(starts[place], end))
  })
}

/** The beginning of a text, or one with a character left out, put in or changed. */
export function damaged(text: string, at: number, how: number): string {
  const place = text.length === 0 ? 0 : at % text.length
  const characters = '{}[]",:\n\\0-e.xtn \u0001'
  switch (how % 4) {
    case 0:
      return text.slice(0, place)
    case 1:
      return text.slice(0, place) + text.slice(place + 1)
    case 2:
      return text.slice(0, place) + characters[how % characters.length] + text.slice(place)
    default:
      return text.slice(0, place) + characters[how % characters.length] + text.slice(place + 1)
  }
}
