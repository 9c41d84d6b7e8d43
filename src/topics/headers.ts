/** Headers of a record as one string of bytes: for each its name and its value, with the length before both. */

export type Headers = readonly (readonly [name: string, value: Uint8Array | null])[]

export function encodeHeaders(headers: Headers): Uint8Array {
  const pieces: Uint8Array[] = []
  for (const [name, value] of headers) {
    const nameBytes = Buffer.from(name)
    const lengths = new DataView(new ArrayBuffer(8))
    lengths.setInt32(0, nameBytes.length, true)
    lengths.setInt32(4, value === null ? -1 : value.length, true)
    pieces.push(new Uint8Array(lengths.buffer), nameBytes)
    if (value !== null) pieces.push(value)
  }
  return Buffer.concat(pieces)
}

export function decodeHeaders(bytes: Uint8Array, start: number, end: number): Headers {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const headers: [string, Uint8Array | null][] = []
  for (let at = start; at < end; ) {
    const nameEnd = at + 8 + view.getInt32(at, true)
    const length = view.getInt32(at + 4, true)
    const valueEnd = nameEnd + Math.max(0, length)
    headers.push([text.toString('utf8', at + 8, nameEnd), length < 0 ? null : bytes.slice(nameEnd, valueEnd)])
    at = valueEnd
  }
  return headers
}
