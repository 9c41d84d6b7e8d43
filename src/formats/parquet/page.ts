/** Pages: the pieces of a column chunk, each with a header, and their bytes taken apart into levels and values. */
import { decompress } from './compression.ts'
import { DeltaIntegers, DeltaLengthTexts, DeltaTexts } from './delta-values.ts'
import type { FileContext } from './errors.ts'
import { bitsFor, HybridDecoder } from './hybrid.ts'
import type { Codec } from './metadata.ts'
import { type PageValues, pageBytesMax } from './page-values.ts'
import { PlainValues, RunFlags, SplitValues } from './plain-values.ts'
import type { PhysicalType } from './schema-element.ts'
import type { SchemaNode } from './schema-tree.ts'
import { ThriftReader } from './thrift-reader.ts'

const encodings = [
  'PLAIN',
  'GROUP_VAR_INT',
  'PLAIN_DICTIONARY',
  'RLE',
  'BIT_PACKED',
  'DELTA_BINARY_PACKED',
  'DELTA_LENGTH_BYTE_ARRAY',
  'DELTA_BYTE_ARRAY',
  'RLE_DICTIONARY',
  'BYTE_STREAM_SPLIT',
] as const
type Encoding = (typeof encodings)[number]

type PageKind = 'data' | 'data-v2' | 'dictionary' | 'other'
const pageKinds: ReadonlyMap<number, PageKind> = new Map([
  [0, 'data'],
  [2, 'dictionary'],
  [3, 'data-v2'],
])

export interface PageHeader {
  readonly kind: PageKind
  readonly unpackedBytes: number
  readonly bytes: number
  readonly values: number
  readonly encoding: number
  readonly definitionEncoding: number
  readonly repetitionEncoding: number
  readonly definitionBytes: number
  readonly repetitionBytes: number
  readonly isCompressed: boolean
  /** Check sum of the body as it lies in the file, where the writer keeps one. */
  readonly crc: number | null
}

/** Fields of the three kinds of header by their ids, as errors name them. */
const dataFields = { 1: 'number of values', 2: 'encoding', 3: 'encoding of definition levels', 4: 'encoding of repetition levels' }
const dictionaryFields = { 1: 'number of values', 2: 'encoding' }
const secondDataFields = {
  1: 'number of values',
  4: 'encoding',
  5: 'size of definition levels',
  6: 'size of repetition levels',
  7: 'compressed',
}

/** Reads a header; throws `bytesMissing` when it goes on behind `end`. Returns it and the offset after it. */
export function readPageHeader(bytes: Uint8Array, start: number, end: number, context: FileContext): [header: PageHeader, end: number] {
  const reader = new ThriftReader(bytes, start, end, context)
  const numbers: Record<string, number> = {}
  let isCompressed = true
  const readFields = (names: Readonly<Record<number, string>>) =>
    reader.struct((id) => {
      const name = names[id]
      if (name === 'compressed') isCompressed = reader.boolean()
      else if (name !== undefined) numbers[name] = reader.integer()
      return name !== undefined
    })
  reader.struct((id) => {
    if (id === 1) numbers['kind'] = reader.integer()
    else if (id === 2) numbers['unpacked size'] = reader.integer()
    else if (id === 3) numbers['size'] = reader.integer()
    else if (id === 4) numbers['check sum'] = reader.integer()
    else if (id === 5) readFields(dataFields)
    else if (id === 7) readFields(dictionaryFields)
    else if (id === 8) readFields(secondDataFields)
    else return false
    return true
  })
  const count = (name: string, otherwise?: number) => {
    const value = numbers[name] ?? otherwise
    if (value === undefined) throw context.damaged(`a page header has no ${name}`)
    if (value < 0 || value > 0x7fffffff) throw context.damaged(`a page header has ${value} as its ${name}`)
    return value
  }
  const size = (name: string) => {
    const bytes = count(name)
    if (bytes > pageBytesMax) throw context.damaged(`a page takes ${bytes} bytes, more than ${pageBytesMax}`)
    return bytes
  }
  const kind = pageKinds.get(numbers['kind'] ?? -1) ?? 'other'
  const header: PageHeader = {
    kind,
    unpackedBytes: size('unpacked size'),
    bytes: size('size'),
    values: count('number of values', kind === 'other' ? 0 : undefined),
    encoding: count('encoding', kind === 'other' ? 0 : undefined),
    definitionEncoding: count('encoding of definition levels', 3),
    repetitionEncoding: count('encoding of repetition levels', 3),
    definitionBytes: count('size of definition levels', 0),
    repetitionBytes: count('size of repetition levels', 0),
    isCompressed,
    crc: numbers['check sum'] ?? null,
  }
  return [header, reader.offset]
}

