/**
 * One sequence of bytes per boxed value, the same for equal values and different for different ones, so that nested values can be
 * hashed and compared as bytes. Compares values of one type only: 1 as INT and 1 as DOUBLE look alike.
 */

const tagNull = 0
const tagFalse = 1
const tagTrue = 2
const tagNumber = 3
const tagBigint = 4
const tagText = 5
const tagBytes = 6
const tagArray = 7
const tagMap = 8

const encoder = new TextEncoder()
const numberBox = new Float64Array(1)
const numberBytes = new Uint8Array(numberBox.buffer)

/** The canonical bytes of a value; a Uint8Array alone stays as it is, so that binary keys of both vector forms agree. */
export function encodeValue(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  const bytes: number[] = []
  write(bytes, value)
  return Uint8Array.from(bytes)
}

function write(bytes: number[], value: unknown): void {
  if (value === null || value === undefined) bytes.push(tagNull)
  else if (typeof value === 'boolean') bytes.push(value ? tagTrue : tagFalse)
  else if (typeof value === 'number') {
    bytes.push(tagNumber)
    // Adding 0 turns -0 into 0; NaN has one pattern of bits once it is stored from this literal.
    numberBox[0] = Number.isNaN(value) ? Number.NaN : value + 0
    for (const byte of numberBytes) bytes.push(byte)
  } else if (typeof value === 'bigint') writeBlock(bytes, tagBigint, encoder.encode(value.toString(16)))
  else if (typeof value === 'string') writeBlock(bytes, tagText, encoder.encode(value))
  else if (value instanceof Uint8Array) writeBlock(bytes, tagBytes, value)
  else if (value instanceof Map) writeMap(bytes, value)
  else if (Array.isArray(value)) {
    bytes.push(tagArray)
    writeLength(bytes, value.length)
    for (const element of value) write(bytes, element)
  }
}

/** Entries in the order of their encoded keys: maps with the same entries are equal in whatever order they were filled. */
function writeMap(bytes: number[], map: ReadonlyMap<unknown, unknown>): void {
  const entries = Array.from(map, ([key, value]) => {
    const entry: number[] = []
    write(entry, key)
    write(entry, value)
    return entry
  })
  entries.sort(compareEntries)
  bytes.push(tagMap)
  writeLength(bytes, entries.length)
  for (const entry of entries) for (const byte of entry) bytes.push(byte)
}

function writeBlock(bytes: number[], tag: number, block: Uint8Array): void {
  bytes.push(tag)
  writeLength(bytes, block.length)
  for (const byte of block) bytes.push(byte)
}

function writeLength(bytes: number[], length: number): void {
  bytes.push(length & 255, (length >>> 8) & 255, (length >>> 16) & 255, length >>> 24)
}

function compareEntries(a: readonly number[], b: readonly number[]): number {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}
