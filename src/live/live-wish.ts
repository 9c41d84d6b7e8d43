/** That a cell is to run: all that it takes to run it again in a session that knows nothing, kept from when it is live until it ends. */
import type { RecordKind } from '#store'

/** A text with values for its variables. */
export interface CellScript {
  readonly text: string
  readonly variables: Readonly<Record<string, string>>
}

export interface LiveWish {
  readonly cell: string
  /** Whose session it runs in, with whose rights. */
  readonly user: string
  readonly script: CellScript
  /** What its session was opened with. */
  readonly settings: Readonly<Record<string, string>>
  /** What an empty session has to run first: what cells above had set up when the cell ran. */
  readonly remake: readonly CellScript[]
  /** Epoch milliseconds, of its first start. */
  readonly startedAt: number
  /** False where it has done more than to ask: done again, that would be done twice. */
  readonly isRepeatable: boolean
  /** How often it was started again without having run for a while since. */
  readonly attempts: number
}

/** Its id is that of the notebook, a slash, and that of the run. */
export const wishKind: RecordKind<LiveWish> = { name: 'notebook-run', keepsVersions: false }
