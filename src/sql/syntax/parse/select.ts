import type { Cursor } from '../cursor.ts'
import { placeOf } from '../token.ts'
import type { Expression, GroupBy, GroupingElement, GroupingSet, NamedWindow, Select, SelectItem, Star } from '../tree.ts'
import { parseHints } from './hints.ts'
import { isName, parseIdentifier, parsePathRest, takeIdentifier } from './names.ts'
import { parseFrom } from './tables.ts'
import { parseWindowSpecification } from './windows.ts'

/** Takes one SELECT, up to its QUALIFY. */
export function parseSelect(cursor: Cursor): Select {
  const scope = cursor.probe?.openQuery(cursor)
  try {
    const select = parseSelectClauses(cursor)
    scope?.close()
    return select
  } catch (error) {
    scope?.keep()
    throw error
  }
}

function parseSelectClauses(cursor: Cursor): Select {
  const first = cursor.expectWord('SELECT')
  const hints = parseHints(cursor)
  const distinct = cursor.takeWord('DISTINCT')
  if (!distinct) cursor.takeWord('ALL')
  if (distinct && cursor.isWord('ON')) {
    throw cursor.failure(
      'a column',
      'Flink SQL has no DISTINCT ON; keep the first row of each key with ROW_NUMBER() OVER (PARTITION BY …) = 1.',
    )
  }
  const items = parseSelectItems(cursor)
  const from = cursor.takeWord('FROM') ? parseFrom(cursor) : undefined
  const where = cursor.takeWord('WHERE') ? cursor.parseExpression() : undefined
  const groupBy = parseGroupBy(cursor)
  const having = cursor.takeWord('HAVING') ? cursor.parseExpression() : undefined
  const windows = cursor.takeWord('WINDOW') ? parseNamedWindows(cursor) : []
  const qualify = cursor.takeWord('QUALIFY') ? cursor.parseExpression() : undefined
  return {
    kind: 'select',
    hints,
    distinct,
    items,
    ...(from && { from }),
    ...(where && { where }),
    ...(groupBy && { groupBy }),
    ...(having && { having }),
    windows,
    ...(qualify && { qualify }),
    position: cursor.placeFrom(first),
  }
}

function parseSelectItems(cursor: Cursor): (SelectItem | Star)[] {
  const items: (SelectItem | Star)[] = []
  do {
    if (items.length > 0 && cursor.token.kind === 'word' && cursor.token.text === 'FROM' && !isColumnLike(cursor)) {
      cursor.report(cursor.failure('a column after ","', 'Remove the comma before FROM.'))
      break
    }
    const item = cursor.element(parseSelectItem, ['FROM'])
    if (item !== undefined) items.push(item)
  } while (cursor.takeSymbol(','))
  return items
}

/** Whether the word here is followed as a column would be, so that `from` was meant as one. */
function isColumnLike(cursor: Cursor): boolean {
  const next = cursor.peek(1)
  return next.kind === 'symbol' && (next.text === ',' || next.text === '=')
}

function parseSelectItem(cursor: Cursor): SelectItem | Star {
  const first = cursor.token
  const star = takeStar(cursor)
  if (star !== undefined) {
    if (!endsItem(cursor)) throw cursor.failure('"," or "FROM"')
    return star
  }
  const expression = cursor.parseExpression()
  const alias = parseAlias(cursor)
  // What may follow is asked here, so that a wrong token is blamed on the item, and the next items are still read.
  if (!endsItem(cursor)) throw cursor.failure(alias === undefined ? 'an operator, an alias, "," or "FROM"' : '"," or "FROM"')
  return { kind: 'select-item', expression, ...(alias && { alias }), position: cursor.placeFrom(first) }
}

function parseAlias(cursor: Cursor): SelectItem['alias'] {
  if (cursor.takeWord('AS')) return parseIdentifier(cursor, 'new-name', 'an alias')
  return takeIdentifier(cursor, 'new-name')
}

