import type { Cursor } from '../cursor.ts'
import type { FrameBound, OrderItem, WindowFrame, WindowReference, WindowSpecification } from '../tree.ts'
import { isName, parseIdentifier } from './names.ts'

/** Takes what stands after OVER: the name of a window, or its definition in parentheses. */
export function parseOver(cursor: Cursor): WindowSpecification | WindowReference {
  if (cursor.isSymbol('(')) return parseWindowSpecification(cursor)
  const first = cursor.token
  cursor.expectName('window')
  if (!isName(first)) throw cursor.failure('"(" or a window name after OVER', 'Write OVER (PARTITION BY … ORDER BY …).')
  const name = parseIdentifier(cursor, 'window')
  return { kind: 'window-reference', name, position: cursor.placeFrom(first) }
}

export function parseWindowSpecification(cursor: Cursor): WindowSpecification {
  const first = cursor.token
  const opening = cursor.expectSymbol('(')
  const base = isName(cursor.token) ? parseIdentifier(cursor, 'window') : undefined
  const partitionBy = cursor.takePhrase('PARTITION', 'BY') ? cursor.list(cursor.grammar.parseExpression) : []
  const orderBy = cursor.takePhrase('ORDER', 'BY') ? parseOrderItems(cursor) : []
  const frame = cursor.isWord('ROWS') || cursor.isWord('RANGE') ? parseFrame(cursor) : undefined
  cursor.expectClosing(opening)
  return {
    kind: 'window-specification',
    ...(base && { base }),
    partitionBy,
    orderBy,
    ...(frame && { frame }),
    position: cursor.placeFrom(first),
  }
}

function parseFrame(cursor: Cursor): WindowFrame {
  const first = cursor.advance()
  const unit = first.text === 'ROWS' ? 'rows' : 'range'
  const isBetween = cursor.takeWord('BETWEEN')
  const start = parseFrameBound(cursor)
  if (!isBetween) {
    const end: FrameBound = { kind: 'frame-bound', bound: 'current-row', position: start.position }
    return { kind: 'window-frame', unit, start, end, position: cursor.placeFrom(first) }
  }
  cursor.expectWord('AND')
  const end = parseFrameBound(cursor)
  return { kind: 'window-frame', unit, start, end, position: cursor.placeFrom(first) }
}

function parseFrameBound(cursor: Cursor): FrameBound {
  const first = cursor.token
  if (cursor.takeWord('CURRENT', 'ROW')) return { kind: 'frame-bound', bound: 'current-row', position: cursor.placeFrom(first) }
  if (cursor.takeWord('UNBOUNDED', 'PRECEDING')) {
    return { kind: 'frame-bound', bound: 'unbounded-preceding', position: cursor.placeFrom(first) }
  }
  if (cursor.takeWord('UNBOUNDED', 'FOLLOWING')) {
    return { kind: 'frame-bound', bound: 'unbounded-following', position: cursor.placeFrom(first) }
  }
  const offset = cursor.parseOperand()
  const bound = cursor.expectOneOf(['PRECEDING', 'FOLLOWING']) === 'PRECEDING' ? 'preceding' : 'following'
  return { kind: 'frame-bound', bound, offset, position: cursor.placeFrom(first) }
}

/** Takes `a, b DESC NULLS LAST`. */
export function parseOrderItems(cursor: Cursor): OrderItem[] {
  return cursor.list(parseOrderItem)
}

export function parseOrderItem(cursor: Cursor): OrderItem {
  const first = cursor.token
  const expression = cursor.parseExpression()
  const direction = cursor.takeOneOf(['ASC', 'DESC']) === 'DESC' ? 'desc' : 'asc'
  const nulls = cursor.takeOneOf(['NULLS FIRST', 'NULLS LAST'])
  return {
    kind: 'order-item',
    expression,
    direction,
    ...(nulls && { nulls: nulls === 'NULLS FIRST' ? 'first' : 'last' }),
    position: cursor.placeFrom(first),
  }
}
