/** The folder that holds topics, as all parts of this room use it: where things lie in it, and the right to write to them. */
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import type { Clock } from '#base'
import type { BuiltBatch } from './batch-builder.ts'
import type { Disk } from './disk.ts'
import { FolderLock, type Holding } from './folder-lock.ts'
import { PartitionLog } from './partition-log.ts'
import { Retention } from './retention.ts'
import type { TopicSettings } from './topic-settings.ts'

export interface PartitionName {
  readonly topic: string
  readonly partition: number
}

/** What a holder of the lock may use. */
export interface WritableFolder {
  /** The log of a partition, which knows what others have written. */
  log(name: PartitionName): Promise<PartitionLog>
}

export class TopicFolder {
  readonly folder: string
  readonly disk: Disk
  readonly clock: Clock
  /** Letters and digits that no other object of this class has, in any process. */
  readonly token = randomBytes(8).toString('hex')
  readonly #lock: FolderLock
  readonly #retention: Retention
  readonly #logs = new Map<string, PartitionLog>()
  /** Logs that have not been looked at since others wrote. */
  readonly #stale = new Set<PartitionLog>()
  /** Finishes what a dead process had decided to commit; handed in, as it needs the folder itself. */
  readonly #finish: (writable: WritableFolder) => Promise<void>
  #needsFinish = true

  constructor(folder: string, disk: Disk, clock: Clock, finish: (folder: TopicFolder, writable: WritableFolder) => Promise<void>) {
    this.folder = folder
    this.disk = disk
    this.clock = clock
    this.#finish = (writable) => finish(this, writable)
    this.#retention = new Retention(disk, clock)
    this.#lock = new FolderLock(path.join(folder, '.lock'), disk, clock)
  }

  topicFolder(topic: string): string {
    return path.join(this.folder, topic)
  }

  partitionFolder({ topic, partition }: PartitionName): string {
    return path.join(this.folder, topic, String(partition))
  }

  get transactionsFolder(): string {
    return path.join(this.folder, '.transactions')
  }

  groupFile(group: string): string {
    return path.join(this.folder, '.groups', `${fileName(group)}.json`)
  }

  /** Does something as the only writer of the folder. */
  write<T>(work: (writable: WritableFolder) => Promise<T>): Promise<T> {
    return this.#lock.hold(async (holding) => {
      const writable = this.#writable(holding)
      if (!holding.isUndisturbed || this.#needsFinish) {
        this.#needsFinish = true
        await this.#finish(writable)
        this.#needsFinish = false
      }
      return work(writable)
    })
  }

  /** Adds batches to the log of a partition for good, as one write; returns the offset of the first record. */
  async append(name: PartitionName, settings: TopicSettings, log: PartitionLog, batches: readonly BuiltBatch[]): Promise<number> {
    let offset = 0
    await this.around(name, settings, log, async () => {
      offset = await log.write(batches, settings.segmentBytes)
      await log.sync()
    })
    return offset
  }

  /** Writes to the log of a partition, and removes from it what its topic keeps no longer. */
  around(name: PartitionName, settings: TopicSettings, log: PartitionLog, write: () => Promise<void>): Promise<void> {
    return this.#retention.around(this.partitionFolder(name), settings, log, write)
  }

  /** Lets the next work finish what this one could not. */
  leaveUnfinished(): void {
    this.#needsFinish = true
  }

  #writable(holding: Holding): WritableFolder {
    const fresh = new Set<PartitionLog>()
    if (!holding.isUndisturbed) for (const log of this.#logs.values()) this.#stale.add(log)
    return {
      log: async (name) => {
        const key = `${name.topic}/${name.partition}`
        let log = this.#logs.get(key)
        if (log === undefined) {
          log = new PartitionLog(this.disk, this.partitionFolder(name))
          this.#logs.set(key, log)
        }
        if (!fresh.has(log)) await log.refresh(!this.#stale.has(log))
        this.#stale.delete(log)
        fresh.add(log)
        return log
      },
    }
  }

  close(): void {
    for (const log of this.#logs.values()) log.close()
    this.#logs.clear()
  }
}

/** A name as one of a file, whatever signs it has. */
function fileName(name: string): string {
  return encodeURIComponent(name).replace(/[.*'()!~]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)
}
