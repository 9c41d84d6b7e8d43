/**
 * What an operator keeps, in a form that can be saved and loaded again: parts of numbered entries, each entry a row of typed columns.
 * Parts are saved by the page, and only pages that changed; the memory behind them is of no concern to whoever saves them.
 *
 * 1. `load` of what `save` gave, in any order, then `settle`, makes state that gives the same answers as before, in the same order.
 * 2. The sources announce their watermarks again. An operator that would answer differently then keeps the last one as a number of its own.
 */
import type { DataType, Vector } from '#data'

/** Rows of state, as columns. */
export interface StateRows {
  readonly length: number
  readonly columns: readonly Vector[]
}

/** Not a single entry. */
export const noStateRows: StateRows = { length: 0, columns: [] }

/** Which pages changed since they were saved last. */
export interface Pages {
  /** Starts to keep marks, on fresh state. A test may ask for smaller pages, of a power of two of entries. */
  track(pageEntries?: number): void
  /** The pages that changed, ascending; from now on they count as saved. */
  take(): number[]
  /** Lets a page count as changed. */
  markPage(page: number): void
}

export type SavePage = (page: number, rows: StateRows) => void

export interface StatePart {
  /** Unique in its operator. */
  readonly name: string
  /** Types of the columns. */
  readonly types: readonly DataType[]
  /** Places of the columns whose values decide which worker holds an entry. Without them the part belongs to the first worker. */
  readonly keys: readonly number[]
  /** Whether every worker has the same entries: a checkpoint that separates what is before it from what comes later finds them so. */
  readonly isCommon?: true
  readonly pages: Pages
  /** The entries of a page that are there now; valid until the next call. */
  save(page: number): StateRows
  /**
   * Takes the pages that changed over as they are now, without saving them yet: `save` is given each of them when its turn comes, or before
   * it changes. What is returned lets the next one have its turn, and gives false when none is left. Left out where a change is noticed
   * only when it has been made.
   */
  freeze?(save: SavePage): () => boolean
  /** Adds entries. Called on fresh state only. */
  load(rows: StateRows): void
  /** Called once, when all parts of the operator have been loaded. */
  settle?(): void
}
