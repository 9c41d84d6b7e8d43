/** What a Parquet file says of itself at its end: its schema, and where the column chunks of each row group lie. */
import type { ReadableFile } from '../format.ts'
import type { FileContext } from './errors.ts'
import { nameOf, readElement, type SchemaElement } from './schema-element.ts'
import { bytesMissing, ThriftReader } from './thrift-reader.ts'

export const codecs = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'LZO', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW'] as const
export type Codec = (typeof codecs)[number]

export interface FileMetadata {
  /** The schema tree, depth first; the first element is the root. */
  readonly elements: readonly SchemaElement[]
  readonly rows: number
  /** Reads the row groups, with the chunks of some leaves only, by their number in the schema. */
  readRowGroups(leaves: ReadonlySet<number>): readonly RowGroup[]
}

export interface RowGroup {
  readonly rows: number
  readonly chunks: ReadonlyMap<number, ChunkMetadata>
}

export interface ChunkMetadata {
  readonly codec: Codec
  /** Values with NULLs, and for repeated columns with empty lists. */
  readonly values: number
  /** Where its pages begin in the file, and how many bytes they take. */
  readonly offset: number
  readonly bytes: number
  readonly statistics: ChunkStatistics | null
}

interface ChunkStatistics {
  /** In the encoding PLAIN, without a length. */
  readonly min: Uint8Array | null
  readonly max: Uint8Array | null
  /** Whether the bounds are of the older kind, which is right only for signed numbers. */
  readonly isLegacy: boolean
  readonly nulls: number | null
}

/** More schema nodes and row groups than any file has: they too are held in memory. */
const nodesMax = 1 << 20
const groupsMax = 1 << 20

const magic = 'PAR1'
const encryptedMagic = 'PARE'
const tailBytes = 8
/** Most footers fit, so that one read is enough. */
const firstReadBytes = 65_536
const footerBytesMax = 256 * 1024 * 1024

/** Reads the end of a file. */
export async function readMetadata(file: ReadableFile, context: FileContext): Promise<FileMetadata> {
  if (file.size < tailBytes + 4) throw context.damaged(`it has ${file.size} bytes, too few for a Parquet file`)
  const tailStart = Math.max(0, file.size - firstReadBytes)
  const tail = await file.read(tailStart, file.size - tailStart)
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength)
  const ending = String.fromCharCode(...tail.subarray(-4))
  if (ending === encryptedMagic) throw context.unsupported('encryption')
  if (ending !== magic) throw context.damaged(`it does not end with "${magic}"`)
  const footerBytes = view.getUint32(tail.length - tailBytes, true)
  if (footerBytes > file.size - tailBytes - 4 || footerBytes > footerBytesMax) {
    throw context.damaged(`its footer should take ${footerBytes} bytes of the ${file.size} bytes of the file`)
  }
  const footer =
    footerBytes + tailBytes <= tail.length
      ? tail.subarray(tail.length - tailBytes - footerBytes, tail.length - tailBytes)
      : await file.read(file.size - tailBytes - footerBytes, footerBytes)
  return readFooter(footer, file.size, context)
}

function readFooter(footer: Uint8Array, fileBytes: number, context: FileContext): FileMetadata {
  const elements: SchemaElement[] = []
  let rows = -1
  whole(context, () => {
    const reader = new ThriftReader(footer, 0, footer.length, context)
    reader.struct((id) => {
      if (id === 2) {
        reader.list((index) => {
          if (index >= nodesMax) throw context.damaged(`its schema has more than ${nodesMax} nodes`)
          elements.push(readElement(reader, context))
        })
      } else if (id === 3) rows = reader.integer()
      else if (id === 8) throw context.unsupported('encryption')
      else return false
      return true
    })
  })
  if (elements.length === 0 || !isCount(rows)) throw context.damaged('its footer has no schema or no number of rows')
  const readRowGroups = (leaves: ReadonlySet<number>) => {
    const groups: RowGroup[] = []
    whole(context, () => {
      const reader = new ThriftReader(footer, 0, footer.length, context)
      reader.struct((id) => {
        if (id !== 4) return false
        reader.list((index) => {
          if (index >= groupsMax) throw context.damaged(`it has more than ${groupsMax} row groups`)
          groups.push(readRowGroup(reader, leaves, fileBytes, context))
        })
        return true
      })
    })
    return groups
  }
  return { elements, rows, readRowGroups }
}

/** Runs what reads a whole footer: bytes that are missing will not come. */
function whole(context: FileContext, read: () => void): void {
  try {
    read()
  } catch (error) {
    throw error === bytesMissing ? context.damaged('its footer ends early') : error
  }
}

function readRowGroup(reader: ThriftReader, leaves: ReadonlySet<number>, fileBytes: number, context: FileContext): RowGroup {
  const chunks = new Map<number, ChunkMetadata>()
  let rows = -1
  reader.struct((id) => {
    if (id === 1) {
      reader.list((leaf) => {
        if (leaves.has(leaf)) chunks.set(leaf, readChunk(reader, fileBytes, context))
        else reader.skipElement()
      })
    } else if (id === 3) rows = reader.integer()
    else return false
    return true
  })
  if (!isCount(rows)) throw context.damaged('a row group has no number of rows')
  if (chunks.size < leaves.size) throw context.damaged('a row group has fewer columns than the schema')
  return { rows, chunks }
}

function readChunk(reader: ThriftReader, fileBytes: number, context: FileContext): ChunkMetadata {
  let codec: Codec = 'UNCOMPRESSED'
  let values = -1
  let bytes = -1
  let dataOffset = -1
  let dictionaryOffset = -1
  let statistics: ChunkStatistics | null = null
  reader.struct((id) => {
    if (id === 1) throw context.unsupported('column chunks in other files')
    if (id === 8 || id === 9) throw context.unsupported('encryption')
    if (id !== 3) return false
    reader.struct((field) => {
      if (field === 4) codec = nameOf(codecs, reader.integer(), context)
      else if (field === 5) values = reader.integer()
      else if (field === 7) bytes = reader.integer()
      else if (field === 9) dataOffset = reader.integer()
      else if (field === 11) dictionaryOffset = reader.integer()
      else if (field === 12) statistics = readStatistics(reader)
      else return false
      return true
    })
    return true
  })
  const offset = dictionaryOffset > 0 && dictionaryOffset < dataOffset ? dictionaryOffset : dataOffset
  if (!isCount(values) || !isCount(bytes) || !isCount(offset))
    throw context.damaged('a column has no number of values or no place in the file')
  if (offset + bytes > fileBytes) {
    throw context.damaged(`a column should lie at bytes ${offset} to ${offset + bytes} of the ${fileBytes} bytes of the file`)
  }
  return { codec, values, offset, bytes, statistics }
}

function readStatistics(reader: ThriftReader): ChunkStatistics {
  const bounds: (Uint8Array | null)[] = [null, null, null, null]
  let nulls: number | null = null
  reader.struct((id) => {
    if (id === 1 || id === 2) bounds[id - 1] = reader.binary()
    else if (id === 3) nulls = reader.integer()
    else if (id === 5 || id === 6) bounds[id - 3] = reader.binary()
    else return false
    return true
  })
  const [oldMax = null, oldMin = null, max = null, min = null] = bounds
  const isLegacy = max === null && min === null
  return { min: isLegacy ? oldMin : min, max: isLegacy ? oldMax : max, isLegacy, nulls }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}
