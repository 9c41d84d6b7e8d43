import { unreachable } from '#base'
import type { GroupingElement, Hint, Query, QueryBody, Select, SelectItem, Star } from '../tree.ts'
import { unparseOrder, unparseWindow } from './call.ts'
import { unparseExpression } from './expression.ts'
import { isPlainName, unparseIdentifier, unparseName, unparseNames, unparseString } from './name.ts'
import { unparseTable } from './table.ts'

/** Writes a query; `separator` stands between its clauses, a line break or a blank. */
export function unparseQuery(query: Query, separator: '\n' | ' ' = ' '): string {
  const parts: string[] = []
  if (query.with.length > 0) {
    const tables = query.with.map((table) => {
      const columns = table.columns.length === 0 ? '' : ' ' + unparseNames(table.columns)
      return `${unparseIdentifier(table.name)}${columns} AS (${unparseQuery(table.query)})`
    })
    parts.push(`WITH ${tables.join(`,${separator}`)}`)
  }
  parts.push(unparseBody(query.body, separator))
  if (query.orderBy.length > 0) parts.push(`ORDER BY ${unparseOrder(query.orderBy)}`)
  if (query.limit !== undefined) parts.push(`LIMIT ${query.limit.text}`)
  if (query.offset !== undefined) parts.push(`OFFSET ${query.offset.text}`)
  return parts.join(separator)
}

function unparseBody(body: QueryBody, separator: '\n' | ' '): string {
  switch (body.kind) {
    case 'select':
      return unparseSelect(body, separator)
    case 'values':
      return `VALUES ${body.rows.map(unparseRow).join(', ')}`
    case 'explicit-table':
      return `TABLE ${unparseName(body.name)}`
    case 'query':
      return `(${unparseQuery(body)})`
    case 'set-operation': {
      const operator = body.operator.toUpperCase() + (body.all ? ' ALL' : '')
      const inputs = body.inputs.map((input) =>
        input.kind === 'set-operation' ? `(${unparseBody(input, ' ')})` : unparseBody(input, separator),
      )
      return inputs.join(`${separator}${operator}${separator}`)
    }
    default:
      return unreachable(body)
  }
}

/** A lone row inside parentheses would be taken for the row of values itself. */
function unparseRow(row: Extract<QueryBody, { kind: 'values' }>['rows'][number]): string {
  const inside = `(${row.map(unparseExpression).join(', ')})`
  const isExplicit = row.length === 0 || (row.length === 1 && row[0]?.kind === 'row')
  return isExplicit ? `ROW${inside}` : inside
}

function unparseSelect(select: Select, separator: string): string {
  const head = ['SELECT', ...unparseHints(select.hints), ...(select.distinct ? ['DISTINCT'] : [])].join(' ')
  const parts = [`${head} ${select.items.map(unparseItem).join(', ')}`]
  if (select.from !== undefined) parts.push(`FROM ${unparseTable(select.from)}`)
  if (select.where !== undefined) parts.push(`WHERE ${unparseExpression(select.where)}`)
  if (select.groupBy !== undefined) parts.push(`GROUP BY ${select.groupBy.elements.map(unparseGrouping).join(', ')}`)
  if (select.having !== undefined) parts.push(`HAVING ${unparseExpression(select.having)}`)
  if (select.windows.length > 0) {
    const windows = select.windows.map(({ name, specification }) => `${unparseIdentifier(name)} AS ${unparseWindow(specification)}`)
    parts.push(`WINDOW ${windows.join(', ')}`)
  }
  if (select.qualify !== undefined) parts.push(`QUALIFY ${unparseExpression(select.qualify)}`)
  return parts.join(separator)
}

function unparseItem(item: SelectItem | Star): string {
  if (item.kind === 'star') return item.qualifier === undefined ? '*' : `${unparseName(item.qualifier)}.*`
  return unparseExpression(item.expression) + (item.alias === undefined ? '' : ` AS ${unparseIdentifier(item.alias)}`)
}

function unparseGrouping(element: GroupingElement): string {
  switch (element.kind) {
    case 'grouping-set': {
      const texts = element.expressions.map(unparseExpression).join(', ')
      return element.expressions.length === 1 ? texts : `(${texts})`
    }
    case 'rollup':
    case 'cube':
      return `${element.kind.toUpperCase()} (${element.sets.map(unparseGrouping).join(', ')})`
    case 'grouping-sets':
      return `GROUPING SETS (${element.elements.map(unparseGrouping).join(', ')})`
    default:
      return unreachable(element)
  }
}

/** Writes a hint block, or nothing. */
export function unparseHints(hints: readonly Hint[]): string[] {
  if (hints.length === 0) return []
  return [`/*+ ${hints.map(unparseHint).join(', ')} */`]
}

function unparseHint({ name, arguments: args }: Hint): string {
  const texts = args.map(({ key, value, quoted }) => {
    const text = quoted ? unparseString(value) : unparseBareArgument(value)
    return key === undefined ? text : `${unparseString(key)} = ${text}`
  })
  return unparseIdentifier(name) + (texts.length === 0 ? '' : `(${texts.join(', ')})`)
}

/** A number, a name or names with dots; what is none of them was one name in backticks. */
function unparseBareArgument(value: string): string {
  const isPlain = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) || value.split('.').every((part) => isPlainName(part))
  return isPlain ? value : '`' + value.replaceAll('`', '``') + '`'
}
