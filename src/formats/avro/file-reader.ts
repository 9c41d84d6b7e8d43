/** Reads object container files (Avro 1.12, "Object Container Files") block by block. Their own schema is resolved against the columns. */
import type { Batch } from '#data'
import { plainArray } from '../compile.ts'
import type { FileReader, FileRequest, FormatTable, ReadableFile } from '../format.ts'
import { Cursor } from './cursor.ts'
import { avroErrors } from './errors.ts'
import { type FileCodec, fileCodecs, unpackBlock } from './file-codec.ts'
import type { AvroProgram } from './program.ts'
import { RecordReader } from './record-reader.ts'
import { parseAvroSchema, SchemaTrouble } from './schema.ts'

export const fileMagic: Uint8Array = Uint8Array.of(0x4f, 0x62, 0x6a, 1)
export const syncBytes = 16
const headBytesMin = 65_536
const headBytesMax = 16 * 1024 * 1024
/** The count and the size of a block, ten bytes each at most. */
const prefixBytesMax = 20

interface FileHead {
  readonly schema: string
  readonly codec: FileCodec
  readonly sync: Uint8Array
  /** Where the first block begins. */
  readonly end: number
}

/** A block by its place, and how many of its records were read. */
interface FilePosition {
  readonly block: number
  readonly taken: number
}

interface Block {
  readonly at: number
  readonly next: number
  readonly bytes: Uint8Array
  readonly count: number
}

function unreadable(file: ReadableFile, what: string): Error {
  return avroErrors.FORMATS_AVRO_FILE_UNREADABLE({ file: file.name, what })
}

export async function openAvroReader(_table: FormatTable, file: ReadableFile, request: FileRequest): Promise<FileReader> {
  const head = await readHead(file)
  const reader = new RecordReader(
    request.columns.map(({ name, type }) => ({ kind: 'physical', key: name, type })),
    null,
  )
  try {
    const program = reader.compile(parseAvroSchema(head.schema))
    reader.prepare(program)
    return new AvroFileReader(file, head, reader, program, positionOf(request.position, head))
  } catch (error) {
    if (error instanceof SchemaTrouble) throw unreadable(file, `in its schema, ${error.message}`)
    throw error
  }
}

function positionOf(position: unknown, head: FileHead): FilePosition {
  return position === null || position === undefined ? { block: head.end, taken: 0 } : (position as FilePosition)
}

async function readHead(file: ReadableFile): Promise<FileHead> {
  for (let length = headBytesMin; ; length *= 4) {
    const bytes = await file.read(0, Math.min(length, file.size))
    const head = parseHead(file, bytes)
    if (head !== null) return head
    if (length >= file.size || length >= headBytesMax) throw unreadable(file, 'it ends within its head')
  }
}

/** Null where the head is not whole. */
function parseHead(file: ReadableFile, bytes: Uint8Array): FileHead | null {
  if (fileMagic.some((byte, at) => bytes[at] !== byte)) throw unreadable(file, 'it does not begin as files of Avro do')
  const cursor = new Cursor()
  cursor.begin(bytes, fileMagic.length, bytes.length)
  const entries = new Map<string, string>()
  for (let count = cursor.exact(); count !== 0; count = cursor.exact()) {
    if (count === null || cursor.pos > cursor.end) return null
    if (count < 0) cursor.exact()
    for (let index = 0; index < Math.abs(Number(count)); index++) {
      const key = textAt(cursor)
      const value = key === null ? null : textAt(cursor)
      if (key === null || value === null) return null
      entries.set(key, value)
    }
  }
  const end = cursor.pos + syncBytes
  if (end > bytes.length) return null
  const name = entries.get('avro.codec') ?? 'null'
  const codec = fileCodecs.find((each) => each === name)
  if (codec === undefined) throw unreadable(file, `it is compressed with "${name.slice(0, 40)}", which is none of ${fileCodecs.join(', ')}`)
  const schema = entries.get('avro.schema')
  if (schema === undefined) throw unreadable(file, 'it has no schema')
  return { schema, codec, sync: bytes.slice(cursor.pos, end), end }
}

