/**
 * Reads a partition from an offset on, and goes on as records are added, by whatever process: it looks at the files alone. What it has
 * handed out is safe: it syncs the end of the newest segment itself, as its writer may not have come to that yet.
 */
import type { DiskFile } from './disk.ts'
import { topicErrors } from './errors.ts'
import { openIndex } from './open-index.ts'
import { segmentBases, segmentFile, segmentOf } from './partition-files.ts'
import { type BatchHead, decodeBatch, headBytes, isSound, type RecordBatch, readHead } from './record-batch.ts'
import { checkTail, damaged, scanSegment } from './scan-segment.ts'
import type { IndexEntry, SegmentIndex } from './segment-index.ts'
import type { PartitionName, TopicFolder } from './topic-folder.ts'

/** Bytes read at once, unless one batch has more. */
const chunkBytes = 1_048_576
/** How often a reader that is at the end looks whether its segment is still where it should be. */
const relookMs = 500

export class PartitionReader {
  readonly name: PartitionName
  readonly #folder: TopicFolder
  #offset: number
  #base = 0
  #file: DiskFile | null = null
  /** Place and number of the batch that follows in the segment. */
  #position = 0
  #record = 0
  #chunk = new Uint8Array(0)
  /** Where the chunk begins and how much of it is filled. */
  #chunkAt = 0
  #chunkLength = 0
  #syncedTo = 0
  #lookedMs = 0
  #stuckSince: number | null = null

  constructor(folder: TopicFolder, name: PartitionName, offset: number) {
    this.#folder = folder
    this.name = name
    this.#offset = offset
  }

  /** The offset of the record that comes next. */
  get offset(): number {
    return this.#offset
  }