/** A data page: levels are null where the column needs none. */
export interface DataPage {
  readonly repetitions: HybridDecoder | null
  readonly definitions: HybridDecoder | null
  /** Codes into the dictionary of the chunk, or values. */
  readonly codes: HybridDecoder | null
  readonly values: PageValues | null
}

export interface PageSource {
  readonly node: SchemaNode
  readonly codec: Codec
  readonly context: FileContext
}

/** The bytes of a dictionary page. */
export function openDictionary(header: PageHeader, body: Uint8Array, { codec, context }: PageSource): Uint8Array {
  const encoding = encodings[header.encoding]
  if (encoding !== 'PLAIN' && encoding !== 'PLAIN_DICTIONARY') throw context.damaged(`a dictionary has encoding number ${header.encoding}`)
  return decompress(codec, body, header.unpackedBytes, context)
}

export function openPage(header: PageHeader, body: Uint8Array, source: PageSource): DataPage {
  return header.kind === 'data' ? openFirstKind(header, body, source) : openSecondKind(header, body, source)
}

/** Everything is compressed together, and each kind of level stands behind its length. */
function openFirstKind(header: PageHeader, body: Uint8Array, source: PageSource): DataPage {
  const { node, codec, context } = source
  const bytes = decompress(codec, body, header.unpackedBytes, context)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let offset = 0
  const openLevels = (most: number, encoding: number) => {
    if (most === 0) return null
    if (encodings[encoding] !== 'RLE') throw context.unsupported(`levels in the encoding ${encodings[encoding] ?? encoding}`)
    const start = offset + 4
    const end = start > bytes.length ? Number.POSITIVE_INFINITY : start + view.getUint32(offset, true)
    if (end > bytes.length) throw context.damaged('a page ends before its levels do')
    offset = end
    return new HybridDecoder(bytes, start, end, bitsFor(most), context)
  }
  const repetitions = openLevels(node.repetition, header.repetitionEncoding)
  const definitions = openLevels(node.definition, header.definitionEncoding)
  return { repetitions, definitions, ...openValues(header, bytes, offset, source) }
}

/** Levels stand uncompressed before the values. */
function openSecondKind(header: PageHeader, body: Uint8Array, source: PageSource): DataPage {
  const { node, codec, context } = source
  const definitionsAt = header.repetitionBytes
  const valuesAt = definitionsAt + header.definitionBytes
  if (valuesAt > body.length || valuesAt > header.unpackedBytes) throw context.damaged('a page ends before its levels do')
  const openLevels = (most: number, start: number, end: number) =>
    most === 0 ? null : new HybridDecoder(body, start, end, bitsFor(most), context)
  const repetitions = openLevels(node.repetition, 0, definitionsAt)
  const definitions = openLevels(node.definition, definitionsAt, valuesAt)
  const packed = body.subarray(valuesAt)
  const bytes = decompress(header.isCompressed ? codec : 'UNCOMPRESSED', packed, header.unpackedBytes - valuesAt, context)
  return { repetitions, definitions, ...openValues(header, bytes, 0, source) }
}

function openValues(header: PageHeader, bytes: Uint8Array, start: number, source: PageSource): Pick<DataPage, 'codes' | 'values'> {
  const { node, context } = source
  const end = bytes.length
  const encoding = encodings[header.encoding]
  if (encoding === 'RLE_DICTIONARY' || encoding === 'PLAIN_DICTIONARY') {
    // A page of NULLs alone may have no bytes here, not even the width.
    const width = start < end ? (bytes[start] as number) : 0
    return { codes: new HybridDecoder(bytes, Math.min(start + 1, end), end, width, context), values: null }
  }
  const values = valuesOf(encoding, node.element.physical, bytes, start, end, header.values, context)
  if (values === null) throw context.unsupported(`${node.element.physical} values in encoding ${encoding ?? header.encoding}`)
  return { codes: null, values }
}

/** Null for encodings that are not known, or not for the type. */
function valuesOf(
  encoding: Encoding | undefined,
  physical: PhysicalType | null,
  bytes: Uint8Array,
  start: number,
  end: number,
  count: number,
  context: FileContext,
): PageValues | null {
  if (start === end) return new PlainValues(bytes, start, end, context)
  switch (encoding) {
    case 'PLAIN':
      return new PlainValues(bytes, start, end, context)
    case 'RLE':
      return physical === 'BOOLEAN' ? new RunFlags(bytes, start, end, context) : null
    case 'BYTE_STREAM_SPLIT':
      return new SplitValues(bytes, start, end, context)
    case 'DELTA_BINARY_PACKED':
      return new DeltaIntegers(bytes, start, end, context)
    case 'DELTA_LENGTH_BYTE_ARRAY':
      return new DeltaLengthTexts(bytes, start, end, count, context)
    case 'DELTA_BYTE_ARRAY':
      return new DeltaTexts(bytes, start, end, count, context)
    default:
      return null
  }
}