function textAt(cursor: Cursor): string | null {
  const length = cursor.length()
  if (!(length >= 0) || !cursor.pass(length)) return null
  return Buffer.from(cursor.bytes.subarray(cursor.pos - length, cursor.pos)).toString('utf8')
}

class AvroFileReader implements FileReader {
  readonly skippedRows = 0
  readonly #file: ReadableFile
  readonly #head: FileHead
  readonly #reader: RecordReader
  readonly #program: AvroProgram
  readonly #cursor = new Cursor()
  #block: Block | null = null
  /** Records of the block already read, and where the next one begins. */
  #taken: number
  #offset = 0
  #nextBlock: number

  constructor(file: ReadableFile, head: FileHead, reader: RecordReader, program: AvroProgram, position: FilePosition) {
    this.#file = file
    this.#head = head
    this.#reader = reader
    this.#program = program
    this.#nextBlock = position.block
    this.#taken = position.taken
  }

  async read(): Promise<Batch | null> {
    while (this.#block === null || this.#taken >= this.#block.count) {
      const isFirst = this.#block === null
      if (!isFirst) this.#taken = 0
      if (this.#nextBlock >= this.#file.size) return null
      this.#block = await this.#readBlock(this.#nextBlock)
      this.#nextBlock = this.#block.next
      this.#offset = 0
      if (isFirst) this.#passTaken(this.#block)
    }
    return this.#fill(this.#block)
  }

  /** Goes to the first record that was not read before. */
  #passTaken(block: Block): void {
    for (let index = 0; index < this.#taken; index++) this.#readRecord(block, 0)
  }

  #readRecord(block: Block, row: number): null {
    const fault = this.#program.read(block.bytes, this.#offset, block.bytes.length, row)
    if (fault !== null) throw unreadable(this.#file, `a record of the block at byte ${block.at} is wrong: ${fault}`)
    this.#offset = this.#program.end
    return null
  }

  #fill(block: Block): Batch {
    const { rows } = this.#reader
    rows.begin()
    while (this.#taken < block.count && !rows.isFull) {
      rows.take((_bytes, _start, _end, row) => this.#readRecord(block, row), block.bytes, this.#offset, block.bytes.length, 0)
      this.#taken++
    }
    rows.finish(block.bytes)
    return rows.batch
  }

  async #readBlock(at: number): Promise<Block> {
    const cursor = this.#cursor
    const prefix = await this.#file.read(at, Math.min(prefixBytesMax, this.#file.size - at))
    cursor.begin(prefix, 0, prefix.length)
    const count = cursor.exact()
    const size = cursor.exact()
    const start = at + cursor.pos
    const next = start + Number(size) + syncBytes
    if (
      typeof count !== 'number' ||
      typeof size !== 'number' ||
      count < 0 ||
      size < 0 ||
      cursor.pos > prefix.length ||
      next > this.#file.size
    ) {
      throw unreadable(this.#file, `the block at byte ${at} is not whole`)
    }
    const packed = plainArray(await this.#file.read(start, size + syncBytes))
    if (this.#head.sync.some((byte, index) => packed[size + index] !== byte)) {
      throw unreadable(this.#file, `the block at byte ${at} does not end as it should`)
    }
    const bytes = unpackBlock(this.#head.codec, packed.subarray(0, size))
    if (bytes === null) throw unreadable(this.#file, `the block at byte ${at} is not well compressed`)
    return { at, next, bytes, count }
  }

  position(): FilePosition {
    const { at, count, next } = this.#block ?? { at: this.#nextBlock, count: Number.POSITIVE_INFINITY, next: 0 }
    return this.#taken >= count ? { block: next, taken: 0 } : { block: at, taken: this.#taken }
  }

  async close(): Promise<void> {}
}
