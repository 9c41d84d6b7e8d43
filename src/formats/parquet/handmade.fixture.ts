/** Parquet files of one column, written by hand: what no writer would write. */
import { ByteWriter } from '../byte-writer.ts'
import { ThriftWriter } from './thrift-writer.ts'

/** Numbers as the format has them (metadata.ts). What is left out is 0, or not there. */
export interface HandmadeColumn {
  readonly values: number
  readonly physical?: number
  readonly length?: number
  readonly optional?: boolean
  readonly converted?: number
  readonly precision?: number
  readonly codec?: number
  /** Bytes that the chunk claims to have. */
  readonly bytes?: number
}

export interface HandmadePage {
  /** 0: data, 2: dictionary. */
  readonly kind: number
  readonly values: number
  /** 0: PLAIN, 8: codes of the dictionary. */
  readonly encoding: number
  readonly unpacked?: number
  readonly bytes?: number
}

/** A file of a column "id" (INT64 unless said otherwise). */
export function handmadeFile(column: HandmadeColumn, ...pages: readonly Uint8Array[]): Uint8Array {
  const body = Buffer.concat(pages)
  const footer = new ByteWriter()
  const thrift = new ThriftWriter(footer)
  thrift.struct(() => {
    thrift.structs(2, [true, false], (isRoot) => (isRoot ? writeRoot(thrift) : writeColumn(thrift, column)))
    thrift.i64(3, column.values)
    thrift.structs(4, [0], () => {
      thrift.structs(1, [0], () =>
        thrift.structField(3, () => {
          thrift.i32(4, column.codec ?? 0)
          thrift.i64(5, column.values)
          thrift.i64(7, column.bytes ?? body.length)
          thrift.i64(9, 4)
        }),
      )
      thrift.i64(3, column.values)
    })
  })
  return withFooter(body, footer.data.subarray(0, footer.length))
}

function writeRoot(thrift: ThriftWriter): void {
  thrift.text(4, 'root')
  thrift.i32(5, 1)
}

function writeColumn(thrift: ThriftWriter, column: HandmadeColumn): void {
  thrift.i32(1, column.physical ?? 2)
  if (column.length !== undefined) thrift.i32(2, column.length)
  thrift.i32(3, column.optional === true ? 1 : 0)
  thrift.text(4, 'id')
  if (column.converted !== undefined) thrift.i32(6, column.converted)
  if (column.precision !== undefined) thrift.i32(8, column.precision)
}

export function withFooter(body: Uint8Array, footer: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(footer.length)
  return new Uint8Array(Buffer.concat([Buffer.from('PAR1'), body, footer, length, Buffer.from('PAR1')]))
}

export function handmadePage(page: HandmadePage, body: Uint8Array): Uint8Array {
  const out = new ByteWriter()
  const thrift = new ThriftWriter(out)
  thrift.struct(() => {
    thrift.i32(1, page.kind)
    thrift.i32(2, page.unpacked ?? body.length)
    thrift.i32(3, page.bytes ?? body.length)
    thrift.structField(page.kind === 2 ? 7 : 5, () => {
      thrift.i32(1, page.values)
      thrift.i32(2, page.encoding)
      if (page.kind === 0) thrift.i32(3, 3)
      if (page.kind === 0) thrift.i32(4, 3)
    })
  })
  out.bytes(body)
  return out.data.slice(0, out.length)
}
