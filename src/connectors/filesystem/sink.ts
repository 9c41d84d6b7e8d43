/**
 * Writes the files of a table in two phases: rows go to hidden parts, `prepare` makes them whole and safe, `commit` renames them into
 * sight. With partition columns every partition has a directory and parts of its own.
 */
import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '#base'
import { type Batch, type Column, columnIndex, selectBatch } from '#data'
import type { AppendableFile, FormatTable } from '#formats'
import type { ConnectorTable, DurableWork, Sink, SinkWriter, WriteRequest } from '../connector.ts'
import { type CommitRecord, commitParts, joinOverwrites, syncDirectories, writeMark } from './commit.ts'
import { fileError, filesystemErrors } from './errors.ts'
import { removeEarlierLives, removeLeftovers, removePending } from './leftovers.ts'
import { absolutePath } from './location.ts'
import { checkSinkOptions, type FilesystemTable, filesystemTable } from './options.ts'
import { PartFile, partNames, type RowWriter, recordRows } from './part-file.ts'
import { checkPartitionColumns, PartitionNames } from './partition.ts'
import { removeOwner, writeOwner } from './run-owner.ts'

export function filesystemSink(table: ConnectorTable): Sink {
  const settings = filesystemTable(table)
  checkSinkOptions(settings.options)
  checkPartitionColumns(table.schema.filter((column) => table.partitionedBy.includes(column.name)))
  const root = absolutePath(settings.path)
  const rowsOf = rowWriterOf(settings)
  return {
    takes: 'append',
    // Which partitions are whole is for one writer to say.
    isShareable:
      settings.options.number('sink.parallelism') !== 1 && settings.options.text('sink.partition-commit.policy.kind') === undefined,
    joinOverwrites: (records) => joinOverwrites(records as readonly CommitRecord[]),
    open: async (request) => {
      await checkDirectory(root, settings.path)
      await removeLeftovers(root)
      const uid = randomBytes(8).toString('hex')
      const { durable } = request
      await writeOwner(root, uid, durable === undefined ? null : workOf(durable))
      const writer = new FilesWriter({ root, uid, settings, clock: table.clock, rowsOf }, table.partitionedBy, request)
      if (durable !== undefined) await takeOver(durable, writer, root, uid)
      return writer
    },
  }
}

/** The first of several writers has the name of a single one. */
function workOf({ name, writer }: DurableWork): string {
  return writer === undefined || writer.index === 0 ? name : `${name}@${writer.index}`
}

/** Commits what the life before had prepared, and removes what else there is of it. The first writer does so for those that are no more, too. */
async function takeOver(durable: DurableWork, writer: FilesWriter, root: string, uid: string): Promise<void> {
  const { name, record, writer: which = { index: 0, count: 1 }, left = [] } = durable
  for (const each of [record, ...left]) if (each !== null) await writer.commit(each)
  const isGone = (work: string): boolean => work.startsWith(`${name}@`) && Number(work.slice(name.length + 1)) >= which.count
  await removeEarlierLives(root, (work) => work === workOf(durable) || (which.index === 0 && isGone(work)), uid)
}

/** Fails at once when the format cannot be written, or not with these columns. */
function rowWriterOf(settings: FilesystemTable): (content: FormatTable) => (file: AppendableFile) => RowWriter {
  const { format, name } = settings
  if (format.kind === 'record') {
    const { encoder } = format
    if (encoder === null) throw filesystemErrors.CONNECTORS_FILESYSTEM_FORMAT_READ_ONLY({ format: format.name, table: name })
    encoder(settings.content)
    return (content) => {
      const made = encoder(content)
      return (file) => recordRows(file, made)
    }
  }
  const { openWriter } = format
  if (openWriter === null) throw filesystemErrors.CONNECTORS_FILESYSTEM_FORMAT_READ_ONLY({ format: format.name, table: name })
  return (content) => (file) => openWriter(content, file)
}

async function checkDirectory(root: string, given: string): Promise<void> {
  try {
    if ((await stat(root)).isDirectory()) return
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return
    throw fileError(error, root, 'write')
  }
  throw filesystemErrors.CONNECTORS_FILESYSTEM_PATH_MISMATCH(
    { path: given },
    { detail: 'It is a file; rows are written to files in a directory.' },
  )
}

interface WriterPlan {
  readonly root: string
  readonly uid: string
  readonly settings: FilesystemTable
  readonly clock: Clock
  readonly rowsOf: (content: FormatTable) => (file: AppendableFile) => RowWriter
}

/** More partitions than this are not written at the same time: the file opened first is closed. */
const openPartsMax = 128
/** Files that may be on their way to the disk before the writer of rows has to wait. */
const closingPartsMax = 32

/** A part whose last row is written; `done` settles once it is safe. */
interface ClosingPart {
  readonly part: PartFile
  readonly done: Promise<void>
}

