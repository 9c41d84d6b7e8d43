/** Tables whose rows come at moments of virtual time that a test writes down, by split. */
import type { Connector, ConnectorTable, ReadRequest, SinkWriter, SourceBatch, SourceReader } from '#connectors'
import { batchOf, columnIndex, rowsOf, type Schema } from '#data'
import type { VirtualTime } from '../simulation/virtual-time.fixture.ts'

/** Rows that are there from a moment on. */
export interface Step {
  readonly atMs: number
  readonly rows: readonly (readonly unknown[])[]
  readonly split?: string
}

/** What a table gives, in this order as far as splits may give rows. */
export interface Script {
  readonly steps: readonly Step[]
  /** Whether the table ends after its last step. */
  readonly ends?: boolean
  /** Whether single splits can be held back. */
  readonly holds?: boolean
  /** The splits that are read at each moment; left out: those that have given rows. */
  readonly splits?: readonly string[]
  /** The worker that reads the table; left out: the first, as of all tables that cannot be divided. */
  readonly worker?: number
  /** Is told of each step that was read. */
  readonly read?: (step: Step) => void
}

/** `written` takes the rows of tables that are written, by table; each worker writes its own with the option `shared`. */
export function scriptedConnector(
  time: VirtualTime,
  scripts: Readonly<Record<string, Script>>,
  written: Map<string, (readonly unknown[])[]>,
): Connector {
  return {
    name: 'scripted',
    options: [],
    source: (table) => {
      const script = scripts[table.name] ?? { steps: [] }
      return {
        bounded: script.ends === true,
        metadata: [],
        ...(script.worker === undefined
          ? {}
          : {
              divide: (readers: number, positions: readonly unknown[] | null) =>
                Promise.resolve(positionsOf(script.worker ?? 0, readers, positions)),
            }),
        open: (request) => Promise.resolve(new ScriptedReader(table, script, time, request)),
      }
    },
    sink: (table) => ({
      takes: 'all',
      isShareable: table.options['shared'] === 'true',
      open: ({ schema }) => Promise.resolve(writerOf(table.name, schema, written)),
    }),
  }
}

function writerOf(name: string, schema: Schema, written: Map<string, (readonly unknown[])[]>): SinkWriter {
  const rows = written.get(name) ?? []
  written.set(name, rows)
  return {
    write: (batch) => void rows.push(...rowsOf(batch, schema)),
    prepare: () => Promise.resolve(null),
    commit: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}

/** One reader has all. */
function positionsOf(worker: number, readers: number, positions: readonly unknown[] | null): unknown[] {
  const at = positions?.find((position) => position !== null) ?? 0
  return Array.from({ length: readers }, (_, reader) => (reader === worker % readers ? at : null))
}

class ScriptedReader implements SourceReader {
  readonly skippedRows = 0
  readonly hold?: (splits: readonly string[]) => void
  readonly #table: ConnectorTable
  readonly #script: Script
  readonly #time: VirtualTime
  readonly #request: ReadRequest
  readonly #left: Step[]
  #held: readonly string[] = []

  constructor(table: ConnectorTable, script: Script, time: VirtualTime, request: ReadRequest) {
    this.#table = table
    this.#script = script
    this.#time = time
    this.#request = request
    this.#left = script.steps.slice(Number(request.position ?? 0))
    if (script.holds === true) {
      this.hold = (splits) => {
        this.#held = splits
      }
    }
  }

  position(): number {
    return this.#script.steps.length - this.#left.length
  }

  read(): SourceBatch | null | Promise<SourceBatch | null> {
    const step = this.#next()
    return step === undefined ? this.#wait() : this.#take(step)
  }

  #next(): Step | undefined {
    const now = this.#time.monotonicMs()
    return this.#left.find(({ atMs, split = '' }) => atMs <= now && !this.#held.includes(split))
  }

  async #wait(): Promise<SourceBatch | null> {
    for (;;) {
      if (this.#request.signal.aborted || (this.#left.length === 0 && this.#script.ends === true)) return null
      const step = this.#next()
      if (step !== undefined) return this.#take(step)
      await this.#time.after(5)
    }
  }

  #take(step: Step): SourceBatch {
    this.#left.splice(this.#left.indexOf(step), 1)
    this.#script.read?.(step)
    const schema = this.#request.columns.map(({ key, type }) => ({ name: key, type }))
    const places = this.#request.columns.map(({ key }) => columnIndex(this.#table.schema, key))
    const { splits } = this.#script
    const batch = batchOf(
      schema,
      step.rows.map((row) => places.map((place) => row[place])),
    )
    return { batch, split: step.split ?? '', ...(splits === undefined ? {} : { splits }) }
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
