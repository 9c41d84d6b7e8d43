/**
 * One file of a table while it is written: hidden by its name until the commit.
 *
 *     .part-<uid>-<n>.csv.inprogress   being written; of no use to anybody after a crash
 *     .part-<uid>-<n>.csv.pending      whole and safe on the disk: named in a commit record, kept as long as that may be committed
 *     part-<uid>-<n>.csv               committed
 */
import { type FileHandle, open, rename } from 'node:fs/promises'
import path from 'node:path'
import { makeDirectory } from '#blobs'
import type { Batch } from '#data'
import type { AppendableFile, RecordEncoder } from '#formats'
import { fileError } from './errors.ts'
import { removeFile } from './remove-file.ts'

/** The first block of a file is small, for there may be many files; the next ones grow. */
const firstBlockBytes = 16_384
const blockBytesMax = 1_048_576
/** Blocks that may wait for the disk before the writer of rows has to. */
const blocksWaitingMax = 2

/** Appends to a new file through blocks, in order and in the background. */
export class AppendingFile implements AppendableFile {
  readonly name: string
  readonly #handle: Promise<FileHandle>
  #block = new Uint8Array(firstBlockBytes)
  #filled = 0
  #waiting = 0
  /** Settles when everything handed to the disk so far is written; never fails. */
  #written: Promise<void> = Promise.resolve()
  #error: unknown = null

  constructor(name: string, create: () => Promise<FileHandle>) {
    this.name = name
    this.#handle = create()
    this.#handle.catch((error: unknown) => {
      this.#error ??= error
    })
  }

  append(bytes: Uint8Array): void | Promise<void> {
    this.#checkError()
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

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
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

/** Where a part is and will be. */
export interface PartNames {
  readonly inProgress: string
  readonly pending: string
  readonly committed: string
}

export function partNames(directory: string, uid: string, count: number, extension: string): PartNames {
  const name = `part-${uid}-${count}.${extension}`
  return {
    inProgress: path.join(directory, `.${name}.inprogress`),
    pending: path.join(directory, `.${name}.pending`),
    committed: path.join(directory, name),
  }
}

/** The stage of a hidden part of a run, by the name of its file; null for any other file. */
export function partStage(name: string, uid: string): 'in-progress' | 'pending' | null {
  if (!name.startsWith(`.part-${uid}-`)) return null
  return name.endsWith('.inprogress') ? 'in-progress' : name.endsWith('.pending') ? 'pending' : null
}

export class PartFile {
  readonly names: PartNames
  readonly openedMs: number
  readonly #file: AppendingFile
  readonly #rows: RowWriter

  constructor(names: PartNames, nowMs: number, rowsOf: (file: AppendableFile) => RowWriter) {
    this.names = names
    this.openedMs = nowMs
    this.#file = new AppendingFile(names.inProgress, () => createFile(names.inProgress))
    this.#rows = rowsOf(this.#file)
  }

  get bytes(): number {
    return this.#rows.bytes
  }

  write(batch: Batch): void | Promise<void> {
    return this.#rows.write(batch)
  }

  /** Makes the part whole and safe, still hidden. */
  async finish(): Promise<void> {
    await this.#rows.finish()
    await this.#file.finish()
    try {
      await rename(this.names.inProgress, this.names.pending)
    } catch (error) {
      throw fileError(error, this.names.inProgress, 'write')
    }
  }

  /** Removes the part, in whatever state it is. */
  async discard(): Promise<void> {
    await this.#file.abandon()
    await removeFile(this.names.inProgress)
    await removeFile(this.names.pending)
  }
}

async function createFile(name: string): Promise<FileHandle> {
  await makeDirectory(path.dirname(name))
  return open(name, 'wx')
}