  /** The records that follow, at most those of one batch; null when there are none now. Their bytes never change. */
  async next(): Promise<RecordBatch | null> {
    if (this.#file === null && !(await this.#open())) return null
    for (;;) {
      const head = this.#head() ?? (await this.#load())
      if (head === null) {
        if (await this.#goOn()) continue
        return null
      }
      const at = this.#position - this.#chunkAt
      const skipped = this.#offset - this.#base - this.#record
      const offset = this.#base + this.#record
      this.#position += head.bytes
      this.#record += head.records
      if (skipped >= head.records) continue
      this.#offset = this.#base + this.#record
      return decodeBatch(this.#chunk, at, skipped, this.name.partition, offset)
    }
  }

  /** Finds the segment of the offset and the batch to begin with; false where nothing was ever written. */
  async #open(): Promise<boolean> {
    const { disk } = this.#folder
    const folder = this.#folder.partitionFolder(this.name)
    const bases = segmentBases(disk, folder)
    const base = segmentOf(bases, this.#offset)
    const earliest = bases[0]
    if (base === undefined && earliest !== undefined) throw this.#gone(earliest)
    const file = base === undefined ? null : disk.open(segmentFile(folder, base), 'read')
    if (base === undefined || file === null) {
      if (bases.length === 0 && this.#offset > 0) throw this.#beyond(0)
      return false
    }
    this.close()
    this.#file = file
    this.#base = base
    this.#lookedMs = this.#folder.clock.monotonicMs()
    const wanted = this.#offset - base
    const start = await this.#placeOf(wanted, base === bases.at(-1) ? null : () => openIndex(disk, folder, base, file))
    this.#position = start.position
    this.#record = start.record
    return true
  }

  /** A batch at or before a record of the segment; `index` where the segment grows no more. */
  async #placeOf(wanted: number, index: (() => Promise<SegmentIndex>) | null): Promise<Pick<IndexEntry, 'record' | 'position'>> {
    if (wanted === 0) return { record: 0, position: 0 }
    if (index !== null) return (await index()).before(wanted)
    let found = { record: 0, position: 0 }
    const note = (head: BatchHead, position: number): void => {
      if (head.firstRecord <= wanted) found = { record: head.firstRecord, position }
    }
    const end = await scanSegment(this.#file as DiskFile, found, note, true)
    if (end.record < wanted) throw this.#beyond(this.#base + end.record)
    return end.record === wanted ? end : found
  }

  /** The head of the next batch, where that is in the chunk, whole and sound. */
  #head(): BatchHead | null {
    const at = this.#position - this.#chunkAt
    if (at < 0 || at + headBytes > this.#chunkLength) return null
    const head = readHead(new DataView(this.#chunk.buffer), at)
    if (head === null || head.firstRecord !== this.#record || at + head.bytes > this.#chunkLength || head.writeEnd > this.#syncedTo)
      return null
    return isSound(this.#chunk, at, head.bytes) ? head : null
  }

  /** Reads on in the segment. */
  async #load(): Promise<BatchHead | null> {
    const file = this.#file as DiskFile
    const size = file.size()
    const left = size - this.#position
    if (left < headBytes) return null
    if (size > this.#syncedTo) {
      await file.sync()
      this.#syncedTo = size
    }
    await this.#fill(Math.min(left, chunkBytes))
    const head = this.#head()
    if (head !== null || this.#chunkLength < headBytes) return head
    const found = readHead(new DataView(this.#chunk.buffer), 0)
    if (found === null || found.bytes <= this.#chunkLength || found.bytes > left) return null
    await this.#fill(found.bytes)
    return this.#head()
  }

  async #fill(bytes: number): Promise<void> {
    // Batches that were handed out refer to the one before.
    this.#chunk = new Uint8Array(bytes)
    this.#chunkAt = this.#position
    this.#chunkLength = await (this.#file as DiskFile).read(this.#chunk, this.#position)
  }

  /** At the end of what can be read: goes to the next segment, or looks what is wrong; false when there is only to wait. */
  async #goOn(): Promise<boolean> {
    const { disk, clock } = this.#folder
    const folder = this.#folder.partitionFolder(this.name)
    const file = this.#file as DiskFile
    const end = this.#base + this.#record
    const hasNext = this.#record > 0 && disk.exists(segmentFile(folder, end))
    // Its length is asked for after that: what is cut off is cut off before another segment begins.
    const left = file.size() - this.#position
    if (hasNext && left > 0) {
      if ((await this.#load()) !== null) return true
      throw damaged(file.path, this.#position)
    }
    if (hasNext) return this.#open()
    if (left > 0) await this.#lookAtRest(file)
    else this.#stuckSince = null
    // An empty segment may be replaced by another file of its name.
    const isEmpty = this.#position === 0
    if (!isEmpty && clock.monotonicMs() - this.#lookedMs < relookMs) return false
    this.#lookedMs = clock.monotonicMs()
    const bases = segmentBases(disk, folder)
    const isThere = segmentOf(bases, end) === this.#base
    // A segment that others follow ends where the next one begins.
    if (isThere && this.#base !== bases.at(-1)) {
      if ((await this.#load()) !== null) return true
      throw damaged(file.path, this.#position)
    }
    if (isThere && (!isEmpty || left > 0)) return false
    return (await this.#open()) && (this.#file?.size() ?? 0) > 0
  }

  /** What is no batch at the end of the newest segment may become one. */
  async #lookAtRest(file: DiskFile): Promise<void> {
    const nowMs = this.#folder.clock.monotonicMs()
    this.#stuckSince ??= nowMs
    if (nowMs - this.#stuckSince >= relookMs) await checkTail(file, this.#position)
  }

  #gone(earliest: number): Error {
    return topicErrors.TOPICS_OFFSET_GONE({ wanted: this.#offset, earliest, ...this.name })
  }

  #beyond(end: number): Error {
    return topicErrors.TOPICS_OFFSET_BEYOND_END({ wanted: this.#offset, end, ...this.name })
  }

  close(): void {
    this.#file?.close()
    this.#file = null
    this.#syncedTo = 0
    this.#chunkLength = 0
    this.#stuckSince = null
  }
}
