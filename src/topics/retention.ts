/** Removes segments that are older, or beyond what a partition may hold. Whoever does so holds the lock of the folder. */
import type { Clock } from '#base'
import type { Disk } from './disk.ts'
import { openIndex } from './open-index.ts'
import { indexFile, segmentBases, segmentFile } from './partition-files.ts'
import type { PartitionLog } from './partition-log.ts'
import type { TopicSettings } from './topic-settings.ts'

/** How often old segments are looked for, while records are written. */
const everyMs = 10_000
/** A segment with records of more than this share of the time grows no more, so that they need not wait long for younger ones. */
const agedShare = 1 / 4

export class Retention {
  readonly #disk: Disk
  readonly #clock: Clock
  /** When each partition was looked at last, by its folder. */
  readonly #lookedMs = new Map<string, number>()

  constructor(disk: Disk, clock: Clock) {
    this.#disk = disk
    this.#clock = clock
  }

  /** Writes to the log of a partition, and removes what is old where it is time to look for that. */
  async around(folder: string, settings: TopicSettings, log: PartitionLog, write: () => Promise<void>): Promise<void> {
    const nowMs = this.#clock.nowMs()
    const { retentionMs, retentionBytes } = settings
    const isWanted = retentionMs !== null || retentionBytes !== null
    if (!isWanted || nowMs - (this.#lookedMs.get(folder) ?? Number.NEGATIVE_INFINITY) < everyMs) return write()
    this.#lookedMs.set(folder, nowMs)
    if (retentionMs !== null && log.firstMs < nowMs - retentionMs * agedShare) await log.roll()
    await write()
    // What cannot be removed now may be the next time, and the records written are safe.
    await retain(this.#disk, folder, settings, nowMs).catch(() => {})
  }
}

async function retain(disk: Disk, folder: string, settings: TopicSettings, nowMs: number): Promise<void> {
  const { retentionMs, retentionBytes } = settings
  if (retentionMs === null && retentionBytes === null) return
  const oldestMs = retentionMs === null ? Number.NEGATIVE_INFINITY : nowMs - retentionMs
  const bases = segmentBases(disk, folder)
  const sizes = bases.map((base) => sizeOf(disk, segmentFile(folder, base)))
  let total = sizes.reduce((sum, bytes) => sum + bytes, 0)
  for (const [i, base] of bases.slice(0, -1).entries()) {
    const bytes = sizes[i] ?? 0
    const isBeyond = retentionBytes !== null && total - bytes >= retentionBytes
    if (!isBeyond && (retentionMs === null || (await latestOf(disk, folder, base)) >= oldestMs)) return
    disk.remove(segmentFile(folder, base))
    disk.remove(indexFile(folder, base))
    total -= bytes
  }
}

function sizeOf(disk: Disk, file: string): number {
  const opened = disk.open(file, 'read')
  const bytes = opened?.size() ?? 0
  opened?.close()
  return bytes
}

async function latestOf(disk: Disk, folder: string, base: number): Promise<number> {
  const segment = disk.open(segmentFile(folder, base), 'read')
  if (segment === null) return Number.NEGATIVE_INFINITY
  try {
    return (await openIndex(disk, folder, base, segment)).latestMs
  } finally {
    segment.close()
  }
}
