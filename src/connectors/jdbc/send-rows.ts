/** Sends rows in statements of many. Where the database refuses a statement because of a row, halves of it find the row. */
import type { RowStatements, Statement, Texts } from './dialect.ts'
import { jdbcFailureKind } from './errors.ts'
import { stateOf } from './failure-words.ts'

export interface Sending {
  readonly statements: RowStatements
  /** The most bytes of texts in a statement. */
  readonly bytesMax: number
  /** Runs one statement, or leaves nothing of it. */
  readonly run: (statement: Statement) => Promise<unknown>
  /** Told of a row that is refused for good; may throw. */
  readonly refuse: (row: number, error: unknown) => void
}

/** Removes rows, then puts others: one that goes may make room for one that comes. */
export async function sendRows(
  texts: Texts,
  { puts, removes }: { readonly puts: readonly number[]; readonly removes: readonly number[] },
  sending: Sending,
): Promise<void> {
  const { statements } = sending
  await sendAll(texts, removes, (rows) => statements.remove(texts, rows), sending)
  await sendAll(texts, puts, (rows) => statements.put(texts, rows), sending)
}

async function sendAll(
  texts: Texts,
  rows: readonly number[],
  make: (rows: readonly number[]) => Statement,
  sending: Sending,
): Promise<void> {
  for (let from = 0; from < rows.length; ) {
    const to = endOf(texts, rows, from, sending)
    await sendPart(rows.slice(from, to), make, sending)
    from = to
  }
}

/** As many rows as one statement takes; always one. */
function endOf(texts: Texts, rows: readonly number[], from: number, { statements, bytesMax }: Sending): number {
  const countMax = statements.rowsPerStatement(rows.length - from)
  let bytes = 0
  let to = from
  for (; to < rows.length && to - from < countMax; to++) {
    for (const column of texts) bytes += (column[rows[to] as number]?.length ?? 0) + 8
    if (bytes > bytesMax && to > from) break
  }
  return to
}

async function sendPart(rows: readonly number[], make: (rows: readonly number[]) => Statement, sending: Sending): Promise<void> {
  try {
    await sending.run(make(rows))
  } catch (error) {
    if (!isOfRow(error)) throw error
    const [only] = rows
    if (rows.length === 1 && only !== undefined) {
      sending.refuse(only, error)
      return
    }
    const half = rows.length >> 1
    await sendPart(rows.slice(0, half), make, sending)
    await sendPart(rows.slice(half), make, sending)
  }
}

/** Two keys that are different here may be the same to the database, which then takes them one after the other. */
function isOfRow(error: unknown): boolean {
  return jdbcFailureKind(error) === 'data' || stateOf(error).code === '21000'
}
