/**
 * The table of late rows: every row that an operator drops since it came too late is written there, with the name of the operator, the
 * time of the row, the watermark that made it late and the row as the operator sees it.
 */
import { type Batch, batchOf, batchRows, type DataType, type Schema, timestampMs, type Vector, valueAt } from '#data'
import type { ExchangeInputs, LateRows, Output } from '#dataflow'
import { jsonPrinter } from '../functions/json-build.ts'

/** A column as it is shown, and as it is kept. */
export interface LateColumn {
  readonly name: string
  readonly type: DataType
}

export class LateTable {
  /** The columns of the rows, by what they hold. */
  readonly #places: readonly number[]
  readonly #schema: Schema
  #output: Output | null = null
  #rows: unknown[][] = []
  #hasEnded = false

  /** `schema`: the table's columns; their names tell what is in them. */
  constructor(schema: Schema) {
    this.#schema = schema
    this.#places = schema.map(({ name }) => ['operator_name', 'row_time', 'watermark_time', 'late_row'].indexOf(name))
  }

  /** Rows go to an output from now on. */
  attach(output: Output | ExchangeInputs): void {
    this.#output = output
    if ('sendsHeld' in output) output.sendsHeld(() => this.flush())
  }

  /** Nothing comes any more. Called again when it has ended before. */
  end(): void {
    if (this.#hasEnded) return
    this.flush()
    this.#hasEnded = true
    this.#output?.finish()
  }

  /** What takes the late rows of an operator; `time` is the place of the column that says when a row was. */
  of(operator: string, columns: readonly LateColumn[], time: number): LateRows {
    const printers = columns.map(({ type }) => jsonPrinter(type))
    const names = columns.map(({ name }) => JSON.stringify(name))
    const cellOf = (batch: Batch, place: number, row: number): unknown =>
      valueAt(batch.columns[place] as Vector, row, columns[place]?.type as DataType)
    return {
      take: (batch, row, watermarkMs) => {
        const fields = printers.map((print, place) => `${names[place]}:${print(cellOf(batch, place, row))}`)
        this.#add([operator, timeOf(cellOf(batch, time, row), columns[time]?.type), watermarkMs, `{${fields.join(',')}}`])
      },
    }
  }

  #add(row: readonly unknown[]): void {
    this.#rows.push(this.#places.map((place) => row[place]))
    if (this.#rows.length === batchRows) this.flush()
  }

  /** Sends what has come. */
  flush(): void {
    if (this.#rows.length === 0 || this.#hasEnded) return
    this.#output?.push(batchOf(this.#schema, this.#rows))
    this.#rows = []
  }
}

function timeOf(value: unknown, type: DataType | undefined): number | null {
  const isTime = type?.kind === 'timestamp' || type?.kind === 'timestamp-ltz'
  return isTime && (typeof value === 'number' || typeof value === 'bigint') ? timestampMs(value, type.precision) : null
}
