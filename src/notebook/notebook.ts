/** What a notebook is: a title, values for its variables, and cells of SQL and of Markdown, in the order in which they are read and run. */
import type { RecordKind } from '#store'

type CellView = 'table' | 'changes' | 'chart'
type ChartForm = 'line' | 'area' | 'bars' | 'points'

/** How rows are drawn. Columns go by their names, so that a statement may name more of them or put them in another order. */
interface CellChart {
  readonly x: string
  readonly y: string
  readonly series: string | null
  /** Null: what suits the rows. */
  readonly form: ChartForm | null
}

interface SqlCell {
  /** Unique in its notebook, and the same through all versions. */
  readonly id: string
  readonly kind: 'sql'
  readonly text: string
  readonly view: CellView
  readonly chart: CellChart | null
}

interface MarkdownCell {
  readonly id: string
  readonly kind: 'markdown'
  readonly text: string
}

export type Cell = SqlCell | MarkdownCell

export interface Notebook {
  readonly title: string
  /** Such as `sales/daily`; empty: at the top. */
  readonly folder: string
  readonly tags: readonly string[]
  /** Values that stand in the place of `${name}` when a cell runs. */
  readonly variables: Readonly<Record<string, string>>
  readonly cells: readonly Cell[]
}

export const notebookKind: RecordKind<Notebook> = { name: 'notebook', keepsVersions: true }
