/**
 * Reads the files of a table in the order of their paths, one after another. All of them are one split, so that the watermark, and
 * with it what counts as late, does not depend on how many files there are or how fast each is read.
 */
import type { Clock } from '#base'
import { type Batch, columnIndex, type Schema, type Vector } from '#data'
import type { FileFormat, RecordDecoder } from '#formats'
import type { ConnectorTable, ReadRequest, Source, SourceBatch, SourceReader, WantedColumn } from '../connector.ts'
import { lookupCachePolicy, lookupRetriesMax } from '../lookup-options.ts'
import { pause } from '../pause.ts'
import { countRows } from './count-rows.ts'
import { cutFile } from './cut-file.ts'
import { begunIn, divideFiles, divideWatched, type FileAt, type FilesPosition, isIn, type Share, untouched } from './divide-files.ts'
import { filesystemErrors } from './errors.ts'
import { ConstantColumn, fileMetadata, metadataValue } from './file-columns.ts'
import { type FilesystemTable, filesystemTable } from './options.ts'
import { canMeet, partitionValues } from './partition.ts'
import { ReadableHandle } from './readable-handle.ts'
import { type RecordPosition, RecordReader } from './record-reader.ts'
import type { FileStore, FoundFile } from './stores/file-store.ts'
import { storePlace } from './stores/open-store.ts'

const split = 'files'

export function filesystemSource(table: ConnectorTable): Source {
  const settings = filesystemTable(table)
  const { options } = settings
  const place = storePlace(settings.path)
  const pattern = pathPattern(options.text('source.path.regex-pattern'), table.name)
  const intervalMs = options.number('source.monitor-interval') ?? null
  const partitions = table.partitionedBy.flatMap((name) => table.schema[columnIndex(table.schema, name)] ?? [])
  return {
    bounded: intervalMs === null,
    metadata: fileMetadata,
    // A table that is watched for new files never ends, so that it cannot be read as a whole.
    ...(intervalMs === null
      ? { lookup: { cache: lookupCachePolicy(options, table.name), retriesMax: lookupRetriesMax(options), open: null } }
      : {}),
    // Others read each file from its beginning.
    elsewhere: { beginsAlike: true, optionsAt: () => null },
    countRows: () => using(place(null), (store) => countRows(settings, store, () => store.find(pattern, false))),
    divide: (readers, positions, ordered = true) =>
      using(place(null), async (store) => {
        const files = await store.find(pattern, intervalMs === null)
        const before = (positions ?? []).filter((each) => each !== null) as FilesPosition[]
        if (intervalMs !== null) return divideWatched(readers, before)
        return divideFiles(files, readers, before, (file, parts, at) =>
          ordered ? Promise.resolve([at]) : cutFile(store, file, settings, parts, at),
        )
      }),
    open: async (request) => {
      const store = place(request)
      try {
        const reader = new FilesReader({ settings, store, pattern, intervalMs, partitions, clock: table.clock }, request)
        await reader.start(request.position as FilesPosition | undefined)
        return reader
      } catch (error) {
        await store.close()
        throw error
      }
    },
  }
}

async function using<T>(store: FileStore, use: (store: FileStore) => Promise<T>): Promise<T> {
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}

function pathPattern(text: string | undefined, table: string): RegExp | null {
  if (text === undefined) return null
  try {
    return new RegExp(`^(?:${text})$`)
  } catch (error) {
    const detail = `Expected a regular expression: ${(error as Error).message}.`
    throw filesystemErrors.CONNECTORS_FILESYSTEM_PATTERN_MISMATCH({ key: 'source.path.regex-pattern', table }, { detail, cause: error })
  }
}

interface FilesPlan {
  readonly settings: FilesystemTable
  readonly store: FileStore
  readonly pattern: RegExp | null
  readonly intervalMs: number | null
  readonly partitions: Schema
  readonly clock: Clock
}

/** A file that is being read. */
interface OpenFile {
  readonly path: string
  /** One per wanted column that is the same in all rows of the file. */
  readonly constants: readonly (ConstantColumn | null)[]
  read(): Batch | null | Promise<Batch | null>
  position(): unknown
  skippedRows(): number
  close(): Promise<void>
}

class FilesReader implements SourceReader {
  readonly #plan: FilesPlan
  readonly #request: ReadRequest
  /** The columns that are in the files, in the order of the request. */
  readonly #stored: readonly WantedColumn[]
  /** Kept from file to file: what it has learned of the records stays true. */
  readonly #decoder: RecordDecoder | null
  readonly #done = new Set<string>()
  #queue: FoundFile[] = []
  #file: OpenFile | null = null
  /** What was asked for last, as long as it had to be waited for. */
  #reading: Promise<unknown> = Promise.resolve()
  /** Where to go on in files that were begun, until they are opened. */
  #left: FileAt[] = []
  #share: Share | undefined
  #skippedInFiles = 0
  #lookedAtMs = 0

  constructor(plan: FilesPlan, request: ReadRequest) {
    const { format, content } = plan.settings
    this.#plan = plan
    this.#request = request
    this.#stored = request.columns.filter((column) => column.kind === 'physical' && columnIndex(plan.partitions, column.key) < 0)
    const names = this.#stored.map((column) => column.key)
    this.#decoder = format.kind === 'record' ? format.decoder(content, names) : null
  }

  async start(position: FilesPosition | undefined): Promise<void> {
    for (const path of position?.done ?? []) this.#done.add(path)
    this.#share = position?.share
    const left = [...begunIn(position)]
    await this.#look(left)
    this.#left = left
  }

