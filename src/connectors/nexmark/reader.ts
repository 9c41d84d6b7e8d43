/** Reads the generator as a table: at full speed, or as fast as the events' own times pass. */
import { assert, type Clock } from '#base'
import { batchRows, type DataType, type Vector, valueAt } from '#data'
import type { ReadRequest, SourceBatch, SourceReader } from '../connector.ts'
import { pause } from '../pause.ts'
import { EventColumns } from './event-columns.ts'
import { EventGenerator } from './event-generator.ts'
import { kindColumns } from './fields.ts'
import type { NexmarkSettings } from './options.ts'
import { type EventShare, isKept, type NexmarkPosition, nextChange } from './shares.ts'
import type { Texts } from './text.ts'
import { deriveWanted } from './wanted.ts'

/** Bounds the work of one call where few events are kept. */
const eventsPerReadMax = 65_536

export class NexmarkReader implements SourceReader {
  readonly skippedRows = 0
  readonly #settings: NexmarkSettings
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #generator: EventGenerator
  readonly #vectors: readonly Vector[]
  readonly #rows: readonly BoxedRows[]
  readonly #startedAtMs: number
  readonly #share: EventShare | null

  constructor(settings: NexmarkSettings, texts: Texts, clock: Clock, request: ReadRequest) {
    const start = positionOf(request.position)
    this.#share = (request.position as Partial<NexmarkPosition> | null | undefined)?.share ?? null
    const { fields, kept } = deriveWanted(request)
    const columns = new EventColumns(texts)
    const rows: BoxedRows[] = []
    this.#settings = settings
    this.#clock = clock
    this.#signal = request.signal
    this.#generator = new EventGenerator(settings, columns, fields, kept, start)
    this.#startedAtMs = start?.startedAtMs ?? clock.nowMs()
    this.#vectors = request.columns.map(({ key, type }) => {
      const kind = kindColumns.indexOf(key.split('.')[0] ?? '')
      const complete = kept.every((isKept, other) => isKept === (other === kind))
      if (key.includes('.') || kind < 0) return columns.vectorOf(key, complete)
      const boxed = new BoxedRows(columns, kind, type)
      rows.push(boxed)
      return boxed.vector
    })
    this.#rows = rows
  }

  read(): SourceBatch | null | Promise<SourceBatch | null> {
    const due = this.#dueEvents()
    if (due === 0) return this.#isAtEnd() ? null : this.#readLater()
    const length = this.#draw(Math.min(due, eventsPerReadMax))
    for (const rows of this.#rows) rows.fill(length)
    return { batch: { length, columns: this.#vectors, kinds: null, watermarks: null }, split: '0' }
  }

  position(): NexmarkPosition {
    const share = this.#share === null ? {} : { share: this.#share }
    return { ...this.#generator.position(), startedAtMs: this.#startedAtMs, ...share }
  }

  async close(): Promise<void> {}

  /** Draws at most so many events; returns the count of rows. */
  #draw(eventsMax: number): number {
    const share = this.#share
    const generator = this.#generator
    if (share === null) return generator.draw(batchRows, eventsMax)
    const end = generator.events + eventsMax
    let rows = 0
    while (rows < batchRows && generator.events < end) {
      const { events } = generator
      const count = Math.min(end, nextChange(share, events)) - events
      if (isKept(share, events)) rows = generator.draw(batchRows, count, rows)
      else generator.skip(count, rows)
    }
    return rows
  }

  /** Events that may be drawn now. */
  #dueEvents(): number {
    const { events } = this.#generator
    const left = this.#settings.eventsMax - events
    if (!this.#settings.paced || left <= 0 || this.#signal.aborted) return this.#signal.aborted ? 0 : left
    const elapsedMs = this.#clock.nowMs() - this.#startedAtMs
    return Math.max(0, Math.min(left, Math.ceil(((elapsedMs + 1) * 1000) / this.#settings.delayUs) - 1 - events))
  }

  #isAtEnd(): boolean {
    return this.#signal.aborted || (this.#generator.events >= this.#settings.eventsMax && !this.#settings.keepsAlive)
  }

  async #readLater(): Promise<SourceBatch | null> {
    await pause(this.#waitMs(), this.#signal)
    return this.read()
  }

  /** Milliseconds until the next event; for ever after the last one. */
  #waitMs(): number {
    if (this.#generator.events >= this.#settings.eventsMax) return Number.POSITIVE_INFINITY
    return this.#startedAtMs + this.#generator.nextTimeMs() - this.#settings.baseTimeMs - this.#clock.nowMs()
  }
}

/** Whole rows such as `bid`, boxed: for queries that ask for a row and not for its fields. */
class BoxedRows {
  readonly vector: Vector
  readonly #data: unknown[] = []
  readonly #absent: Uint8Array
  readonly #fields: readonly ((row: number) => unknown)[]

  constructor(columns: EventColumns, kind: number, type: DataType) {
    const absent = columns.absent[kind]
    const name = kindColumns[kind]
    assert(type.kind === 'row' && absent !== undefined, 'the columns of the three kinds are rows')
    this.#absent = absent
    this.#fields = type.fields.map((field) => {
      const vector = columns.vectorOf(`${name}.${field.name}`, true)
      return (row) => valueAt(vector, row, field.type)
    })
    this.vector = { form: 'values', data: this.#data, nulls: absent }
  }

  fill(length: number): void {
    for (let row = 0; row < length; row++) this.#data[row] = this.#absent[row] === 1 ? null : this.#fields.map((field) => field(row))
  }
}

function positionOf(position: unknown): NexmarkPosition | null {
  if (position === null || position === undefined || (typeof position === 'object' && !('events' in position))) return null
  assert(
    typeof position === 'object' &&
      'events' in position &&
      typeof position.events === 'number' &&
      'random' in position &&
      typeof position.random === 'string' &&
      'startedAtMs' in position &&
      typeof position.startedAtMs === 'number',
    'a position of the generator has events, random and startedAtMs',
  )
  return { events: position.events, random: position.random, startedAtMs: position.startedAtMs }
}
