/** Writes what a file says of itself: page headers, and the footer with schema and row groups. metadata.ts reads it. */
import type { ByteWriter } from '../byte-writer.ts'
import type { WrittenChunk } from './leaf-writer.ts'
import { codecs } from './metadata.ts'
import type { WrittenCodec } from './options.ts'
import { type LogicalType, physicalTypes, repetitions } from './schema-element.ts'
import { ThriftWriter } from './thrift-writer.ts'
import type { WrittenNode } from './writer-schema.ts'

/** Marks the writer of a file. */
const createdBy = 'millrace version 0.1.0'
const rleEncoding = 3

interface WrittenPage {
  readonly unpackedBytes: number
  readonly bytes: number
  readonly values: number
  readonly encoding: number
  /** Check sum of the body. */
  readonly crc: number
}

/** The header of a page of data or of the words of a dictionary. */
export function writePageHeader(out: ByteWriter, kind: 'data' | 'dictionary', page: WrittenPage): void {
  const thrift = new ThriftWriter(out)
  const isData = kind === 'data'
  thrift.struct(() => {
    thrift.i32(1, isData ? 0 : 2)
    thrift.i32(2, page.unpackedBytes)
    thrift.i32(3, page.bytes)
    thrift.i32(4, page.crc)
    thrift.structField(isData ? 5 : 7, () => {
      thrift.i32(1, page.values)
      thrift.i32(2, page.encoding)
      if (!isData) return
      thrift.i32(3, rleEncoding)
      thrift.i32(4, rleEncoding)
    })
  })
}

export interface WrittenGroup {
  readonly rows: number
  readonly chunks: readonly PlacedChunk[]
}
export interface PlacedChunk {
  readonly chunk: WrittenChunk
  /** Place in the file of its first page. */
  readonly offset: number
}

export interface WrittenFile {
  readonly columns: readonly WrittenNode[]
  readonly leaves: readonly WrittenNode[]
  readonly groups: readonly WrittenGroup[]
  readonly codec: WrittenCodec
}

export function writeFooter(out: ByteWriter, file: WrittenFile): void {
  const thrift = new ThriftWriter(out)
  const rows = file.groups.reduce((sum, group) => sum + group.rows, 0)
  const nodes = file.columns.flatMap(withChildren)
  thrift.struct(() => {
    thrift.i32(1, 2)
    thrift.structs(2, [null, ...nodes], (node) => {
      if (node === null) {
        thrift.text(4, 'schema')
        thrift.i32(5, file.columns.length)
      } else {
        writeNode(thrift, node)
      }
    })
    thrift.i64(3, rows)
    thrift.structs(4, file.groups, (group) => writeGroup(thrift, group, file))
    thrift.text(6, createdBy)
    // All bounds are in the order that the type defines.
    thrift.structs(7, file.leaves, () => thrift.structField(1, () => undefined))
  })
}

function withChildren(node: WrittenNode): WrittenNode[] {
  return [node, ...node.children.flatMap(withChildren)]
}

function writeNode(thrift: ThriftWriter, node: WrittenNode): void {
  const { physical, logical, length } = node
  if (physical !== null) thrift.i32(1, physicalTypes.indexOf(physical))
  if (length > 0) thrift.i32(2, length)
  thrift.i32(3, repetitions.indexOf(node.repetition))
  thrift.text(4, node.name)
  if (physical === null) thrift.i32(5, node.children.length)
  if (logical === null) return
  const converted = convertedType(logical)
  if (converted !== null) thrift.i32(6, converted)
  if (logical.kind === 'decimal') {
    thrift.i32(7, logical.scale)
    thrift.i32(8, logical.precision)
  }
  thrift.structField(10, () => writeLogicalType(thrift, logical))
}

/** The older annotation, for older readers; null where it would say something else. */
function convertedType(logical: LogicalType): number | null {
  switch (logical.kind) {
    case 'string':
      return 0
    case 'map':
      return 1
    case 'list':
      return 3
    case 'decimal':
      return 5
    case 'date':
      return 6
    case 'timestamp':
      return logical.utc && logical.unit === 'millis' ? 9 : logical.utc && logical.unit === 'micros' ? 10 : null
    case 'integer':
      return logical.bits === 8 ? 15 : 16
    default:
      return null
  }
}

const plainFields: Readonly<Record<string, number>> = { string: 1, map: 2, list: 3, date: 6 }
const unitFields = { millis: 1, micros: 2, nanos: 3 } as const

function writeLogicalType(thrift: ThriftWriter, logical: LogicalType): void {
  switch (logical.kind) {
    case 'decimal':
      thrift.structField(5, () => {
        thrift.i32(1, logical.scale)
        thrift.i32(2, logical.precision)
      })
      return
    case 'time':
    case 'timestamp':
      thrift.structField(logical.kind === 'time' ? 7 : 8, () => {
        thrift.boolean(1, logical.utc)
        thrift.structField(2, () => thrift.structField(unitFields[logical.unit], () => undefined))
      })
      return
    case 'integer':
      thrift.structField(10, () => {
        thrift.byte(1, logical.bits)
        thrift.boolean(2, logical.signed)
      })
      return
    default:
      thrift.structField(plainFields[logical.kind] ?? 1, () => undefined)
  }
}

function writeGroup(thrift: ThriftWriter, group: WrittenGroup, file: WrittenFile): void {
  const bytes = group.chunks.reduce((sum, { chunk }) => sum + chunk.bytes, 0)
  const unpacked = group.chunks.reduce((sum, { chunk }) => sum + chunk.unpackedBytes, 0)
  const pairs = group.chunks.map((placed, index) => ({ placed, leaf: file.leaves[index] }))
  thrift.structs(1, pairs, ({ placed, leaf }) => {
    thrift.i64(2, 0)
    if (leaf !== undefined) thrift.structField(3, () => writeChunk(thrift, placed, leaf, file.codec))
  })
  thrift.i64(2, unpacked)
  thrift.i64(3, group.rows)
  thrift.i64(5, group.chunks[0]?.offset ?? 0)
  thrift.i64(6, bytes)
}

function writeChunk(thrift: ThriftWriter, { chunk, offset }: PlacedChunk, leaf: WrittenNode, codec: WrittenCodec): void {
  thrift.i32(1, leaf.physical === null ? 0 : physicalTypes.indexOf(leaf.physical))
  thrift.i32s(2, chunk.encodings)
  thrift.texts(3, leaf.path)
  thrift.i32(4, codecs.indexOf(codec))
  thrift.i64(5, chunk.values)
  thrift.i64(6, chunk.unpackedBytes)
  thrift.i64(7, chunk.bytes)
  thrift.i64(9, offset + chunk.dictionaryBytes)
  if (chunk.dictionaryBytes > 0) thrift.i64(11, offset)
  thrift.structField(12, () => {
    thrift.i64(3, chunk.nulls)
    if (chunk.min === null || chunk.max === null) return
    thrift.binary(5, chunk.max)
    thrift.binary(6, chunk.min)
  })
}
