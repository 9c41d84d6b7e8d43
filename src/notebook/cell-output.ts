/** What a cell showed when it last ran: kept beside its notebook, so that a run is no new version, and so that nobody has to run it to see it. */
import type { RecordKind } from '#store'
import { notebookErrors } from './errors.ts'

export interface CellOutput {
  /** The text that ran, with the names of its variables; where the cell has another one now, this output is stale. */
  readonly text: string
  readonly variables: Readonly<Record<string, string>>
  readonly outcome: 'finished' | 'failed' | 'cancelled' | 'running'
  /** Epoch milliseconds, of the clock of whoever ran it. */
  readonly startedAt: number
  readonly endedAt: number
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  /** The last rows. */
  readonly rows: readonly (readonly OutputValue[])[]
  /** How many rows there were. */
  readonly rowCount: number
  readonly updating: boolean
  /** What statements without rows did. */
  readonly messages: readonly string[]
  readonly failures: readonly OutputFailure[]
}

/** What is deeper is kept as text. */
type OutputValue = string | number | boolean | null

/** A failure in the words of the contract; its position is in the text that ran. */
interface OutputFailure {
  readonly code: string
  readonly blame: 'user' | 'external' | 'internal'
  readonly message: string
  readonly detail: string | null
  readonly hint: string | null
  readonly position: { readonly start: number; readonly end: number; readonly line: number; readonly column: number } | null
  readonly causes: readonly string[]
}

/** Its id is that of the notebook, a slash, and that of the cell. */
export const outputKind: RecordKind<CellOutput> = { name: 'notebook-output', keepsVersions: false }

const outputBytesMax = 262_144
const outputRowsMax = 200
const columnsMax = 1000

/** Gives its size in bytes; fails where it is larger than may be kept. */
export function checkOutput(output: CellOutput): number {
  const { rows, columns } = output
  if (rows.length > outputRowsMax) throw notebookErrors.NOTEBOOK_OUTPUT_TOO_LARGE({ limit: `${outputRowsMax} rows`, got: `${rows.length}` })
  if (columns.length > columnsMax)
    throw notebookErrors.NOTEBOOK_OUTPUT_TOO_LARGE({ limit: `${columnsMax} columns`, got: `${columns.length}` })
  const odd = rows.find((row) => row.length !== columns.length)
  if (odd !== undefined) throw notebookErrors.NOTEBOOK_OUTPUT_ROW({ columns: columns.length, values: odd.length })
  // The text that ran is bounded as the text of a cell.
  const bytes = new TextEncoder().encode(JSON.stringify({ ...output, text: '', variables: {} })).length
  if (bytes > outputBytesMax) throw notebookErrors.NOTEBOOK_OUTPUT_TOO_LARGE({ limit: `${outputBytesMax} bytes`, got: `${bytes}` })
  return bytes + output.text.length + JSON.stringify(output.variables).length
}
