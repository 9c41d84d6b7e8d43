/**
 * Writes to partitions of a folder, many at a time: what comes while the disk is busy waits, and becomes one write and one sync for each
 * partition. So the disk is waited for once for thousands of records, however small the pieces are that they come in.
 */
import type { BuiltBatch } from './batch-builder.ts'
import type { PartitionLog } from './partition-log.ts'
import type { PartitionName, TopicFolder, WritableFolder } from './topic-folder.ts'
import type { TopicSettings } from './topic-settings.ts'

interface QueuedWrite {
  readonly name: PartitionName
  readonly settings: TopicSettings
  readonly batches: readonly BuiltBatch[]
  readonly resolve: (offset: number) => void
  readonly reject: (error: unknown) => void
}

/** So much is written to a partition at once at most, unless one piece alone is larger. */
const writeBytesMax = 16_777_216

export class WriteQueue {
  readonly #folder: TopicFolder
  #queued: QueuedWrite[] = []
  #isWriting = false

  constructor(folder: TopicFolder) {
    this.#folder = folder
  }

  /** Writes batches to a partition as a whole; resolves with the offset of the first record once they are safe. */
  write(name: PartitionName, settings: TopicSettings, batches: readonly BuiltBatch[]): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#queued.push({ name, settings, batches, resolve, reject })
      if (!this.#isWriting) void this.#writeAll()
    })
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true
    // What is queued in the same turn goes along.
    await Promise.resolve()
    while (this.#queued.length > 0) {
      const taken: QueuedWrite[][] = []
      try {
        await this.#folder.write(async (writable) => {
          taken.push(...this.#take())
          await Promise.all(taken.map((writes) => this.#writePartition(writable, writes)))
        })
      } catch (error) {
        for (const write of taken.length === 0 ? this.#queued.splice(0) : taken.flat()) write.reject(error)
      }
    }
    this.#isWriting = false
  }

  /** What is written next, by partition. */
  #take(): QueuedWrite[][] {
    const taken = new Map<string, { writes: QueuedWrite[]; bytes: number }>()
    const left: QueuedWrite[] = []
    for (const write of this.#queued) {
      const key = `${write.name.topic}/${write.name.partition}`
      const bytes = write.batches.reduce((sum, batch) => sum + batch.bytes.length, 0)
      const known = taken.get(key)
      if (known === undefined) taken.set(key, { writes: [write], bytes })
      else {
        // Once a write had to wait, those of its partition that follow it wait, too.
        known.bytes += bytes
        if (known.bytes > writeBytesMax) left.push(write)
        else known.writes.push(write)
      }
    }
    this.#queued = left
    return [...taken.values()].map(({ writes }) => writes)
  }

  async #writePartition(writable: WritableFolder, writes: readonly QueuedWrite[]): Promise<void> {
    const [first] = writes
    if (first === undefined) return
    let log: PartitionLog | null = null
    try {
      log = await writable.log(first.name)
      const batches = writes.flatMap((write) => write.batches)
      let offset = await this.#folder.append(first.name, first.settings, log, batches)
      for (const write of writes) {
        write.resolve(offset)
        offset += write.batches.reduce((sum, batch) => sum + batch.records, 0)
      }
    } catch (error) {
      log?.giveUp()
      for (const write of writes) write.reject(error)
    }
  }
}
