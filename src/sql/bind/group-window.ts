/**
 * The group windows of old, rewritten to what replaced them: GROUP BY TUMBLE(ts, size) becomes a window relation whose bounds are
 * grouped by, and TUMBLE_START(ts, size) is the column of a bound.
 */

import { type Column, withNullable } from '#data'
import { type Expression, type Relation, schemaOf, type WindowShape, windowBoundType } from '#plan'
import { sqlErrors } from '../errors.ts'
import { isExpression } from '../syntax/tree/call.ts'
import type * as tree from '../syntax/tree.ts'
import type { BindContext } from './context.ts'
import { auxiliaryOf, isGroupWindow } from './group-window-names.ts'
import { columnNamed, namesOf, uniqueName } from './names.ts'
import type { Place } from './place.ts'
import { syntaxKey } from './same.ts'
import { checkTimeColumn } from './time-column.ts'
import { type Length, lengthOf, shapeOf, windowParameters } from './window-shape.ts'

export interface GroupWindow {
  readonly node: tree.Call
  readonly name: 'TUMBLE' | 'HOP' | 'SESSION'
  readonly time: Column
  readonly shape: WindowShape
  /** Names of the added columns. */
  readonly start: string
  readonly end: string
  readonly timeName: string
}

/** The window among the grouping expressions, or null. */
export function findGroupWindow(groupBy: tree.GroupBy, relation: Relation, place: Place): GroupWindow | null {
  const nodes = groupBy.elements.flatMap(expressionsIn).filter(isWindowCall)
  const [node] = nodes
  if (node === undefined) return null
  const other = nodes.find((each) => syntaxKey(each) !== syntaxKey(node))
  if (other !== undefined) throw sqlErrors.SQL_NOT_SUPPORTED({ what: 'grouping by two windows' }, { position: other.position })
  const name = node.name.parts[0]?.text.toUpperCase() ?? ''
  return isGroupWindow(name) ? bindGroupWindow(node, name, relation, place) : null
}

function expressionsIn(element: tree.GroupingElement): readonly tree.Expression[] {
  switch (element.kind) {
    case 'grouping-set':
      return element.expressions
    case 'grouping-sets':
      return element.elements.flatMap(expressionsIn)
    default:
      return element.sets.flatMap((set) => set.expressions)
  }
}

function isWindowCall(node: tree.Expression): node is tree.Call {
  return node.kind === 'call' && node.name.parts.length === 1 && isGroupWindow(node.name.parts[0]?.text.toUpperCase() ?? '')
}

function bindGroupWindow(node: tree.Call, name: GroupWindow['name'], relation: Relation, place: Place): GroupWindow {
  const [timeNode, ...lengthNodes] = node.arguments
  const parameters = windowParameters[name].filter((parameter) => parameter !== 'OFFSET')
  if (timeNode?.kind !== 'column-reference' || lengthNodes.length !== parameters.length) {
    const usage = `${name}(time_column, ${parameters.map((parameter) => parameter.toLowerCase()).join(', ')})`
    const expected = `${parameters.length + 1} arguments`
    throw sqlErrors.SQL_ARGUMENT_COUNT(
      { function: name, expected, got: node.arguments.length },
      { position: node.position, hint: `Write GROUP BY ${usage}.` },
    )
  }
  const time = place.bind(timeNode)
  const written = timeNode.parts.at(-1)?.text ?? ''
  const column = time.kind === 'column' ? columnNamed(relation, time.name) : undefined
  if (column === undefined) throw sqlErrors.SQL_TIME_COLUMN_NEEDED({ column: written }, { position: timeNode.position })
  checkTimeColumn(column, written, `The window ${name}`, timeNode.position)
  const lengths = new Map<string, Length>()
  for (const [index, parameter] of parameters.entries()) {
    const length = lengthNodes[index]
    if (length === undefined || !isExpression(length))
      throw sqlErrors.SQL_WINDOW_LENGTH({ parameter, expected: 'an interval' }, { position: node.position })
    lengths.set(parameter, lengthOf(length, parameter, place))
  }
  const taken = namesOf(schemaOf(relation))
  const [start, end, timeName] = ['window_start', 'window_end', 'window_time'].map((each) => uniqueName(each, taken))
  return { node, name, time: column, shape: shapeOf(name, lengths, []), start: start ?? '', end: end ?? '', timeName: timeName ?? '' }
}

/** What is grouped by in the place of the window: its bounds and its time. */
export function windowKeys(window: GroupWindow): Expression[] {
  return [
    boundReference(window.start),
    boundReference(window.end),
    { kind: 'column', name: window.timeName, type: withNullable(window.time.type, false) },
  ]
}

function boundReference(name: string): Expression {
  return { kind: 'column', name, type: windowBoundType }
}

/** TUMBLE_START and its siblings, when they speak of this window. */
export function windowAuxiliary(window: GroupWindow | null, name: string, call: tree.Call): Expression | null {
  const auxiliary = auxiliaryOf(name)
  if (window === null || auxiliary === null || auxiliary.window !== window.name) return null
  const same = call.arguments.length === window.node.arguments.length && syntaxKey(call.arguments) === syntaxKey(window.node.arguments)
  if (!same) return null
  const [start, end, time] = windowKeys(window)
  const isEvent = window.time.role !== 'processing-time'
  switch (auxiliary.part) {
    case 'START':
      return start ?? null
    case 'END':
      return end ?? null
    case 'ROWTIME':
      return isEvent ? (time ?? null) : null
    case 'PROCTIME':
      return isEvent ? null : (time ?? null)
  }
}

/** The relation with its rows in windows; the sessions of old are those of each group. */
export function withGroupWindow(context: BindContext, relation: Relation, window: GroupWindow, otherKeys: readonly string[]): Relation {
  const shape = window.shape.kind === 'session' ? { ...window.shape, partitionBy: otherKeys } : window.shape
  const { start, end, timeName } = window
  const windowed: Relation = { kind: 'window', input: relation, time: window.time.name, shape, start, end, timeName }
  return context.placed(windowed, [window.node.position])
}
