/**
 * Session windows whose rows are not aggregated at once: which session a row belongs to is known when the session ends, so the rows of
 * a session are collected and given out then.
 */
import type { DataType, Vector } from '#data'
import { type Output, SessionAggregate, Unnest } from '#dataflow'
import { columnOf, type NamedExpression, referTo, schemaOf, type Window, type WindowShape } from '#plan'
import { elementLister } from './elements.ts'
import type { Lowering } from './lowering.ts'
import { InputPort, Reorder } from './ports.ts'
import { clockOf, timedPort } from './window-aggregate.ts'

export function lowerSessionRows(
  window: Window,
  { partitionBy, gapMs }: Extract<WindowShape, { kind: 'session' }>,
  output: Output,
  lowering: Lowering,
): void {
  const { input, time } = window
  const schema = schemaOf(input)
  const types = schema.map((column) => column.type)
  const rowsType: DataType = { kind: 'array', element: { kind: 'row', fields: schema, nullable: false }, nullable: true }
  const keys = partitionBy.length
  const keyTypes = partitionBy.map((name) => columnOf(input, name).type)
  const lead = [...partitionBy, time].map((name): NamedExpression => ({ name: `\u0000${name}`, value: referTo(columnOf(input, name)) }))
  const columns = [...lead, ...schema.map((column): NamedExpression => ({ name: column.name, value: referTo(column) }))]
  const collected = {
    kind: 'list',
    arguments: types,
    result: rowsType,
    distinct: false,
    retracts: !lowering.isAppendOnly(input),
    keepsNulls: true,
    finish: (rows: readonly (readonly unknown[])[]) => [...rows],
  } as const
  // Behind the keys come the three bounds, then the rows.
  const bounds = [keys, keys + 1, keys + 2]
  const list = elementLister(rowsType, types, false)
  const boundsLast = [...types.map((_, place) => bounds.length + place), ...bounds.keys()]
  const unnest = new Unnest(
    { elementsOf: (batch) => list(batch.columns[keys + bounds.length] as Vector, batch.length), keepsEmpty: false, kept: bounds },
    new Reorder(boundsLast, output),
  )
  const shape = {
    keys: keyTypes,
    time: keys,
    gapMs,
    measures: [{ aggregate: collected, arguments: schema.map((_, place) => lead.length + place), filter: null }],
    clock: clockOf(window, lowering),
    ...lowering.takesLate(
      window,
      columns.map(({ name, value }) => ({ name: name.replace('\u0000', ''), type: value.type })),
      keys,
    ),
  }
  const keyed = { types: keyTypes, places: [...keyTypes.keys()] }
  const operator = lowering.sharded([keyed], new InputPort(unnest), (to) => new SessionAggregate(shape, to))
  lowering.countLate(operator)
  const held = lowering.byKeys(keyTypes, [...keyTypes.keys()], new InputPort(lowering.keep(window, operator)), output)
  const port = timedPort(window, keys, held, lowering)
  lowering.attach({ kind: 'project', input, columns }, port)
}