  get skippedRows(): number {
    return (this.#decoder?.skippedRows ?? 0) + this.#skippedInFiles + (this.#file?.skippedRows() ?? 0)
  }

  position(): FilesPosition {
    const open = this.#file === null ? [] : [{ file: this.#file.path, at: this.#file.position() }]
    const [{ file, at } = untouched, ...others] = [...open, ...this.#left]
    const left = others.length === 0 ? {} : { left: others }
    const share = this.#share === undefined ? {} : { share: this.#share }
    return { done: [...this.#done], file, at, ...left, ...share }
  }

  read(): SourceBatch | null | Promise<SourceBatch | null> {
    const next = this.#file?.read()
    if (next === undefined || next === null || next instanceof Promise) {
      const reading = this.#readOn(next)
      this.#reading = reading.catch(() => null)
      return reading
    }
    return { batch: this.#assemble(next), split }
  }

  async #readOn(first: Promise<Batch | null> | null | undefined): Promise<SourceBatch | null> {
    let batch = (await first) ?? null
    while (batch === null) {
      if (this.#file !== null) await this.#finishFile()
      if (this.#request.signal.aborted) return null
      const file = this.#queue.shift()
      if (file !== undefined) {
        this.#file = await this.#open(file)
        batch = (await this.#file?.read()) ?? null
      } else if (this.#plan.intervalMs === null) {
        return null
      } else {
        await this.#waitForFiles(this.#plan.intervalMs)
      }
    }
    return { batch: this.#assemble(batch), split }
  }

  /** Lists the files to read: first those that were begun, whatever has come since. */
  async #look(begun: readonly FileAt[] = []): Promise<void> {
    this.#lookedAtMs = this.#plan.clock.monotonicMs()
    const files = await this.#plan.store.find(this.#plan.pattern, this.#plan.intervalMs === null)
    const first = begun.map(({ file: path }) => {
      const file = files.find((found) => found.path === path)
      if (file === undefined) throw filesystemErrors.CONNECTORS_FILESYSTEM_FILE_GONE({ path: path ?? '' })
      return file
    })
    const others = files.filter((file) => !this.#done.has(file.path) && !first.includes(file) && isIn(file.path, this.#share))
    this.#queue = [...first, ...others]
  }

  async #waitForFiles(intervalMs: number): Promise<void> {
    const left = this.#lookedAtMs + intervalMs - this.#plan.clock.monotonicMs()
    if (left > 0) await pause(left, this.#request.signal)
    else await this.#look()
  }

  async #finishFile(): Promise<void> {
    const file = this.#file
    if (file === null) return
    this.#file = null
    this.#done.add(file.path)
    this.#skippedInFiles += file.skippedRows()
    await file.close()
  }

  /** Null when no row of the file can be wanted. */
  async #open(file: FoundFile): Promise<OpenFile | null> {
    const { settings, partitions } = this.#plan
    const begun = this.#left.findIndex((left) => left.file === file.path)
    const from = this.#left[begun]?.at ?? null
    this.#left = this.#left.filter((_, index) => index !== begun)
    const values = partitionValues(file.path, partitions, settings.defaultPartition)
    if (!canMeet(values, this.#request.conditions)) {
      this.#done.add(file.path)
      return null
    }
    const constants = this.#request.columns.map((column) => {
      if (column.kind === 'metadata') return new ConstantColumn(metadataType(column), metadataValue(file, column.key))
      return values.has(column.key) ? new ConstantColumn(column.type, values.get(column.key)) : null
    })
    const { format } = settings
    return format.kind === 'record'
      ? this.#openRecords(file, constants, from as RecordPosition | null)
      : this.#openWhole(file, format, constants, from)
  }

  async #openRecords(file: FoundFile, constants: OpenFile['constants'], from: RecordPosition | null): Promise<OpenFile> {
    const { settings, store } = this.#plan
    const recordFile = {
      ...file,
      format: settings.format.name,
      recordBytesMax: settings.options.number('source.max-record-size') ?? Number.POSITIVE_INFINITY,
    }
    const reader = await RecordReader.open(store, recordFile, this.#decoder as RecordDecoder, from ?? { offset: 0, records: 0 })
    return {
      path: file.path,
      constants,
      read: () => reader.read(),
      position: () => reader.position(),
      skippedRows: () => 0,
      close: () => reader.close(),
    }
  }

  async #openWhole(file: FoundFile, format: FileFormat, constants: OpenFile['constants'], position: unknown): Promise<OpenFile> {
    const handle = await ReadableHandle.open(this.#plan.store, file)
    const reader = await format
      .openReader(this.#plan.settings.content, handle, {
        columns: this.#stored.map((column) => ({ name: column.key, type: column.type })),
        conditions: this.#request.conditions.filter((condition) => columnIndex(this.#plan.partitions, condition.column) < 0),
        position,
        signal: this.#request.signal,
      })
      .catch(async (error: unknown) => {
        await handle.close()
        throw error
      })
    return {
      path: file.path,
      constants,
      read: () => reader.read(),
      position: () => reader.position(),
      skippedRows: () => reader.skippedRows,
      close: async () => {
        await reader.close()
        await handle.close()
      },
    }
  }

  /** Puts the columns of the file and those of its name into the order that was asked for. */
  #assemble(batch: Batch): Batch {
    const constants = this.#file?.constants ?? []
    if (this.#stored.length === constants.length) return batch
    let next = 0
    const columns = constants.map((constant): Vector => constant?.vector(batch.length) ?? (batch.columns[next++] as Vector))
    return { ...batch, columns }
  }

  async close(): Promise<void> {
    // A file that is being opened would stay open.
    await this.#reading
    await this.#file?.close()
    this.#file = null
    await this.#plan.store.close()
  }
}

function metadataType(column: WantedColumn): WantedColumn['type'] {
  return fileMetadata.find(({ name }) => name === column.key)?.type ?? column.type
}
