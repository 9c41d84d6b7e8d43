/** Window table functions: TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' MINUTE)) and its siblings. */
import { type Relation, schemaOf } from '#plan'
import { sqlErrors } from '../errors.ts'
import { isExpression } from '../syntax/tree/call.ts'
import type * as tree from '../syntax/tree.ts'
import type { BindContext, Rows, Surroundings } from './context.ts'
import { columnNamed, namesOf, uniqueName } from './names.ts'
import { Place } from './place.ts'
import { columnSuggestion } from './scope.ts'
import { argumentsByName, bindTableArgument, type TableInput, type TableUser } from './table-argument.ts'
import { checkTimeColumn } from './time-column.ts'
import { type Length, lengthOf, shapeOf, type WindowName, windowParameters } from './window-shape.ts'

export function windowNameOf(call: tree.Call): WindowName | null {
  const name = call.name.parts.length === 1 ? call.name.parts[0]?.text.toUpperCase() : undefined
  return name === 'TUMBLE' || name === 'HOP' || name === 'CUMULATE' || name === 'SESSION' ? name : null
}

/** The rows of the table, each in its windows, with the columns window_start, window_end and window_time. */
export function bindWindowFunction(call: tree.Call, name: WindowName, surroundings: Surroundings, context: BindContext): Rows {
  const user: TableUser = { name, usage: usageOf(name), parameters: ['DATA', 'TIMECOL', ...windowParameters[name]] }
  const args = argumentsByName(call, user)
  const data = args?.get('DATA')
  const timeColumn = args?.get('TIMECOL')
  if (args === null || data === undefined || timeColumn === undefined) throw argumentCount(call, name)
  const table = tableOf(data, user, surroundings, context)
  const time = timeOf(timeColumn, table, name)
  const place = new Place(context, table.scope, { clause: `the arguments of ${name}` })
  const lengths = new Map<string, Length>()
  for (const parameter of windowParameters[name]) {
    const argument = args.get(parameter)
    if (argument !== undefined) lengths.set(parameter, lengthOf(asExpression(argument, parameter), parameter, place))
    else if (parameter !== 'OFFSET') throw argumentCount(call, name)
  }
  const shape = shapeOf(name, lengths, table.partitionBy)
  return windowed(
    table.rows,
    (start, end, timeName): Relation =>
      context.placed({ kind: 'window', input: table.rows.relation, time, shape, start, end, timeName }, [call.position]),
  )
}

function windowed(rows: Rows, build: (start: string, end: string, timeName: string) => Relation): Rows {
  const taken = namesOf(schemaOf(rows.relation))
  const [start = '', end = '', time = ''] = ['window_start', 'window_end', 'window_time'].map((name) => uniqueName(name, taken))
  const relation = build(start, end, time)
  const added = schemaOf(relation).slice(-3)
  const names = ['window_start', 'window_end', 'window_time']
  return { relation, columns: [...rows.columns, ...added.map((column, index) => ({ name: names[index] ?? column.name, column }))] }
}

function usageOf(name: WindowName): string {
  const lengths = windowParameters[name].filter((parameter) => parameter !== 'OFFSET').map((parameter) => parameter.toLowerCase())
  return `TABLE(${name}(TABLE t, DESCRIPTOR(time_column), ${lengths.join(', ')}))`
}

function argumentCount(call: tree.Call, name: WindowName): Error {
  const count = windowParameters[name].filter((parameter) => parameter !== 'OFFSET').length + 2
  const expected = name === 'SESSION' ? `${count} arguments` : `${count} or ${count + 1} arguments`
  return sqlErrors.SQL_ARGUMENT_COUNT(
    { function: name, expected, got: call.arguments.length },
    { position: call.position, hint: `Write ${usageOf(name)}.` },
  )
}

interface WindowedTable extends Omit<TableInput, 'partitionBy'> {
  readonly partitionBy: readonly string[]
}

function tableOf(argument: tree.Argument, user: TableUser, surroundings: Surroundings, context: BindContext): WindowedTable {
  const { rows, scope, partitionBy } = bindTableArgument(argument, user, surroundings, context)
  if (partitionBy.length > 0 && user.name !== 'SESSION') {
    throw sqlErrors.SQL_WINDOW_PARTITION({ function: user.name }, { position: partitionBy[0]?.position })
  }
  const place = new Place(context, scope, { clause: 'PARTITION BY' })
  const keys = partitionBy.map((node) => {
    const key = place.bind(node)
    if (key.kind === 'column') return key.name
    throw sqlErrors.SQL_COLUMN_EXPECTED({ clause: 'PARTITION BY' }, { position: node.position, hint: 'Compute it in a subquery first.' })
  })
  return { rows, scope, partitionBy: keys }
}

/** The plan's name of the column that DESCRIPTOR names. */
function timeOf(argument: tree.Argument, { rows }: WindowedTable, name: WindowName): string {
  if (argument.kind !== 'descriptor' || argument.columns.length !== 1) {
    throw sqlErrors.SQL_DESCRIPTOR_EXPECTED({ function: name }, { position: argument.position, hint: `Write ${usageOf(name)}.` })
  }
  const [wanted] = argument.columns
  const text = wanted?.text ?? ''
  const position = wanted?.position ?? argument.position
  const found = rows.columns.find((column) => column.name === text)
  if (found === undefined) {
    const known = rows.columns.map((column) => column.name)
    throw sqlErrors.SQL_COLUMN_NOT_FOUND({ column: text, owner: `the table of ${name}` }, { position, ...columnSuggestion(text, known) })
  }
  const column = columnNamed(rows.relation, found.column.name) ?? found.column
  checkTimeColumn(column, text, `The window ${name}`, position)
  return column.name
}

function asExpression(argument: tree.Argument, parameter: string): tree.Expression {
  if (isExpression(argument)) return argument
  throw sqlErrors.SQL_WINDOW_LENGTH({ parameter, expected: "an interval such as INTERVAL '10' MINUTE" }, { position: argument.position })
}
