/** The writer of a table of files: it opens a part for each partition, closes parts by size and age, and says what a commit has to do. */
import path from 'node:path'
import type { Clock } from '#base'
import { type Batch, type Column, columnIndex, selectBatch } from '#data'
import type { AppendableFile, FormatTable } from '#formats'
import type { SinkWriter, WriteRequest } from '../connector.ts'
import { type CommitRecord, commitParts, filesOfOthers } from './commit.ts'
import { type HeldPart, HeldParts, Merge, type Merging } from './held-parts.ts'
import { removeLife } from './leftovers.ts'
import type { FilesystemTable } from './options.ts'
import { PartFile, partNames, type RowWriter, shownName } from './part-file.ts'
import { PartitionNames } from './partition.ts'
import { PartitionCommits } from './partition-commits.ts'
import { removeOwner } from './run-owner.ts'
import type { FileStore, PreparedPart } from './stores/file-store.ts'

interface WriterPlan {
  readonly store: FileStore
  readonly uid: string
  readonly settings: FilesystemTable
  readonly clock: Clock
  readonly writing: {
    readonly rowsOf: (content: FormatTable) => (file: AppendableFile) => RowWriter
    readonly mergingOf: (content: FormatTable) => Merging
  }
}

/** Files that may be on their way to the disk before the writer of rows has to wait. */
const closingPartsMax = 32

/** A part whose last row is written; `done` settles once it is safe. */
interface ClosingPart {
  readonly part: PartFile
  readonly done: Promise<void>
}

/** What was made of held parts, and what a record says of it. */
interface Merged {
  readonly parts: readonly PartFile[]
  readonly rest: Pick<CommitRecord, 'parts' | 'merged'>
}

export class FilesWriter implements SinkWriter {
  readonly #plan: WriterPlan
  readonly #request: WriteRequest
  readonly #rowsOf: (file: AppendableFile) => RowWriter
  /** Places of the columns that are in the files. */
  readonly #stored: readonly number[]
  readonly #partitions: PartitionNames | null
  /** By directory below the root; the table itself is ''. */
  readonly #open = new Map<string, PartFile>()
  #closing: ClosingPart[] = []
  readonly #unsettled = new Set<Promise<void>>()
  readonly #kin = new Set<string>()
  /** Earlier lives of the work whose markers stay as long as parts of theirs are held. */
  readonly #holding = new Set<string>()
  #count = 0
  #checkedMs: number
  readonly #commits: PartitionCommits
  readonly #merge: Merge | null
  /** Parts that are whole and wait for others to be merged with. */
  readonly #held: HeldParts
  /** Parts that are ready and not committed yet. */
  #prepared: PartFile[] = []

  constructor(plan: WriterPlan, partitionedBy: readonly string[], request: WriteRequest) {
    const { schema, overwrite, signal } = request
    const { settings, store, writing } = plan
    const isPartition = (column: Column) => partitionedBy.includes(column.name)
    const places = partitionedBy.map((name) => columnIndex(schema, name))
    const columns = places.flatMap((place) => schema[place] ?? [])
    const content = { ...settings.content, schema: schema.filter((column) => !isPartition(column)) }
    this.#plan = plan
    this.#request = request
    this.#stored = schema.flatMap((column, index) => (isPartition(column) ? [] : [index]))
    this.#partitions = columns.length === 0 ? null : new PartitionNames(columns, places, settings.defaultPartition)
    this.#rowsOf = writing.rowsOf(content)
    this.#checkedMs = plan.clock.nowMs()
    this.#commits = new PartitionCommits(settings.options, partitionedBy)
    // What overwrites is written to its end, and shown as a whole then.
    const merges = settings.options.flag('auto-compaction') && !overwrite
    this.#merge = merges ? new Merge(store, writing.mergingOf(content), signal) : null
    const bytes = settings.options.number('compaction.file-size') ?? this.#optionOf('sink.rolling-policy.file-size')
    this.#held = new HeldParts({ bytes, ageMs: this.#optionOf('sink.rolling-policy.rollover-interval') })
  }

  write(batch: Batch): void | Promise<void> {
    this.#rollOld()
    if (this.#partitions === null) return this.#writePart('', this.#contentOf(batch))
    const waits: Promise<void>[] = []
    for (const [directory, rows] of this.#rowsByDirectory(batch, this.#partitions)) {
      const part = rows.length === batch.length ? batch : selectBatch(batch, Int32Array.from(rows), rows.length)
      const wait = this.#writePart(directory, this.#contentOf(part))
      if (wait !== undefined) waits.push(wait)
    }
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => {})
  }

  advance(watermarkMs: number): void {
    this.#commits.advance(watermarkMs)
  }

