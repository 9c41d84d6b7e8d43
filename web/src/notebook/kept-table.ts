/** From what a run shows to what is kept of it, and back. */
import type { Failure } from '#api/contract'
import { LiveTable } from '../sql/live-table.ts'
import type { RunView } from '../sql/statement-run.ts'
import type { CellOutput } from './notebook-spec.ts'

/** As the server has it: rows, and what all of an output takes as JSON, with room for the rest. */
const rowsMax = 200
const rowBytesMax = 220_000
const valueLengthMax = 20_000
const messagesMax = 20
const messageLengthMax = 2000
const failuresMax = 20

type Value = CellOutput['rows'][number][number]

/** The last rows of the last answer, as many as may be kept. */
export function outputOf(view: RunView, ran: Pick<CellOutput, 'text' | 'variables'>, failures: readonly Failure[]): CellOutput {
  const table = view.results.at(-1)?.table
  const columns = table?.columns ?? []
  const messages = view.messages.flatMap((message) => (message.kind === 'done' ? [message.text.slice(0, messageLengthMax)] : []))
  const { state } = view
  return {
    ...ran,
    outcome: state === 'opening' ? 'running' : state,
    startedAt: view.startedAt,
    endedAt: view.endedAt ?? Date.now(),
    columns: columns.map(({ name, type }) => ({ name, type })),
    rows: table === undefined ? [] : lastRows(table),
    rowCount: (table?.rows.length ?? 0) + (table?.droppedCount ?? 0),
    updating: table?.isUpdating ?? false,
    messages: messages.slice(-messagesMax),
    failures: failures.slice(0, failuresMax).map((failure) => ({ ...failure, causes: [...failure.causes] })),
  }
}

function lastRows({ rows, columns }: LiveTable): Value[][] {
  const kept: Value[][] = []
  let bytes = 0
  for (const { values } of rows.slice(-rowsMax).toReversed()) {
    const row = columns.map((_, index) => plainValue(values[index]))
    bytes += new TextEncoder().encode(JSON.stringify(row)).length + 1
    if (bytes > rowBytesMax) break
    kept.unshift(row)
  }
  return kept
}

function plainValue(value: unknown): Value {
  if (value === null || value === undefined) return null
  if (typeof value === 'number' || typeof value === 'boolean') return value
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > valueLengthMax ? `${text.slice(0, valueLengthMax)}…` : text
}

/** The rows that were kept, to be shown as those of a run are. */
export function tableOf({ columns, rows, updating }: CellOutput): LiveTable {
  const table = new LiveTable(columns, updating)
  table.apply(
    rows.map((values) => ({ op: '+I', values })),
    Number.NEGATIVE_INFINITY,
  )
  return table
}
