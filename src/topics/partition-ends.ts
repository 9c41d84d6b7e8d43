/** Which offsets a partition has: the first, the one after the last, and the first from a time on. */
import type { DiskFile } from './disk.ts'
import { openIndex } from './open-index.ts'
import { segmentBases, segmentFile } from './partition-files.ts'
import { decodeBatch } from './record-batch.ts'
import { type SegmentPlace, scanSegment } from './scan-segment.ts'
import type { PartitionName, TopicFolder } from './topic-folder.ts'

/** The offset of the first record that is still there; that of the next one when there is none. */
export function earliestOffset(folder: TopicFolder, name: PartitionName): number {
  return segmentBases(folder.disk, folder.partitionFolder(name))[0] ?? 0
}

const start: SegmentPlace = { position: 0, record: 0 }

/** Follows the end of a partition, at the cost of what is new since it was asked last. */
export class PartitionEnd {
  readonly #folder: TopicFolder
  readonly #name: PartitionName
  #base = -1
  #place = start

  constructor(folder: TopicFolder, name: PartitionName) {
    this.#folder = folder
    this.#name = name
  }

  /** The offset that the next record will have. */
  async offset(): Promise<number> {
    const folder = this.#folder.partitionFolder(this.#name)
    const base = segmentBases(this.#folder.disk, folder).at(-1)
    if (base === undefined) return 0
    if (base !== this.#base) this.#place = start
    this.#base = base
    const file = this.#folder.disk.open(segmentFile(folder, base), 'read')
    if (file === null) return this.offset()
    try {
      this.#place = await scanSegment(file, this.#place, () => {}, true)
    } finally {
      file.close()
    }
    return base + this.#place.record
  }
}

/** The offset of the first record whose time is at least `timeMs`; that of the next one to come when there is none. */
export async function offsetFrom(folder: TopicFolder, name: PartitionName, timeMs: number): Promise<number> {
  const place = folder.partitionFolder(name)
  const bases = segmentBases(folder.disk, place)
  for (const base of bases) {
    const file = folder.disk.open(segmentFile(place, base), 'read')
    if (file === null) continue
    try {
      const index = base === bases.at(-1) ? null : await openIndex(folder.disk, place, base, file)
      if (index !== null && index.latestMs < timeMs) continue
      const found = await recordFrom(file, index?.beforeTime(timeMs) ?? start, timeMs)
      if (found !== null) return base + found
    } finally {
      file.close()
    }
  }
  return new PartitionEnd(folder, name).offset()
}

/** The number of the first record of a segment with at least that time. */
async function recordFrom(file: DiskFile, from: SegmentPlace, timeMs: number): Promise<number | null> {
  let place: { readonly position: number; readonly record: number; readonly bytes: number } | null = null
  await scanSegment(file, from, (head, position) => {
    if (place === null && head.latestMs >= timeMs) place = { position, record: head.firstRecord, bytes: head.bytes }
  })
  if (place === null) return null
  const { position, record, bytes } = place as { position: number; record: number; bytes: number }
  const batch = new Uint8Array(bytes)
  await file.read(batch, position)
  const records = decodeBatch(batch, 0, 0, 0, 0)
  for (let row = 0; row < records.length; row++) if (records.timeMs(row) >= timeMs) return record + row
  return null
}
