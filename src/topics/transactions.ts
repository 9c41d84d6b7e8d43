/**
 * Transactions over all partitions of all topics of a folder. Their records lie in files of their own until they are committed, so that
 * readers never meet an open transaction, nor wait for one:
 *
 *     open      .transactions/<id>/       records, and `owner.json`
 *     prepared  .transactions/<id>.prepared    all of it is safe, and survives whoever made it
 *     committed .transactions/<id>.committed   the moment; it says which offset each partition gives to the first record
 *     done      .transactions/<id>.done        the records are in the partitions; kept for an owner who may ask again
 *
 * A file of records that is large becomes a segment as it is; others are copied behind what is there. Who finds the third file completes
 * what a dead process had decided.
 */
import { createHash, randomBytes } from 'node:crypto'
import path from 'node:path'
import { isDead, ownIdentity, type ProcessIdentity } from '#blobs'
import type { BuiltBatch } from './batch-builder.ts'
import { topicErrors } from './errors.ts'
import { type GroupOffsets, mergeOffsets } from './group-offsets.ts'
import { bytesOf, type PartRecord, partFile, readPart, StagedPart } from './staged-part.ts'
import type { PartitionName, TopicFolder, WritableFolder } from './topic-folder.ts'
import { readSettings, type TopicSettings, usualSettings } from './topic-settings.ts'

/** What a prepared transaction consists of. */
interface Prepared extends Owner {
  readonly parts: readonly PartRecord[]
  readonly offsets: readonly GroupOffsets[]
}

/** The same with the places of its records. */
interface Committed extends Prepared {
  readonly parts: readonly PlacedPart[]
}
interface PlacedPart extends PartRecord {
  /** The offset of the first record. */
  readonly offset: number
}

interface Owner {
  /** Null: whoever began it ends with its process. */
  readonly owner: string | null
  readonly identity: ProcessIdentity
}

/** Parts of at least this share of a segment become segments. */
const adoptedShare = 1 / 8

/** Records on their way. */
export class StagedTransaction {
  readonly id: string
  readonly #folder: TopicFolder
  readonly #owner: string | null
  readonly #parts: StagedPart[] = []
  readonly #offsets: GroupOffsets[] = []
  #begun: Promise<void> | null = null
  #state: 'open' | 'prepared' | 'ended' = 'open'

