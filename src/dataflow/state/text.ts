/** Texts as UTF-8 bytes. */

const encoder = new TextEncoder()
// A leading U+FEFF belongs to the value: a decoder that drops it would make two texts look like one.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Below this many bytes a loop over ASCII beats the decoder. */
const shortText = 24

export function decodeUtf8(data: Uint8Array, start: number, end: number): string {
  if (end - start > shortText) return decoder.decode(data.subarray(start, end))
  let text = ''
  for (let i = start; i < end; i++) {
    const byte = data[i] as number
    if (byte > 127) return decoder.decode(data.subarray(start, end))
    text += String.fromCharCode(byte)
  }
  return text
}

/** A place to encode texts to, one at a time. A lone surrogate becomes U+FFFD, as when the text is written. */
export class TextBuffer {
  bytes = new Uint8Array(256)

  /** Fills `bytes` and returns how many hold the text. */
  encode(text: string): number {
    const bytesMax = text.length * 3
    if (this.bytes.length < bytesMax) this.bytes = new Uint8Array(bytesMax * 2)
    return encoder.encodeInto(text, this.bytes).written
  }
}

export function sameBytes(a: Uint8Array, startA: number, endA: number, b: Uint8Array, startB: number, endB: number): boolean {
  const length = endA - startA
  if (endB - startB !== length) return false
  for (let i = 0; i < length; i++) if (a[startA + i] !== b[startB + i]) return false
  return true
}

/** Compares unsigned bytes; a prefix comes first. */
export function compareByteRanges(a: Uint8Array, startA: number, endA: number, b: Uint8Array, startB: number, endB: number): number {
  const length = Math.min(endA - startA, endB - startB)
  for (let i = 0; i < length; i++) {
    const difference = (a[startA + i] as number) - (b[startB + i] as number)
    if (difference !== 0) return difference
  }
  return endA - startA - (endB - startB)
}

/** The first six bytes as one number: texts with different prefixes compare as these numbers do. */
export function prefixOfBytes(data: Uint8Array, start: number, end: number): number {
  let prefix = 0
  for (let i = start; i < start + 6; i++) prefix = prefix * 256 + (i < end ? (data[i] as number) : 0)
  return prefix
}

const prefixBuffer = new TextBuffer()

export function prefixOfText(text: string): number {
  let prefix = 0
  for (let i = 0; i < 6; i++) {
    const unit = i < text.length ? text.charCodeAt(i) : 0
    if (unit > 127) return prefixOfBytes(prefixBuffer.bytes, 0, prefixBuffer.encode(text.slice(0, 7)))
    prefix = prefix * 256 + unit
  }
  return prefix
}
