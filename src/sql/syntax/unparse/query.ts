import { unreachable } from '#base'
import type { GroupingElement, Query, QueryBody, Select, SelectItem, Star } from '../tree.ts'
import { unparseHints } from './hint.ts'
import { unparseIdentifier, unparseName, unparseNames } from './name.ts'
import { unparseTable } from './table.ts'
import { unparseOrder, unparseWindow } from './window.ts'
import type { Writer } from './writer.ts'

/** Writes a query; `separator` stands between its clauses, a line break or a blank. */
export function writeQuery(write: Writer, query: Query, separator: '\n' | ' ' = ' '): string {
  const parts: string[] = []
  if (query.with.length > 0) {
    const tables = query.with.map((table) => {
      const columns = table.columns.length === 0 ? '' : ' ' + unparseNames(table.columns)
      return `${unparseIdentifier(table.name)}${columns} AS (${write.query(table.query)})`
    })
    parts.push(`WITH ${tables.join(`,${separator}`)}`)
  }
  parts.push(unparseBody(write, query.body, separator))
  if (query.orderBy.length > 0) parts.push(`ORDER BY ${unparseOrder(write, query.orderBy)}`)
  if (query.limit !== undefined) parts.push(`LIMIT ${query.limit.text}`)
  if (query.offset !== undefined) parts.push(`OFFSET ${query.offset.text}`)
  return parts.join(separator)
}

function unparseBody(write: Writer, body: QueryBody, separator: '\n' | ' '): string {
  switch (body.kind) {
    case 'select':
      return unparseSelect(write, body, separator)
    case 'values':
      return `VALUES ${body.rows.map((each) => unparseRow(write, each)).join(', ')}`
    case 'explicit-table':
      return `TABLE ${unparseName(body.name)}`
    case 'query':
      return `(${write.query(body)})`
    case 'set-operation': {
      const operator = body.operator.toUpperCase() + (body.all ? ' ALL' : '')
      const inputs = body.inputs.map((input) =>
        input.kind === 'set-operation' ? `(${unparseBody(write, input, ' ')})` : unparseBody(write, input, separator),
      )
      return inputs.join(`${separator}${operator}${separator}`)
    }
    default:
      return unreachable(body)
  }
}

/** A lone row inside parentheses would be taken for the row of values itself. */
function unparseRow(write: Writer, row: Extract<QueryBody, { kind: 'values' }>['rows'][number]): string {
  const inside = `(${row.map(write.expression).join(', ')})`
  const isExplicit = row.length === 0 || (row.length === 1 && row[0]?.kind === 'row')
  return isExplicit ? `ROW${inside}` : inside
}

function unparseSelect(write: Writer, select: Select, separator: string): string {
  const head = ['SELECT', ...unparseHints(select.hints), ...(select.distinct ? ['DISTINCT'] : [])].join(' ')
  const parts = [`${head} ${select.items.map((each) => unparseItem(write, each)).join(', ')}`]
  if (select.from !== undefined) parts.push(`FROM ${unparseTable(write, select.from)}`)
  if (select.where !== undefined) parts.push(`WHERE ${write.expression(select.where)}`)
  if (select.groupBy !== undefined) parts.push(`GROUP BY ${select.groupBy.elements.map((each) => unparseGrouping(write, each)).join(', ')}`)
  if (select.having !== undefined) parts.push(`HAVING ${write.expression(select.having)}`)
  if (select.windows.length > 0) {
    const windows = select.windows.map(({ name, specification }) => `${unparseIdentifier(name)} AS ${unparseWindow(write, specification)}`)
    parts.push(`WINDOW ${windows.join(', ')}`)
  }
  if (select.qualify !== undefined) parts.push(`QUALIFY ${write.expression(select.qualify)}`)
  return parts.join(separator)
}

function unparseItem(write: Writer, item: SelectItem | Star): string {
  if (item.kind === 'star') return item.qualifier === undefined ? '*' : `${unparseName(item.qualifier)}.*`
  return write.expression(item.expression) + (item.alias === undefined ? '' : ` AS ${unparseIdentifier(item.alias)}`)
}

function unparseGrouping(write: Writer, element: GroupingElement): string {
  switch (element.kind) {
    case 'grouping-set': {
      const texts = element.expressions.map(write.expression).join(', ')
      return element.expressions.length === 1 ? texts : `(${texts})`
    }
    case 'rollup':
    case 'cube':
      return `${element.kind.toUpperCase()} (${element.sets.map((each) => unparseGrouping(write, each)).join(', ')})`
    case 'grouping-sets':
      return `GROUPING SETS (${element.elements.map((each) => unparseGrouping(write, each)).join(', ')})`
    default:
      return unreachable(element)
  }
}