  constructor(folder: TopicFolder, owner: string | null) {
    this.id = `${ownerMark(owner ?? folder.token)}-${randomBytes(8).toString('hex')}`
    this.#folder = folder
    this.#owner = owner
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  get isEmpty(): boolean {
    return this.#parts.length === 0 && this.#offsets.length === 0
  }

  /** Adds batches to a partition; a promise asks for patience. */
  async write(name: PartitionName, batches: readonly BuiltBatch[]): Promise<void> {
    this.#checkOpen()
    this.#begun ??= this.#begin()
    await this.#begun
    await this.#partFor(name, bytesOf(batches)).write(batches)
  }

  /** The part of a partition that has room. */
  #partFor(name: PartitionName, bytes: number): StagedPart {
    const last = this.#parts.findLast((part) => part.name.topic === name.topic && part.name.partition === name.partition)
    const { segmentBytes } = settingsOf(this.#folder, name.topic)
    if (last !== undefined && (last.hasFailed || last.bytesTaken + bytes <= segmentBytes)) return last
    const partName = { ...name, number: last === undefined ? 0 : last.name.number + 1 }
    const part = new StagedPart(partName, this.#folder.disk.open(path.join(this.#place, partFile(partName)), 'write'))
    this.#parts.push(part)
    return part
  }

  /** Commits offsets of a group with the records. */
  addOffsets(offsets: GroupOffsets): void {
    this.#checkOpen()
    this.#offsets.push(offsets)
  }

  /** Makes it outlive its process: only `commitTransaction` and `abortTransaction` end it now. */
  async prepare(): Promise<void> {
    this.#checkOpen()
    this.#begun ??= this.#begin()
    await this.#begun
    await Promise.all(this.#parts.map((part) => part.finish()))
    const { disk, transactionsFolder } = this.#folder
    await disk.syncFolder(this.#place)
    const prepared: Prepared = {
      owner: this.#owner,
      identity: await ownIdentity(),
      parts: this.#parts.map(({ record }) => record),
      offsets: this.#offsets,
    }
    await disk.replace(path.join(transactionsFolder, `${this.id}.prepared`), JSON.stringify(prepared))
    this.#state = 'prepared'
  }

  /** Drops it, unless it is prepared. */
  async close(): Promise<void> {
    if (this.#state !== 'open') return
    this.#state = 'ended'
    await this.#begun?.catch(() => {})
    for (const part of this.#parts) await part.close()
    if (this.#begun !== null) this.#folder.disk.remove(this.#place)
  }

  get #place(): string {
    return path.join(this.#folder.transactionsFolder, this.id)
  }

  async #begin(): Promise<void> {
    const owner: Owner = { owner: this.#owner, identity: await ownIdentity() }
    const { disk, folder, transactionsFolder } = this.#folder
    const isFirst = !disk.exists(transactionsFolder)
    disk.makeFolder(this.#place)
    if (isFirst) await disk.syncFolder(folder)
    disk.createText(path.join(this.#place, 'owner.json'), JSON.stringify(owner))
  }

  #checkOpen(): void {
    if (this.#state !== 'open') throw topicErrors.TOPICS_TRANSACTION_ENDED({ transaction: this.id, state: this.#state })
  }
}

/** Commits a prepared transaction; one that is committed already stays so. */
export function commitTransaction(folder: TopicFolder, id: string): Promise<void> {
  return folder.write(async (writable) => {
    const { disk } = folder
    const file = (state: string): string => path.join(folder.transactionsFolder, `${id}.${state}`)
    const prepared = disk.readText(file('prepared'))
    if (prepared === null) {
      if (disk.exists(file('done'))) return
      throw topicErrors.TOPICS_TRANSACTION_LOST({ transaction: id, folder: folder.folder })
    }
    const committed = await decide(writable, JSON.parse(prepared) as Prepared)
    try {
      await disk.replace(file('committed'), JSON.stringify(committed))
      await complete(folder, writable, id, committed)
    } catch (error) {
      folder.leaveUnfinished()
      throw error
    }
  })
}

async function decide(writable: WritableFolder, prepared: Prepared): Promise<Committed> {
  const parts: PlacedPart[] = []
  const ends = new Map<string, number>()
  for (const part of prepared.parts) {
    const key = `${part.topic}/${part.partition}`
    const offset = ends.get(key) ?? (await writable.log(part)).end
    ends.set(key, offset + part.records)
    parts.push({ ...part, offset })
  }
  return { ...prepared, parts }
}

/** The parts of each partition, in their order. */
function byPartition(parts: readonly PlacedPart[]): Iterable<PlacedPart[]> {
  return Map.groupBy(parts, ({ topic, partition }) => `${topic}/${partition}`).values()
}

/** Puts the records of a committed transaction into their partitions, those that are not there. */
async function complete(folder: TopicFolder, writable: WritableFolder, id: string, committed: Committed): Promise<void> {
  const { disk, transactionsFolder } = folder
  const placed = [...byPartition(committed.parts)].map(async (parts) => {
    for (const part of parts) await placePart(folder, writable, path.join(transactionsFolder, id), part)
  })
  const settled = await Promise.allSettled(placed)
  for (const each of settled) if (each.status === 'rejected') throw each.reason
  if (committed.offsets.length > 0) await mergeOffsets(folder, committed.offsets)
  disk.remove(path.join(transactionsFolder, id))
  disk.remove(path.join(transactionsFolder, `${id}.prepared`))
  disk.rename(path.join(transactionsFolder, `${id}.committed`), path.join(transactionsFolder, `${id}.done`))
  const kin = (name: string): boolean => name.startsWith(`${id.split('-')[0]}-`) && name.endsWith('.done') && name !== `${id}.done`
  for (const name of disk.names(transactionsFolder)) if (kin(name)) disk.remove(path.join(transactionsFolder, name))
}

async function placePart(folder: TopicFolder, writable: WritableFolder, place: string, part: PlacedPart): Promise<void> {
  const log = await writable.log(part)
  if (log.end >= part.offset + part.records) return
  const staged = path.join(place, partFile(part))
  const settings = settingsOf(folder, part.topic)
  if (part.bytes >= settings.segmentBytes * adoptedShare) {
    await folder.around(part, settings, log, () => log.adopt(staged))
    return
  }
  const batches = await readPart(folder.disk, staged, part)
  if (batches === null) throw topicErrors.TOPICS_TRANSACTION_LOST({ transaction: path.basename(place), folder: folder.folder })
  try {
    await folder.append(part, settings, log, batches)
  } catch {
    // A file that is there needs no room to get another name.
    log.giveUp()
    await log.refresh(false)
    await log.adopt(staged)
  }
}

function settingsOf(folder: TopicFolder, topic: string): TopicSettings {
  return readSettings(folder.disk, folder.topicFolder(topic)) ?? usualSettings
}

/** Completes what dead processes had decided to commit. */
export async function finishCommitted(folder: TopicFolder, writable: WritableFolder): Promise<void> {
  for (const id of withState(folder, 'committed')) {
    const text = folder.disk.readText(path.join(folder.transactionsFolder, `${id}.committed`))
    if (text !== null) await complete(folder, writable, id, JSON.parse(text) as Committed)
  }
}

/** Whether there is a transaction that is committed and not in its partitions yet. */
export function hasUnfinished(folder: TopicFolder): boolean {
  return withState(folder, 'committed').length > 0
}

function withState(folder: TopicFolder, state: string): string[] {
  const names = folder.disk.names(folder.transactionsFolder)
  return names.filter((name) => name.endsWith(`.${state}`)).map((name) => name.slice(0, -state.length - 1))
}

/** Gives up a transaction that is not committed. */
export function abortTransaction(folder: TopicFolder, id: string): Promise<void> {
  return folder.write(() => Promise.resolve(drop(folder, id)))
}

function drop(folder: TopicFolder, id: string): void {
  folder.disk.remove(path.join(folder.transactionsFolder, `${id}.prepared`))
  folder.disk.remove(path.join(folder.transactionsFolder, id))
}

/** Gives up what earlier lives of owners began and did not commit, but for some that are committed later. */
export function abandonTransactions(folder: TopicFolder, isOf: (owner: string) => boolean, kept: readonly string[]): Promise<void> {
  return folder.write(async () => {
    for (const [id, { owner }] of ownersOf(folder)) if (owner !== null && isOf(owner) && !kept.includes(id)) drop(folder, id)
  })
}

/** Removes what dead processes began for themselves alone. */
export async function removeOrphans(folder: TopicFolder): Promise<void> {
  for (const [id, { owner, identity }] of ownersOf(folder)) {
    if (owner !== null || folder.disk.exists(path.join(folder.transactionsFolder, `${id}.committed`))) continue
    if (await isDead(identity)) drop(folder, id)
  }
  for (const id of withState(folder, 'done')) {
    const file = path.join(folder.transactionsFolder, `${id}.done`)
    const { owner, identity } = JSON.parse(folder.disk.readText(file) ?? '{}') as Partial<Owner>
    if (owner === null && identity !== undefined && (await isDead(identity))) folder.disk.remove(file)
  }
}

function ownersOf(folder: TopicFolder): [string, Owner][] {
  return folder.disk.names(folder.transactionsFolder).flatMap((id): [string, Owner][] => {
    if (!/^[0-9a-f]+-[0-9a-f]+$/.test(id)) return []
    const text = folder.disk.readText(path.join(folder.transactionsFolder, id, 'owner.json'))
    try {
      return text === null ? [] : [[id, JSON.parse(text) as Owner]]
    } catch {
      return []
    }
  })
}

/** The transactions of an owner begin with it. */
function ownerMark(owner: string): string {
  return createHash('sha256').update(owner).digest('hex').slice(0, 16)
}
