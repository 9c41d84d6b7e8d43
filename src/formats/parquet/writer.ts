/** Writes a Parquet file: row groups one after another, each kept in memory until it is full. */
import { type Batch, timeZone } from '#data'
import { ByteWriter } from '../byte-writer.ts'
import type { AppendableFile, FileWriter, FormatTable } from '../format.ts'
import { ColumnWriter } from './column-writer.ts'
import { type PlacedChunk, type WrittenGroup, writeFooter } from './metadata-writer.ts'
import { type WriteSettings, writeSettings } from './options.ts'
import { writeInt32 } from './plain-writer.ts'
import { type WrittenNode, writtenColumns, writtenLeaves } from './writer-schema.ts'

const groupRowsMax = 1 << 20
const magic = Uint8Array.of(0x50, 0x41, 0x52, 0x31)

export function openParquetWriter(table: FormatTable, file: AppendableFile): FileWriter {
  const settings = writeSettings(table.options)
  const columns = writtenColumns(table.schema, { settings, zone: timeZone(table.timeZone) })
  const writers = columns.flatMap((node, index) => {
    const type = table.schema[index]?.type
    return type === undefined ? [] : [new ColumnWriter(node, type, settings)]
  })
  return new ParquetWriter(file, columns, writers, settings)
}

class ParquetWriter implements FileWriter {
  readonly #file: AppendableFile
  readonly #columns: readonly WrittenNode[]
  readonly #writers: readonly ColumnWriter[]
  readonly #settings: WriteSettings
  readonly #groups: WrittenGroup[] = []
  #appended = 0
  #groupRows = 0

  constructor(file: AppendableFile, columns: readonly WrittenNode[], writers: readonly ColumnWriter[], settings: WriteSettings) {
    this.#file = file
    this.#columns = columns
    this.#writers = writers
    this.#settings = settings
  }

  get bytes(): number {
    return this.#appended + this.#heldBytes()
  }

  write(batch: Batch): void | Promise<void> {
    for (const [index, writer] of this.#writers.entries()) {
      const vector = batch.columns[index]
      if (vector !== undefined) writer.write(batch, vector)
    }
    this.#groupRows += batch.length
    return this.#heldBytes() >= this.#settings.groupBytes || this.#groupRows >= groupRowsMax ? this.#endGroup() : undefined
  }

  async finish(): Promise<void> {
    if (this.#groupRows > 0) await this.#endGroup()
    if (this.#appended === 0) await this.#append(magic)
    const footer = new ByteWriter(4096)
    const leaves = this.#columns.flatMap(writtenLeaves)
    writeFooter(footer, { columns: this.#columns, leaves, groups: this.#groups, codec: this.#settings.codec })
    writeInt32(footer.length, footer)
    footer.bytes(magic)
    await this.#append(footer.data.subarray(0, footer.length))
  }

  async #endGroup(): Promise<void> {
    const rows = this.#groupRows
    this.#groupRows = 0
    const written = this.#writers.flatMap((writer) => writer.leaves.map((leaf) => leaf.takeChunk()))
    if (this.#appended === 0) await this.#append(magic)
    const chunks: PlacedChunk[] = []
    for (const chunk of written) {
      chunks.push({ chunk: { ...chunk, pages: [] }, offset: this.#appended })
      for (const page of chunk.pages) await this.#append(page)
    }
    this.#groups.push({ rows, chunks })
  }

  async #append(bytes: Uint8Array): Promise<void> {
    this.#appended += bytes.length
    await this.#file.append(bytes)
  }

  #heldBytes(): number {
    return this.#writers.reduce((sum, writer) => writer.leaves.reduce((held, leaf) => held + leaf.bytes, sum), 0)
  }
}