  #rowsByDirectory(batch: Batch, partitions: PartitionNames): Map<string, number[]> {
    const rows = new Map<string, number[]>()
    for (let row = 0; row < batch.length; row++) {
      const name = partitions.nameOf(batch.columns, row)
      const known = rows.get(name)
      if (known === undefined) rows.set(name, [row])
      else known.push(row)
    }
    return rows
  }

  #contentOf(batch: Batch): Batch {
    if (this.#stored.length === batch.columns.length) return batch
    return { ...batch, columns: this.#stored.flatMap((place) => batch.columns[place] ?? []) }
  }

  #writePart(directory: string, batch: Batch): void | Promise<void> {
    if (batch.length === 0) return
    const part = this.#open.get(directory) ?? this.#openPart(directory)
    const wait = part.write(batch)
    part.writtenMs = this.#plan.clock.nowMs()
    if (part.bytes >= this.#optionOf('sink.rolling-policy.file-size')) this.#roll(directory, part)
    return this.#unsettled.size > closingPartsMax ? Promise.all([wait, this.#untilClosed()]).then(() => {}) : wait
  }

  async #untilClosed(): Promise<void> {
    await Promise.all(this.#unsettled)
  }

  #optionOf(key: string): number {
    return this.#plan.settings.options.number(key) ?? Number.POSITIVE_INFINITY
  }

  #openPart(directory: string): PartFile {
    const { store, clock } = this.#plan
    if (this.#open.size >= store.openPartsMax) {
      const [oldest] = this.#open
      if (oldest !== undefined) this.#roll(...oldest)
    }
    const nowMs = clock.nowMs()
    if (this.#partitions !== null) this.#commits.add(directory, nowMs)
    const part = new PartFile(store, { names: this.#newNames(directory), nowMs, isHeld: this.#merge !== null }, this.#rowsOf)
    this.#open.set(directory, part)
    return part
  }

  #newNames(directory: string) {
    const { uid, settings } = this.#plan
    return partNames(directory, uid, this.#count++, settings.format.extension)
  }

  #roll(directory: string, part: PartFile): void {
    this.#open.delete(directory)
    const done = part.finish()
    const forget = () => void this.#unsettled.delete(done)
    this.#unsettled.add(done)
    // A failure is raised by the next prepare.
    done.then(forget, forget)
    this.#closing.push({ part, done })
  }

  #rollOld(): void {
    const nowMs = this.#plan.clock.nowMs()
    if (nowMs - this.#checkedMs < this.#optionOf('sink.rolling-policy.check-interval')) return
    this.#checkedMs = nowMs
    const ageMaxMs = this.#optionOf('sink.rolling-policy.rollover-interval')
    const silenceMaxMs = this.#optionOf('sink.rolling-policy.inactivity-interval')
    for (const [directory, part] of this.#open) {
      if (nowMs - part.openedMs >= ageMaxMs || nowMs - part.writtenMs >= silenceMaxMs) this.#roll(directory, part)
    }
  }

  async prepare(): Promise<CommitRecord> {
    for (const [directory, part] of this.#open) this.#roll(directory, part)
    await Promise.all(this.#closing.map(({ done }) => done))
    const closed = this.#closing.map(({ part }) => part)
    this.#closing = []
    await this.#plan.store.syncParts(closed.map(({ prepared }) => prepared))
    const whole = this.#commits.takeWhole(this.#plan.clock.nowMs())
    if (this.#merge === null) return this.#recordOf(closed, whole)
    for (const { names, length, openedMs } of closed) this.#held.add({ from: names.pending, bytes: length, openedMs })
    const isWhole = (directory: string): boolean => this.#commits.hasEnded || whole.includes(directory === '.' ? '' : directory)
    const due = this.#held.takeDue(this.#plan.clock.nowMs(), isWhole)
    const merged = await this.#mergeAll(this.#merge, due)
    return { ...(await this.#recordOf(merged.parts, whole)), ...merged.rest }
  }

  async #mergeAll(merge: Merge, due: readonly (readonly HeldPart[])[]): Promise<Merged> {
    const { store, clock } = this.#plan
    const isShown = (parts: readonly HeldPart[]): boolean => parts.length === 1 && store.showsHeld
    const parts: PartFile[] = []
    for (const several of due.filter((each) => !isShown(each))) {
      const directory = path.posix.dirname(several[0]?.from ?? '')
      const names = this.#newNames(directory === '.' ? '' : directory)
      parts.push(await merge.join(several, { names, nowMs: clock.nowMs(), isHeld: false }))
    }
    const joined = parts.map(({ prepared }) => prepared)
    await store.syncParts(joined)
    const shown = due.filter(isShown).flatMap((one) => one.map(({ from }) => ({ from, to: shownName(from) })))
    const merged = due.filter((each) => !isShown(each)).flatMap((several) => several.map(({ from }) => from))
    return { parts, rest: { parts: [...joined, ...shown], ...(merged.length === 0 ? {} : { merged }) } }
  }

  async #recordOf(parts: readonly PartFile[], whole: readonly string[]): Promise<CommitRecord> {
    this.#prepared.push(...parts)
    const prepared = parts.map((part): PreparedPart => part.prepared)
    const held = this.#held.all
    const { waiting } = this.#commits
    return {
      uid: this.#plan.uid,
      kin: [...this.#kin],
      parts: prepared,
      replaced: this.#request.overwrite ? await this.#replacedBy(prepared) : [],
      marks: this.#marksOf(whole),
      ...(held.length === 0 ? {} : { held }),
      ...(waiting.length === 0 ? {} : { waiting }),
    }
  }

  /** What an overwrite takes away: all that is there now, in the partitions that it writes. Later, others may have added files of their own. */
  async #replacedBy(parts: readonly PreparedPart[]): Promise<string[]> {
    const written = new Set(parts.map(({ to }) => path.posix.dirname(to)))
    const directories = this.#partitions === null ? ['.'] : [...written]
    const uids = [this.#plan.uid, ...this.#kin]
    const others = await Promise.all(directories.map((directory) => filesOfOthers(this.#plan.store, directory, uids)))
    return others.flat()
  }

  /** Success files of partitions that count as whole. A partition that gets rows later is marked again. */
  #marksOf(whole: readonly string[]): string[] {
    const { options } = this.#plan.settings
    if (options.text('sink.partition-commit.policy.kind') === undefined) return []
    const name = options.text('sink.partition-commit.success-file.name') ?? '_SUCCESS'
    return whole.map((directory) => path.posix.join(directory, name))
  }

  /** Hidden names of parts that a later commit needs. */
  get heldNames(): ReadonlySet<string> {
    return new Set(this.#held.all.map(({ from }) => from))
  }

  /** Notes earlier lives that have parts that are held. */
  holdsOf(uids: readonly string[]): void {
    for (const uid of uids) this.#holding.add(uid)
  }

  async #releaseLives(): Promise<void> {
    const held = [...this.heldNames].map((name) => path.posix.basename(name))
    for (const uid of this.#holding) {
      if (held.some((name) => name.startsWith(`.part-${uid}-`))) continue
      await removeOwner(this.#plan.store, uid)
      this.#holding.delete(uid)
    }
  }

  async commit(record: unknown): Promise<void> {
    const given = record as CommitRecord
    const { store, uid } = this.#plan
    await commitParts(store, given)
    if (given.uid === uid) {
      const committed = new Set(given.parts.map((part) => part.from))
      this.#prepared = this.#prepared.filter((part) => !committed.has(part.names.pending))
      await this.#releaseLives()
      return
    }
    // A record of an earlier life of this work: what that life prepared later is void, and an overwrite keeps what it committed.
    if (!this.#kin.has(given.uid)) {
      for (const part of given.held ?? []) this.#held.add(part)
      this.#commits.restore(given.waiting ?? [])
    }
    for (const each of [given.uid, ...given.kin]) this.#kin.add(each)
    await removeLife(store, given.uid, this.heldNames)
  }

  /** Drops what was not committed. Prepared and held parts of durable work stay, hidden, and with them the marker of their run. */
  async close(): Promise<void> {
    const { store, uid } = this.#plan
    const clean = this.#open.size === 0 && this.#closing.length === 0 && this.#prepared.length === 0
    const isDurable = this.#request.durable !== undefined
    const dropped = [...this.#open.values(), ...this.#closing.map(({ part }) => part), ...(isDurable ? [] : this.#prepared)]
    const kept = isDurable && this.#prepared.length + this.#held.all.length > 0
    await Promise.allSettled(this.#closing.map(({ done }) => done))
    this.#open.clear()
    this.#closing = []
    this.#prepared = []
    try {
      for (const part of dropped) await part.discard()
      if (!isDurable) await this.#showRest(clean)
      if (!kept) await removeOwner(store, uid)
    } finally {
      await store.close()
    }
  }

  /** Nobody will go on: parts that are held were committed, and partitions that wait get no rows any more. */
  async #showRest(isClean: boolean): Promise<void> {
    const due = this.#merge === null ? [] : this.#held.takeDue(this.#plan.clock.nowMs(), () => true)
    const merged = this.#merge === null ? null : await this.#mergeAll(this.#merge, due)
    const isTimed = this.#plan.settings.options.text('sink.partition-commit.trigger') === 'partition-time'
    const whole = isClean && !isTimed ? this.#commits.waiting.map(([directory]) => directory) : []
    if (due.length === 0 && whole.length === 0) return
    await commitParts(this.#plan.store, { ...(await this.#recordOf(merged?.parts ?? [], whole)), ...merged?.rest })
  }
}
