/** Reads the wanted columns of a Parquet file, row group by row group and a batch at a time. */
import { assert, MillraceError } from '#base'
import { type Batch, batchRows, timeZone } from '#data'
import type { FileReader, FileRequest, FormatTable, ReadableFile } from '../format.ts'
import { type BindingSource, bindColumn, type ColumnPlan, leavesOf } from './bind.ts'
import { FileContext } from './errors.ts'
import { type ColumnReader, FlatColumn } from './flat-column.ts'
import { LeafReader } from './leaf-reader.ts'
import { type FileMetadata, type RowGroup, readMetadata } from './metadata.ts'
import { NestedColumn } from './nested-column.ts'
import { type ConditionPlan, canMatch } from './row-group-filter.ts'
import { schemaTree } from './schema-tree.ts'

/** Rows of a batch with arrays, maps or rows in it: they may be large. */
const nestedBatchRows = 1024

/** Where reading stands, as JSON. */
interface ParquetPosition {
  readonly group: number
  /** Rows of the group read so far. */
  readonly row: number
  /** The group where another reader begins; left out: none does. */
  readonly end?: number
}

export async function openParquetReader(table: FormatTable, file: ReadableFile, request: FileRequest): Promise<FileReader> {
  const context = new FileContext(file.name)
  return guarded(context, async () => {
    const metadata = await readMetadata(file, context)
    const tree = schemaTree(metadata.elements, context)
    const zone = timeZone(table.options.flag('parquet.utc-timezone') ? 'UTC' : table.timeZone)
    const source: BindingSource = { table: table.name, zone, context }
    const plans = request.columns.map(({ name, type }) => bindColumn(tree, name, type, source))
    const conditions = request.conditions.flatMap((condition): ConditionPlan[] => {
      const column = table.schema.find(({ name }) => name === condition.column)
      const node = tree.find(({ name }) => name === condition.column)
      if (column === undefined || node === undefined || node.leaf < 0) return []
      const plan = bindColumn(tree, condition.column, column.type, source)
      return plan.kind === 'leaf' ? [{ condition, plan }] : []
    })
    return new ParquetReader(file, metadata, plans, conditions, request, context)
  })
}

/** The rows of a file, which its end tells. */
export async function countParquetRows(file: ReadableFile): Promise<number> {
  const context = new FileContext(file.name)
  return guarded(context, async () => (await readMetadata(file, context)).rows)
}

/** Cuts what is left of a file between row groups, into parts of about as many rows. */
export async function cutParquet(file: ReadableFile, readers: number, position: unknown): Promise<readonly ParquetPosition[]> {
  const context = new FileContext(file.name)
  return guarded(context, async () => {
    const metadata = await readMetadata(file, context)
    const first = positionOf(position)
    const groups = metadata.readRowGroups(new Set())
    const end = Math.min(groups.length, first.end ?? groups.length)
    const rows = groups.slice(first.group, end).reduce((sum, group) => sum + group.rows, 0)
    const parts: ParquetPosition[] = []
    let start = first
    let before = 0
    for (let group = first.group; group < end; group++) {
      before += groups[group]?.rows ?? 0
      if (before * readers < rows * (parts.length + 1) || group + 1 >= end) continue
      parts.push({ ...start, end: group + 1 })
      start = { group: group + 1, row: 0 }
    }
    return [...parts, first.end === undefined ? start : { ...start, end: first.end }]
  })
}

class ParquetReader implements FileReader {
  readonly skippedRows = 0
  readonly #file: ReadableFile
  readonly #plans: readonly ColumnPlan[]
  readonly #groups: readonly RowGroup[]
  readonly #conditions: readonly ConditionPlan[]
  readonly #signal: AbortSignal
  readonly #context: FileContext
  readonly #batchRows: number
  /** The row group at hand, and its rows read so far. */
  #group: number
  #row: number
  readonly #end: number | undefined
  /** Rows of the group that a reader before this one has read. */
  #skip: number
  #columns: readonly ColumnReader[] | null = null
  #isClosed = false

  constructor(
    file: ReadableFile,
    metadata: FileMetadata,
    plans: readonly ColumnPlan[],
    conditions: readonly ConditionPlan[],
    request: FileRequest,
    context: FileContext,
  ) {
    const start = positionOf(request.position)
    const leaves = [...plans.flatMap(leavesOf), ...conditions.map(({ plan }) => plan)].map(({ node }) => node.leaf)
    this.#file = file
    this.#plans = plans
    this.#groups = metadata.readRowGroups(new Set(leaves))
    this.#conditions = conditions
    this.#signal = request.signal
    this.#context = context
    this.#batchRows = plans.every((plan) => plan.kind === 'leaf') ? batchRows : nestedBatchRows
    this.#group = start.group
    this.#end = start.end
    this.#row = 0
    this.#skip = start.row
  }

