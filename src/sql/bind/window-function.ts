/** Window table functions: TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' MINUTE)) and its siblings. */
import { suggestion } from '#base'
import { type Relation, schemaOf } from '#plan'
import { sqlErrors } from '../errors.ts'
import { isExpression } from '../syntax/tree/call.ts'
import type * as tree from '../syntax/tree.ts'
import { unparseExpression } from '../syntax/unparse/expression.ts'
import { type BindContext, type Rows, type Surroundings, scopeOfRows } from './context.ts'
import { columnNamed, namesOf, uniqueName } from './names.ts'
import { Place } from './place.ts'
import { columnSuggestion, type Scope, tableScope } from './scope.ts'
import { rowsNamed } from './tables.ts'
import { checkTimeColumn } from './time-column.ts'
import { type Length, lengthOf, shapeOf, type WindowName, windowParameters } from './window-shape.ts'

export function windowNameOf(call: tree.Call): WindowName | null {
  const name = call.name.parts.length === 1 ? call.name.parts[0]?.text.toUpperCase() : undefined
  return name === 'TUMBLE' || name === 'HOP' || name === 'CUMULATE' || name === 'SESSION' ? name : null
}

/** The rows of the table, each in its windows, with the columns window_start, window_end and window_time. */
export function bindWindowFunction(call: tree.Call, name: WindowName, surroundings: Surroundings, context: BindContext): Rows {
  const args = namedArguments(call, name)
  const data = args.get('DATA')
  const timeColumn = args.get('TIMECOL')
  if (data === undefined || timeColumn === undefined) throw argumentCount(call, name)
  const table = tableOf(data, name, surroundings, context)
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
    (start, end, timeName): Relation => ({ kind: 'window', input: table.rows.relation, time, shape, start, end, timeName }),
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

/** Arguments by the name of their parameter, whether they were given by name or in order. */
function namedArguments(call: tree.Call, name: WindowName): Map<string, tree.Argument> {
  const parameters = ['DATA', 'TIMECOL', ...windowParameters[name]]
  const args = new Map<string, tree.Argument>()
  for (const [index, argument] of call.arguments.entries()) {
    if (argument.kind === 'named-argument') {
      const parameter = argument.name.text.toUpperCase()
      if (!parameters.includes(parameter)) {
        const extras = suggestion(parameter, parameters, 'parameters')
        throw sqlErrors.SQL_PARAMETER_NOT_FOUND(
          { parameter: argument.name.text, function: name },
          { position: argument.name.position, ...extras },
        )
      }
      args.set(parameter, argument.value)
      continue
    }
    const parameter = parameters[index]
    if (parameter === undefined) throw argumentCount(call, name)
    args.set(parameter, argument)
  }
  return args
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

interface TableInput {
  readonly rows: Rows
  readonly scope: Scope
  readonly partitionBy: readonly string[]
}

function tableOf(argument: tree.Argument, name: WindowName, surroundings: Surroundings, context: BindContext): TableInput {
  const { commonTables } = surroundings
  const inner: Surroundings = { outer: null, commonTables, isInner: true, correlation: null }
  if (argument.kind === 'subquery') {
    const rows = context.steps.query(argument.query, inner, context)
    return { rows, scope: scopeOfRows(rows), partitionBy: [] }
  }
  if (argument.kind !== 'table-argument') {
    const hint = argument.kind === 'column-reference' ? `Write TABLE ${unparseExpression(argument)}.` : `Write ${usageOf(name)}.`
    throw sqlErrors.SQL_TABLE_ARGUMENT({ function: name }, { position: argument.position, hint })
  }
  const { table } = argument
  const rows = table.kind === 'name' ? rowsNamed(table, {}, commonTables, context) : context.steps.query(table, inner, context)
  const scope =
    table.kind === 'name'
      ? tableScope(
          table.parts.at(-1)?.text ?? '',
          table.parts.map((part) => part.text),
          rows.columns,
        )
      : scopeOfRows(rows)
  if (argument.partitionBy.length > 0 && name !== 'SESSION') {
    throw sqlErrors.SQL_WINDOW_PARTITION({ function: name }, { position: argument.partitionBy[0]?.position })
  }
  const place = new Place(context, scope, { clause: 'PARTITION BY' })
  const partitionBy = argument.partitionBy.map((node) => {
    const key = place.bind(node)
    if (key.kind === 'column') return key.name
    throw sqlErrors.SQL_COLUMN_EXPECTED({ clause: 'PARTITION BY' }, { position: node.position, hint: 'Compute it in a subquery first.' })
  })
  return { rows, scope, partitionBy }
}

/** The plan's name of the column that DESCRIPTOR names. */
function timeOf(argument: tree.Argument, { rows }: TableInput, name: WindowName): string {
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
