/**
 * One file of a table while it is written: hidden until the commit, by its name where it is a file.
 *
 *     .part-<uid>-<n>.csv.inprogress   being written; of no use to anybody after a crash
 *     .part-<uid>-<n>.csv.pending      whole and safe on the disk: named in a commit record, kept as long as that may be committed
 *     part-<uid>-<n>.csv               committed
 */
import path from 'node:path'
import { assert } from '#base'
import type { Batch } from '#data'
import type { AppendableFile, RecordEncoder } from '#formats'
import { fileError } from './errors.ts'
import type { BlockFile, FileStore, HiddenPart, PartNames, PreparedPart } from './stores/file-store.ts'

/** The first block of a file is small, for there may be many files; the next ones grow. */
const firstBlockBytes = 16_384
const blockBytesMax = 1_048_576
/** Blocks that may wait for the disk before the writer of rows has to. */
const blocksWaitingMax = 2

/** Appends to a new file through blocks, in order and in the background. */
export class AppendingFile implements AppendableFile {
  readonly name: string
  readonly #handle: Promise<BlockFile>
  #block = new Uint8Array(firstBlockBytes)
  #filled = 0
  /** Bytes appended so far. */
  length = 0
  #waiting = 0
  /** Settles when everything handed to the disk so far is written; never fails. */
  #written: Promise<void> = Promise.resolve()
  #error: unknown = null

  constructor(name: string, create: () => Promise<BlockFile>) {
    this.name = name
    this.#handle = create()
    this.#handle.catch((error: unknown) => {
      this.#error ??= error
    })
  }

  append(bytes: Uint8Array): void | Promise<void> {
    this.#checkError()
    this.length += bytes.length
    for (let at = 0; at < bytes.length; ) {
      const part = bytes.subarray(at, at + this.#block.length - this.#filled)
      this.#block.set(part, this.#filled)
      this.#filled += part.length
      at += part.length
      if (this.#filled === this.#block.length) this.#writeBlock()
    }
    return this.#waiting > blocksWaitingMax ? this.#settle() : undefined
  }

  #writeBlock(): void {
    const block = this.#block.subarray(0, this.#filled)
    this.#block = new Uint8Array(Math.min(blockBytesMax, this.#block.length * 4))
    this.#filled = 0
    this.#waiting++
    this.#written = this.#written.then(async () => {
      try {
        if (this.#error === null) await writeAll(await this.#handle, block)
      } catch (error) {
        this.#error ??= error
      }
      this.#waiting--
    })
  }

  async #settle(): Promise<void> {
    await this.#written
    this.#checkError()
  }

  #checkError(): void {
    if (this.#error !== null) throw fileError(this.#error, this.name, 'write')
  }

  /** Writes what is left, makes all of it safe on the disk and closes the file. */
  async finish(): Promise<void> {
    if (this.#filled > 0) this.#writeBlock()
    await this.#settle()
    try {
      const handle = await this.#handle
      await handle.sync()
      await handle.close()
    } catch (error) {
      throw fileError(error, this.name, 'write')
    }
  }

  /** Closes the file, whatever state it is in. */
  async abandon(): Promise<void> {
    await this.#written
    try {
      await (await this.#handle).close()
    } catch {
      // It was never opened, or is closed already.
    }
  }
}

async function writeAll(handle: BlockFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at, bytes.length - at)).bytesWritten
}

/** Rows as a format writes them to a file. */
export interface RowWriter {
  readonly bytes: number
  write(batch: Batch): void | Promise<void>
  finish(): Promise<void>
}

/** Writes the records of an encoder, which may serve many files. */
export function recordRows(file: AppendableFile, encoder: RecordEncoder): RowWriter {
  let bytes = encoder.header?.length ?? 0
  if (encoder.header !== null) void file.append(encoder.header)
  return {
    get bytes() {
      return bytes
    },
    write: (batch) => {
      const { data, length } = encoder.encode(batch)
      bytes += length
      return file.append(data.subarray(0, length))
    },
    finish: async () => {},
  }
}

/** Names of part number `count` of a run in a directory below that of the table. */
export function partNames(directory: string, uid: string, count: number, extension: string): PartNames {
  const name = `part-${uid}-${count}.${extension}`
  return {
    inProgress: path.posix.join(directory, `.${name}.inprogress`),
    pending: path.posix.join(directory, `.${name}.pending`),
    committed: path.posix.join(directory, name),
  }
}

/** The name under which a part is shown whose hidden name is this. */
export function shownName(pending: string): string {
  return path.posix.join(
    path.posix.dirname(pending),
    path.posix
      .basename(pending)
      .replace(/^\./, '')
      .replace(/\.pending$/, ''),
  )
}

/** When a part was begun, and whether it is to be read before something is published in its stead. */
export interface PartPlan {
  readonly names: PartNames
  readonly nowMs: number
  readonly isHeld: boolean
}

export class PartFile {
  readonly names: PartNames
  readonly openedMs: number
  /** When rows were written last. */
  writtenMs: number
  readonly #part: HiddenPart
  readonly #file: AppendingFile
  readonly #rows: RowWriter
  #prepared: PreparedPart | null = null

  constructor(store: FileStore, { names, nowMs, isHeld }: PartPlan, rowsOf: (file: AppendableFile) => RowWriter) {
    this.names = names
    this.openedMs = nowMs
    this.writtenMs = nowMs
    this.#part = store.part(names, isHeld)
    this.#file = new AppendingFile(this.#part.name, () => this.#part.open())
    this.#rows = rowsOf(this.#file)
  }

  get bytes(): number {
    return this.#rows.bytes
  }

  /** The length of the file so far. */
  get length(): number {
    return this.#file.length
  }

  /** What makes it visible, once it is finished. */
  get prepared(): PreparedPart {
    assert(this.#prepared !== null, 'a part is prepared once it is finished')
    return this.#prepared
  }

  write(batch: Batch): void | Promise<void> {
    return this.#rows.write(batch)
  }

  /** Makes the part whole and safe, still hidden. */
  async finish(): Promise<void> {
    await this.#rows.finish()
    await this.#file.finish()
    this.#prepared = await this.#part.seal()
  }

  /** Removes the part, in whatever state it is. */
  async discard(): Promise<void> {
    await this.#file.abandon()
    await this.#part.discard()
  }
}