class FilesWriter implements SinkWriter {
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
  #count = 0
  #checkedMs: number
  /** Partitions that have rows and no success file yet, with the time of their first row. */
  readonly #unmarked = new Map<string, number>()
  /** Parts that are ready and not committed yet. */
  #prepared: PartFile[] = []

  constructor(plan: WriterPlan, partitionedBy: readonly string[], request: WriteRequest) {
    const { schema } = request
    const isPartition = (column: Column) => partitionedBy.includes(column.name)
    const places = partitionedBy.map((name) => columnIndex(schema, name))
    const columns = places.flatMap((place) => schema[place] ?? [])
    this.#plan = plan
    this.#request = request
    this.#stored = schema.flatMap((column, index) => (isPartition(column) ? [] : [index]))
    this.#partitions = columns.length === 0 ? null : new PartitionNames(columns, places, plan.settings.defaultPartition)
    this.#rowsOf = plan.rowsOf({ ...plan.settings.content, schema: schema.filter((column) => !isPartition(column)) })
    this.#checkedMs = plan.clock.nowMs()
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
    if (this.#open.size >= openPartsMax) {
      const [oldest] = this.#open
      if (oldest !== undefined) this.#roll(...oldest)
    }
    const { root, uid, settings, clock } = this.#plan
    const names = partNames(path.join(root, directory), uid, this.#count++, settings.format.extension)
    const part = new PartFile(names, clock.nowMs(), this.#rowsOf)
    this.#open.set(directory, part)
    if (this.#partitions !== null && !this.#unmarked.has(directory)) this.#unmarked.set(directory, part.openedMs)
    return part
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
    for (const [directory, part] of this.#open) if (nowMs - part.openedMs >= ageMaxMs) this.#roll(directory, part)
  }

  async prepare(): Promise<CommitRecord> {
    for (const [directory, part] of this.#open) this.#roll(directory, part)
    await Promise.all(this.#closing.map(({ done }) => done))
    const { root, uid } = this.#plan
    const parts = this.#closing.map(({ part }) => part)
    await syncDirectories(
      root,
      parts.map((part) => path.dirname(part.names.pending)),
    )
    this.#closing = []
    this.#prepared.push(...parts)
    const directories = new Set(parts.map((part) => path.dirname(this.#below(part.names.committed))))
    return {
      uid,
      kin: [...this.#kin],
      parts: parts.map(({ names }) => ({ from: this.#below(names.pending), to: this.#below(names.committed) })),
      replaced: this.#request.overwrite ? [...(this.#partitions === null ? ['.'] : directories)] : [],
      marks: this.#dueMarks(),
    }
  }

  /** The path of a file as seen from the root. */
  #below(file: string): string {
    return path.relative(this.#plan.root, file)
  }

  /** Success files of the partitions that count as whole. A partition that gets rows later is marked again. */
  #dueMarks(): string[] {
    const delayMs = this.#optionOf('sink.partition-commit.delay')
    const nowMs = this.#plan.clock.nowMs()
    return this.#takeMarks((openedMs) => nowMs >= openedMs + delayMs)
  }

  #takeMarks(isDue: (openedMs: number) => boolean): string[] {
    const { options } = this.#plan.settings
    if (options.text('sink.partition-commit.policy.kind') === undefined) return []
    const name = options.text('sink.partition-commit.success-file.name') ?? '_SUCCESS'
    const due = [...this.#unmarked].filter(([, openedMs]) => isDue(openedMs)).map(([directory]) => directory)
    for (const directory of due) this.#unmarked.delete(directory)
    return due.map((directory) => path.join(directory, name))
  }

  async commit(record: unknown): Promise<void> {
    const given = record as CommitRecord
    await commitParts(this.#plan.root, given)
    if (given.uid === this.#plan.uid) {
      const committed = new Set(given.parts.map((part) => part.from))
      this.#prepared = this.#prepared.filter((part) => !committed.has(this.#below(part.names.pending)))
      return
    }
    // A record of an earlier life of this work: what that life prepared later is void, and an overwrite keeps what it committed.
    for (const uid of [given.uid, ...given.kin]) this.#kin.add(uid)
    await removePending(this.#plan.root, given.uid)
    await removeOwner(this.#plan.root, given.uid)
  }

  /** Drops what was not committed. Prepared parts of durable work stay, hidden, and with them the marker of their run. */
  async close(): Promise<void> {
    const { root, uid } = this.#plan
    const clean = this.#open.size === 0 && this.#closing.length === 0 && this.#prepared.length === 0
    const kept = this.#request.durable === undefined ? [] : this.#prepared
    const dropped = [
      ...this.#open.values(),
      ...this.#closing.map(({ part }) => part),
      ...this.#prepared.filter((part) => !kept.includes(part)),
    ]
    await Promise.allSettled(this.#closing.map(({ done }) => done))
    for (const part of dropped) await part.discard()
    this.#open.clear()
    this.#closing = []
    this.#prepared = []
    if (clean) for (const mark of this.#takeMarks(() => true)) await writeMark(path.join(root, mark))
    if (kept.length === 0) await removeOwner(root, uid)
  }
}
