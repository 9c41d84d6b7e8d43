/** The numbers within records of Kafka, which are zigzag varints, and their headers. */

/** Headers as they stand in a record: their count, then name and value of each. */
export function encodeHeaders(headers: readonly (readonly [name: string, value: Uint8Array | null])[]): Uint8Array {
  const names = headers.map(([name]) => Buffer.from(name))
  const size = headers.reduce((sum, [, value], index) => sum + 10 + (names[index]?.length ?? 0) + (value?.length ?? 0), 5)
  const bytes = new Uint8Array(size)
  let at = writeVarint(bytes, 0, headers.length)
  headers.forEach(([, value], index) => {
    const name = names[index] as Buffer
    at = writeVarint(bytes, at, name.length)
    bytes.set(name, at)
    at = writeVarint(bytes, at + name.length, value === null ? -1 : value.length)
    if (value === null) return
    bytes.set(value, at)
    at += value.length
  })
  return bytes.subarray(0, at)
}

/** Bytes of a zigzag varint of a small number: a length, a count, or −1. */
export function varintSize(value: number): number {
  const zigzag = value < 0 ? 1 : value * 2
  if (zigzag < 0x80) return 1
  if (zigzag < 0x4000) return 2
  if (zigzag < 0x20_0000) return 3
  return zigzag < 0x1000_0000 ? 4 : 5
}

/** Writes a length, a count, or −1, which stands for nothing. */
export function writeVarint(bytes: Uint8Array, start: number, value: number): number {
  let at = start
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  while (rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  bytes[at] = rest
  return at + 1
}

/** Differences of times may need more than 32 bits, and be negative. */
export function timeSize(value: number): number {
  let rest = value < 0 ? -value * 2 - 1 : value * 2
  let size = 1
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) size++
  return size
}

export function writeTime(bytes: Uint8Array, start: number, value: number): number {
  let at = start
  let rest = value < 0 ? -value * 2 - 1 : value * 2
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 0x80
  bytes[at] = rest
  return at + 1
}

export class VarintReader {
  readonly #bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  next(): number {
    return this.nextTime()
  }

  nextTime(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.at++] as number
      value += (byte & 0x7f) * scale
      if (byte < 0x80) break
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  stretch(): Uint8Array | null {
    const size = this.next()
    if (size < 0) return null
    this.at += size
    return this.#bytes.subarray(this.at - size, this.at)
  }
}
