/**
 * The end of a partition, where records are added. Whoever uses it holds the lock of the folder; readers look at the files alone.
 *
 * A write counts as a whole: it is there once all its batches are, and what a dead process left of one is cut off by the next holder.
 */
import type { BuiltBatch } from './batch-builder.ts'
import type { Disk, DiskFile } from './disk.ts'
import { indexFile, segmentBases, segmentFile } from './partition-files.ts'
import { placeBatch } from './record-batch.ts'
import { checkTail, type SegmentPlace, scanSegment } from './scan-segment.ts'
import { SegmentIndex } from './segment-index.ts'

/** The newest segment of a partition. */
interface NewestSegment {
  readonly base: number
  readonly file: DiskFile
  readonly index: SegmentIndex
}

/** What was written and is not safe yet. */
interface OpenWrite {
  readonly batches: readonly BuiltBatch[]
  readonly end: SegmentPlace
}

export class PartitionLog {
  readonly #disk: Disk
  readonly #folder: string
  #newest: NewestSegment | null = null
  /** Where safe records end. */
  #safe: SegmentPlace = { position: 0, record: 0 }
  #write: OpenWrite | null = null

  constructor(disk: Disk, folder: string) {
    this.#disk = disk
    this.#folder = folder
  }

  /** The offset that the next record gets. */
  get end(): number {
    return (this.#newest?.base ?? 0) + this.#safe.record
  }

  /** Time of the first record of the newest segment; ∞ when it has none. */
  get firstMs(): number {
    return this.#newest?.index.firstMs ?? Number.POSITIVE_INFINITY
  }

  /** Learns what others wrote since this object was used last. */
  async refresh(isUndisturbed: boolean): Promise<void> {
    const newest = this.#newest
    // An empty segment may have been replaced by another file of its name, and one that is gone says nothing of what came after it.
    const isUseless = newest !== null && (this.#safe.position === 0 || !this.#disk.exists(newest.file.path))
    if (newest === null || (isUseless && !isUndisturbed)) await this.#openNewest()
    else if (!isUndisturbed) await this.#follow(newest)
  }

  async #openNewest(): Promise<void> {
    this.close()
    const last = segmentBases(this.#disk, this.#folder).at(-1)
    if (last !== undefined) await this.#openSegment(last)
    else await this.#begin(0)
  }

  async #openSegment(base: number): Promise<void> {
    const newest = { base, file: this.#disk.open(segmentFile(this.#folder, base), 'write'), index: new SegmentIndex() }
    this.close()
    this.#newest = newest
    await this.#follow(newest)
  }

  /** Goes on to the end that others have made since, and cuts off what one of them did not finish. */
  async #follow(newest: NewestSegment): Promise<void> {
    const { base, file, index } = newest
    this.#safe = await scanSegment(file, this.#safe, (head) => index.add(head))
    const { position } = this.#safe
    if (position > 0 && this.#disk.exists(segmentFile(this.#folder, this.end))) return this.#openSegment(base + this.#safe.record)
    if (file.size() === position) return
    await checkTail(file, position)
    file.truncate(position)
    await file.sync()
  }

  /** Makes an empty segment that begins at an offset. */
  async #begin(base: number): Promise<void> {
    const before = this.#newest
    const file = this.#disk.open(segmentFile(this.#folder, base), 'write')
    await this.#disk.syncFolder(this.#folder)
    // Readers make do without it, and write it then.
    if (before !== null) await this.#disk.replace(indexFile(this.#folder, before.base), before.index.encode()).catch(() => {})
    this.close()
    this.#newest = { base, file, index: new SegmentIndex() }
  }

  /** Begins a segment, unless the newest is empty. */
  async roll(): Promise<void> {
    if (this.#safe.position > 0) await this.#begin(this.end)
  }

  /** Adds batches as one write, into another segment where this one would be too long; returns the offset of the first record. */
  async write(batches: readonly BuiltBatch[], segmentBytes: number): Promise<number> {
    const length = batches.reduce((sum, batch) => sum + batch.bytes.length, 0)
    if (this.#safe.position + length > segmentBytes) await this.roll()
    const { file } = this.#newest as NewestSegment
    const start = this.#safe.position
    let { record } = this.#safe
    for (const batch of batches) {
      placeBatch(batch.bytes, 0, record, { start, end: start + length })
      record += batch.records
    }
    this.#write = { batches, end: { position: start + length, record } }
    await file.write(
      batches.map(({ bytes }) => bytes),
      start,
    )
    return this.end
  }

  /** Makes the write safe, and by that final. */
  async sync(): Promise<void> {
    if (this.#write === null || this.#newest === null) return
    const { batches, end } = this.#write
    await this.#newest.file.sync()
    for (const batch of batches) this.#newest.index.add({ ...batch, bytes: batch.bytes.length })
    this.#safe = end
    this.#write = null
  }

  /** Takes back a write that did not become safe. */
  giveUp(): void {
    const file = this.#newest?.file
    this.#write = null
    try {
      file?.truncate(this.#safe.position)
    } finally {
      // What the file holds now is looked at anew.
      this.close()
    }
  }

  /** Lets a file of sound batches, numbered from 0, be the newest segment. */
  async adopt(staged: string): Promise<void> {
    await this.roll()
    const base = this.end
    this.close()
    this.#disk.rename(staged, segmentFile(this.#folder, base))
    await this.#disk.syncFolder(this.#folder)
    await this.#openSegment(base)
  }

  close(): void {
    this.#newest?.file.close()
    this.#newest = null
    this.#safe = { position: 0, record: 0 }
    this.#write = null
  }
}
