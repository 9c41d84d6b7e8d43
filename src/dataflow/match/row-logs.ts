/**
 * The rows of each key that runs hold, in order. The place of a row tells how many came before it while runs held any; it is lost with the
 * last of them.
 */

interface RowLog {
  /** Ids of rows; those before `start` have gone. */
  readonly rows: number[]
  start: number
  /** The place of the first row there is. */
  first: number
}

/** So many ids that have gone are worth moving the others. */
const goneMin = 32

export class RowLogs {
  /** By slot; nothing where no row is held. */
  readonly #logs: (RowLog | undefined)[] = []

  /** The place that the next row of a key gets. */
  next(slot: number): number {
    const log = this.#logs[slot]
    return log === undefined ? 0 : log.first + log.rows.length - log.start
  }

  add(slot: number, row: number): void {
    let log = this.#logs[slot]
    if (log === undefined) this.#logs[slot] = log = { rows: [], start: 0, first: 0 }
    log.rows.push(row)
  }

  /** The places and ids of the rows of a key are loaded: in any order. */
  restore(slot: number, rows: readonly { readonly place: number; readonly row: number }[]): void {
    const sorted = rows.toSorted((a, b) => a.place - b.place)
    this.#logs[slot] = { rows: sorted.map(({ row }) => row), start: 0, first: sorted[0]?.place ?? 0 }
  }

  rowAt(slot: number, place: number): number {
    const { rows, start, first } = this.#logs[slot] as RowLog
    return rows[start + place - first] as number
  }

  /** Lets the rows before a place go. */
  dropBefore(slot: number, place: number, go: (row: number) => void): void {
    const log = this.#logs[slot]
    if (log === undefined) return
    const { rows } = log
    while (log.first < place && log.start < rows.length) {
      go(rows[log.start++] as number)
      log.first += 1
    }
    if (log.start < goneMin || log.start * 2 < rows.length) return
    rows.splice(0, log.start)
    log.start = 0
  }

  /** Lets all rows of a key go. */
  clear(slot: number, go: (row: number) => void): void {
    if (this.#logs[slot] === undefined) return
    this.dropBefore(slot, Number.POSITIVE_INFINITY, go)
    this.#logs[slot] = undefined
  }
}
