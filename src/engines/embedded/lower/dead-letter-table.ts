/** The table of dead letters: what sources could not read and sinks would not take, with the error, where it comes from and the bytes. */
import type { Clock } from '#base'
import type { DeadLetter } from '#connectors'
import type { Schema } from '#data'
import type { ExchangeInputs, Output } from '#dataflow'
import { SideTable } from './side-table.ts'

const names = ['table_name', 'error_code', 'error_message', 'source_position', 'message_key', 'message_value', 'failed_at']

export class DeadLetterTable {
  readonly #rows: SideTable
  readonly #clock: Clock

  constructor(schema: Schema, clock: Clock) {
    this.#rows = new SideTable(schema, names)
    this.#clock = clock
  }

  attach(output: Output | ExchangeInputs): void {
    this.#rows.attach(output)
  }

  /** What takes the letters of a table. */
  of(table: string): (letter: DeadLetter) => void {
    return ({ code, message, position, key, value }) => this.#rows.add([table, code, message, position, key, value, this.#clock.nowMs()])
  }

  flush(): void {
    this.#rows.flush()
  }
}
