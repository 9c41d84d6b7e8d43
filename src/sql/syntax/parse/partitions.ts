import type { Cursor } from '../cursor.ts'
import type { PartitionValue } from '../tree.ts'
import { parseIdentifier } from './names.ts'

/** Takes `(day = '2020-01-31', hour)`. */
export function parsePartition(cursor: Cursor): PartitionValue[] {
  const opening = cursor.expectSymbol('(')
  const values: PartitionValue[] = []
  do {
    const first = cursor.token
    const column = parseIdentifier(cursor, 'column')
    const value = cursor.takeSymbol('=') ? cursor.parseExpression() : undefined
    values.push({ kind: 'partition-value', column, ...(value && { value }), position: cursor.placeFrom(first) })
  } while (cursor.takeSymbol(','))
  cursor.expectClosing(opening, ')', '"," or ')
  return values
}
