/** Records of one partition that wait for the commit of their transaction: batches in a file that could be a segment. */
import type { BuiltBatch } from './batch-builder.ts'
import type { Disk, DiskFile } from './disk.ts'
import { placeBatch, readHead } from './record-batch.ts'
import { damaged } from './scan-segment.ts'
import type { PartitionName } from './topic-folder.ts'

/** A file of a transaction. What is longer than a segment has several for a partition, which are numbered. */
export interface PartName extends PartitionName {
  readonly number: number
}

/** What a transaction has for a partition, as JSON. */
export interface PartRecord extends PartName {
  readonly bytes: number
  readonly records: number
}

export class StagedPart {
  readonly name: PartName
  readonly #file: DiskFile
  /** Bytes that were taken, be they written or not. */
  bytesTaken = 0
  /** Whether what was written last has to be written again. */
  hasFailed = false
  #bytes = 0
  #records = 0
  #isSafe = false
  #writing: Promise<void> = Promise.resolve()

  constructor(name: PartName, file: DiskFile) {
    this.name = name
    this.#file = file
  }

  get record(): PartRecord {
    return { ...this.name, bytes: this.#bytes, records: this.#records }
  }

  /** Adds batches as a whole; they are safe after `finish`. What could not be written may be written again. */
  write(batches: readonly BuiltBatch[]): Promise<void> {
    this.bytesTaken += bytesOf(batches)
    const written = this.#writing.catch(() => {}).then(() => this.#write(batches))
    this.#writing = written
    // Whoever waits is told, be it only `finish`.
    written.then(
      () => {
        this.hasFailed = false
      },
      () => {
        this.hasFailed = true
      },
    )
    return written
  }

  async #write(batches: readonly BuiltBatch[]): Promise<void> {
    const start = this.#bytes
    const end = start + bytesOf(batches)
    let records = this.#records
    for (const batch of batches) {
      placeBatch(batch.bytes, 0, records, { start, end })
      records += batch.records
    }
    const pieces = batches.map(({ bytes }) => bytes)
    await this.#file.write(pieces, start)
    this.#bytes = end
    this.#records = records
  }

  /** Makes all of it safe, and takes no more. */
  async finish(): Promise<void> {
    await this.#writing
    if (!this.#isSafe) await this.#file.sync()
    this.#isSafe = true
    this.#file.close()
  }

  async close(): Promise<void> {
    await this.#writing.catch(() => {})
    this.#file.close()
  }
}

export function bytesOf(batches: readonly BuiltBatch[]): number {
  return batches.reduce((sum, batch) => sum + batch.bytes.length, 0)
}

export function partFile({ topic, partition, number }: PartName): string {
  return `${topic}@${partition}@${number}.staged`
}

/** The batches of a part, as they were built; null where its file is gone. */
export async function readPart(disk: Disk, path: string, { bytes }: PartRecord): Promise<BuiltBatch[] | null> {
  const file = disk.open(path, 'read')
  if (file === null) return null
  try {
    const all = new Uint8Array(bytes)
    if ((await file.read(all, 0)) < bytes) throw damaged(path, file.size())
    const view = new DataView(all.buffer)
    const batches: BuiltBatch[] = []
    for (let at = 0; at < bytes; ) {
      const head = readHead(view, at)
      if (head === null || at + head.bytes > bytes) throw damaged(path, at)
      batches.push({ ...head, bytes: all.subarray(at, at + head.bytes) })
      at += head.bytes
    }
    return batches
  } finally {
    file.close()
  }
}
