/** Writes object container files: a head with the schema of the table, then blocks of records. */
import { crc32 } from 'node:zlib'
import type { Batch, Schema } from '#data'
import { ByteWriter } from '../byte-writer.ts'
import { beginCells, type CellWriter, type RowCells } from '../cell-writer.ts'
import type { AppendableFile, FileWriter } from '../format.ts'
import { recordCells } from './encoder.ts'
import { type FileCodec, packBlock } from './file-codec.ts'
import { fileMagic, syncBytes } from './file-reader.ts'
import type { RecordSchema } from './schema.ts'
import { schemaJson } from './table-schema.ts'
import { writeBytes, writeLong } from './write-value.ts'

const blockBytes = 65_536
const encoder = new TextEncoder()

export class AvroFileWriter implements FileWriter {
  readonly #file: AppendableFile
  readonly #codec: FileCodec
  readonly #rows: RowCells
  readonly #cells: readonly CellWriter[]
  readonly #out = new ByteWriter()
  readonly #sync: Uint8Array
  #head: Uint8Array | null
  #appended = 0
  #count = 0

  constructor(file: AppendableFile, record: RecordSchema, columns: Schema, codec: FileCodec) {
    this.#file = file
    this.#codec = codec
    this.#rows = recordCells(record, columns)
    this.#cells = this.#rows.cells(this.#out)
    const schema = JSON.stringify(schemaJson(record))
    this.#sync = syncOf(`${file.name} ${schema}`)
    this.#head = headOf(schema, codec, this.#sync)
  }

  get bytes(): number {
    return this.#appended + (this.#head?.length ?? 0) + this.#out.length
  }

  write(batch: Batch): void | Promise<void> {
    beginCells(this.#cells, batch)
    const pending: Promise<void>[] = []
    for (let row = 0; row < batch.length; row++) {
      this.#rows.write(row, this.#cells, this.#out)
      this.#count++
      const waiting = this.#out.length >= blockBytes ? this.#endBlock() : undefined
      if (waiting !== undefined) pending.push(waiting)
    }
    return pending.length === 0 ? undefined : Promise.all(pending).then(() => undefined)
  }

  #endBlock(): void | Promise<void> {
    const packed = packBlock(this.#codec, this.#out.data.subarray(0, this.#out.length))
    const block = new ByteWriter(packed.length + 64)
    if (this.#head !== null) block.bytes(this.#head)
    this.#head = null
    writeLong(this.#count, block)
    writeBytes(packed, 0, packed.length, block)
    block.bytes(this.#sync)
    this.#count = 0
    this.#out.length = 0
    return this.#append(block.data.subarray(0, block.length))
  }

  #append(bytes: Uint8Array): void | Promise<void> {
    this.#appended += bytes.length
    return this.#file.append(bytes)
  }

  async finish(): Promise<void> {
    if (this.#count > 0) await this.#endBlock()
    else if (this.#head !== null) await this.#append(this.#head)
    this.#head = null
  }
}

function headOf(schema: string, codec: FileCodec, sync: Uint8Array): Uint8Array {
  const out = new ByteWriter(256)
  out.bytes(fileMagic)
  writeLong(2, out)
  for (const text of ['avro.schema', schema, 'avro.codec', codec]) {
    const bytes = encoder.encode(text)
    writeBytes(bytes, 0, bytes.length, out)
  }
  out.byte(0)
  out.bytes(sync)
  return out.data.slice(0, out.length)
}

/** Bytes that no data is likely to have, and that are the same when the same file is written again. */
function syncOf(text: string): Uint8Array {
  const sync = new Uint8Array(syncBytes)
  const view = new DataView(sync.buffer)
  for (let at = 0; at < syncBytes; at += 4) view.setUint32(at, crc32(text, 0x9e3779b9 + at))
  return sync
}
