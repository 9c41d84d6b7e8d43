/** Pages of logs: newest first, each beginning where the one before it ended. */
import type { LogEntry } from '#store'
import { apiErrors } from './errors.ts'

export interface PageQuery {
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

export interface PageOf<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
  readonly total: number | null
}

const defaultLimit = 50

/** The cursor is the sequence number of the last entry of the page. */
export async function pageOfEntries<Value, Item>(
  { cursor, limit = defaultLimit }: PageQuery,
  entriesOf: (options: { readonly limit: number; readonly before?: number }) => Promise<readonly LogEntry<Value>[]>,
  itemOf: (entry: LogEntry<Value>) => Item,
): Promise<PageOf<Item>> {
  const entries = await entriesOf({ limit: limit + 1, ...(cursor === undefined ? {} : { before: numberOf(cursor) }) })
  const shown = entries.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown.map(itemOf), next: entries.length > limit && last !== undefined ? String(last.sequence) : null, total: null }
}

/** A cursor that is a number. */
export function numberOf(cursor: string): number {
  if (!/^\d{1,15}$/.test(cursor)) throw apiErrors.API_CURSOR()
  return Number(cursor)
}