  read(): Batch | null | Promise<Batch | null> {
    try {
      const batch = this.#readLoaded()
      return batch === 'missing' ? this.#readLater() : batch
    } catch (error) {
      throw this.#explained(error)
    }
  }

  position(): ParquetPosition {
    const end = this.#end === undefined ? {} : { end: this.#end }
    return { group: this.#group, row: this.#row + this.#skip, ...end }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#columns = null
  }

  async #readLater(): Promise<Batch | null> {
    return guarded(this.#context, async () => {
      for (;;) {
        const rows = this.#rowsOfBatch()
        for (const column of this.#columns ?? []) {
          while (!this.#isOver() && !column.fill(rows)) await column.load()
        }
        const batch = this.#readLoaded()
        if (batch !== 'missing') return batch
      }
    })
  }

  /** The next batch, if all it needs is in memory. */
  #readLoaded(): Batch | null | 'missing' {
    for (;;) {
      if (this.#isOver() || !this.#openGroup()) return null
      const rows = this.#rowsOfBatch()
      const columns = this.#columns ?? []
      for (const column of columns) if (!column.fill(rows)) return 'missing'
      const vectors = columns.map((column) => column.vector(rows))
      this.#row += rows
      const skipped = Math.min(this.#skip, rows)
      this.#skip -= skipped
      if (skipped === 0) return { length: rows, columns: vectors, kinds: null, watermarks: null }
    }
  }

  #isOver(): boolean {
    return this.#isClosed || this.#signal.aborted
  }

  /** Rows that were read before are read again and dropped, so batches end where a dropped one does. */
  #rowsOfBatch(): number {
    const rows = Math.min(this.#batchRows, (this.#groups[this.#group]?.rows ?? 0) - this.#row)
    return this.#skip > 0 ? Math.min(rows, this.#skip) : rows
  }

  /** Opens the next row group with rows to read, if the one at hand is done; false at the end. */
  #openGroup(): boolean {
    for (;;) {
      const group = this.#groups[this.#group]
      if (group === undefined || this.#group === this.#end) return false
      if (this.#columns === null && canMatch(group, this.#conditions, this.#context)) {
        this.#columns = this.#plans.map((plan) => this.#openColumn(plan, group))
      }
      if (this.#columns !== null && this.#row < group.rows) return true
      this.#columns = null
      this.#group++
      this.#row = 0
      this.#skip = 0
    }
  }

  #openColumn(plan: ColumnPlan, group: RowGroup): ColumnReader {
    const leaves = leavesOf(plan).map(({ node, values }) => {
      const chunk = group.chunks.get(node.leaf)
      if (chunk === undefined) throw this.#context.damaged(`column "${node.name}" is missing in a row group`)
      if (node.repetition === 0 && chunk.values !== group.rows) {
        throw this.#context.damaged(`column "${node.name}" has ${chunk.values} values in a row group of ${group.rows} rows`)
      }
      return new LeafReader(this.#file, node, values, chunk, this.#context)
    })
    const [leaf] = leaves
    return plan.kind === 'leaf' && leaf !== undefined ? new FlatColumn(leaf) : new NestedColumn(plan, leaves, this.#context)
  }

  #explained(error: unknown): unknown {
    return explained(error, this.#context)
  }
}

/** Decoders check what they read; whatever slips through ends as an error of the runtime, and the file is still to blame. */
function explained(error: unknown, context: FileContext): unknown {
  if (error instanceof MillraceError || !(error instanceof RangeError || error instanceof TypeError)) return error
  return context.damaged('its bytes do not fit together', error)
}

async function guarded<Result>(context: FileContext, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw explained(error, context)
  }
}

function positionOf(position: unknown): ParquetPosition {
  if (position === null || position === undefined) return { group: 0, row: 0 }
  assert(
    typeof position === 'object' &&
      'group' in position &&
      typeof position.group === 'number' &&
      'row' in position &&
      typeof position.row === 'number',
    'a position in a Parquet file has group and row',
  )
  const end = 'end' in position && typeof position.end === 'number' ? { end: position.end } : {}
  return { group: position.group, row: position.row, ...end }
}