const wordsAfterItems = 'FROM WHERE GROUP HAVING WINDOW QUALIFY ORDER LIMIT OFFSET FETCH UNION EXCEPT INTERSECT MINUS END INTO'.split(' ')

function endsItem(cursor: Cursor): boolean {
  const { token } = cursor
  if (token.kind === 'end') return true
  if (token.kind === 'symbol') return token.text === ',' || token.text === ')' || token.text === ';'
  return token.kind === 'probe' || (token.kind === 'word' && wordsAfterItems.includes(token.text))
}

/** Takes `*` or `a.b.*`. */
function takeStar(cursor: Cursor): Star | undefined {
  const first = cursor.token
  if (cursor.takeSymbol('*')) return { kind: 'star', position: placeOf(first) }
  let width = 0
  while (isName(cursor.peek(width)) && isSymbolAt(cursor, width + 1, '.')) width += 2
  if (width === 0 || !isSymbolAt(cursor, width, '*')) return undefined
  const parts = parsePathRest(cursor, parseIdentifier(cursor, 'table'), 'table')
  const qualifier = { kind: 'name', parts, position: cursor.placeFrom(first) } as const
  cursor.expectSymbol('.')
  cursor.expectSymbol('*')
  return { kind: 'star', qualifier, position: cursor.placeFrom(first) }
}

function isSymbolAt(cursor: Cursor, offset: number, symbol: string): boolean {
  const token = cursor.peek(offset)
  return token.kind === 'symbol' && token.text === symbol
}

function parseGroupBy(cursor: Cursor): GroupBy | undefined {
  const first = cursor.token
  if (!cursor.takePhrase('GROUP', 'BY')) return undefined
  const elements = cursor.list(parseGroupingElement)
  return { kind: 'group-by', elements, position: cursor.placeFrom(first) }
}

function parseGroupingElement(cursor: Cursor): GroupingElement {
  const first = cursor.token
  const word = cursor.takeOneOf(['GROUPING SETS', 'ROLLUP', 'CUBE'])
  if (word === undefined) return parseGroupingSet(cursor)
  const opening = cursor.expectSymbol('(')
  const elements: GroupingElement[] = []
  do elements.push(cursor.nested(word === 'GROUPING SETS' ? parseGroupingElement : parseGroupingSet))
  while (cursor.takeSymbol(','))
  cursor.expectClosing(opening, ')', '"," or ')
  if (word === 'GROUPING SETS') return { kind: 'grouping-sets', elements, position: cursor.placeFrom(first) }
  const sets = elements.filter((element) => element.kind === 'grouping-set')
  return { kind: word === 'ROLLUP' ? 'rollup' : 'cube', sets, position: cursor.placeFrom(first) }
}

/** `()`, `a + b`, or `(a, b)`, which reads as a row and is a set. */
function parseGroupingSet(cursor: Cursor): GroupingSet {
  const first = cursor.token
  const isOpen = cursor.isSymbol('(')
  if (isOpen && isSymbolAt(cursor, 1, ')')) {
    cursor.index += 2
    return { kind: 'grouping-set', expressions: [], position: cursor.placeFrom(first) }
  }
  const expression = cursor.parseExpression()
  const isRow = isOpen && expression.kind === 'row'
  const expressions: readonly Expression[] = isRow ? expression.items : [expression]
  return { kind: 'grouping-set', expressions, position: cursor.placeFrom(first) }
}

function parseNamedWindows(cursor: Cursor): NamedWindow[] {
  const windows: NamedWindow[] = []
  do {
    const first = cursor.token
    const name = parseIdentifier(cursor, 'new-name', 'a window name')
    cursor.expectWord('AS')
    const specification = parseWindowSpecification(cursor)
    windows.push({ kind: 'named-window', name, specification, position: cursor.placeFrom(first) })
  } while (cursor.takeSymbol(','))
  return windows
}
