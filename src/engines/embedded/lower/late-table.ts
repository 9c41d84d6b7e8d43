/**
 * The table of late rows: every row that an operator drops since it came too late is written there, with the name of the operator, the
 * time of the row, the watermark that made it late and the row as the operator sees it.
 */
import { type Batch, type DataType, type Schema, timestampMs, type Vector, valueAt } from '#data'
import type { ExchangeInputs, LateRows, Output } from '#dataflow'
import { jsonPrinter } from '../functions/json-build.ts'
import { SideTable } from './side-table.ts'

/** A column as it is shown, and as it is kept. */
export interface LateColumn {
  readonly name: string
  readonly type: DataType
}

const names = ['operator_name', 'row_time', 'watermark_time', 'late_row']

export class LateTable {
  readonly #rows: SideTable
  #hasEnded = false

  /** `schema`: the table's columns; their names tell what is in them. */
  constructor(schema: Schema) {
    this.#rows = new SideTable(schema, names)
  }

  /** Rows go to an output from now on. */
  attach(output: Output | ExchangeInputs): void {
    this.#rows.attach(output)
  }

  /** Nothing comes any more. Called again when it has ended before. */
  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#rows.end()
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
        this.#rows.add([operator, timeOf(cellOf(batch, time, row), columns[time]?.type), watermarkMs, `{${fields.join(',')}}`])
      },
    }
  }

  /** Sends what has come. */
  flush(): void {
    this.#rows.flush()
  }
}

function timeOf(value: unknown, type: DataType | undefined): number | null {
  const isTime = type?.kind === 'timestamp' || type?.kind === 'timestamp-ltz'
  return isTime && (typeof value === 'number' || typeof value === 'bigint') ? timestampMs(value, type.precision) : null
}
