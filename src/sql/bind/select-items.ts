/** The SELECT list: what is selected, and under which names. */
import { suggestion, type TextPosition } from '#base'
import type { Expression } from '#plan'
import { sqlErrors } from '../errors.ts'
import { nameText } from '../syntax/tree/name.ts'
import type * as tree from '../syntax/tree.ts'
import { callOf, typeText } from './call.ts'
import { integerConstant } from './literals.ts'
import type { Place } from './place.ts'
import { keyOf } from './same.ts'
import { findTable, isColumn, type ScopeColumn } from './scope.ts'

export interface Item {
  /** As people can refer to it; null for an expression without AS. */
  readonly name: string | null
  readonly value: Expression
  readonly position: TextPosition
}

/** Binds every item; the errors of all of them are found in one go. */
export function bindItems(select: tree.Select, place: Place): Item[] {
  return place.context
    .all(select.items.map((item) => () => (item.kind === 'star' ? bindStar(item, place) : [bindItem(item, place)])))
    .flat()
}

function bindItem({ expression, alias, position }: tree.SelectItem, place: Place): Item {
  return { name: alias?.text ?? impliedName(expression), value: place.bind(expression), position }
}

function impliedName(expression: tree.Expression): string | null {
  return expression.kind === 'column-reference' ? (expression.parts.at(-1)?.text ?? null) : null
}

function bindStar(star: tree.Star, place: Place): Item[] {
  const { qualifier, position } = star
  const { scope } = place
  if (qualifier === undefined) {
    if (scope.star.length === 0) throw sqlErrors.SQL_STAR_WITHOUT_FROM({}, { position })
    return columnItems(scope.star, star, place)
  }
  const table = findTable(scope, qualifier.parts)
  if (table !== null) return columnItems(table.columns, star, place)
  if (isColumn(scope, qualifier.parts)) return fieldItems(qualifier, star, place)
  const alias = nameText(qualifier)
  const known = scope.tables.map((each) => each.alias)
  throw sqlErrors.SQL_ALIAS_NOT_FOUND({ alias }, { position: qualifier.position, ...suggestion(alias, known, 'tables of this query') })
}

function columnItems(columns: readonly ScopeColumn[], star: tree.Star, place: Place): Item[] {
  return columns.map(({ name, column }): Item => {
    const value = place.context.remember<Expression>({ kind: 'column', name: column.name, type: column.type }, star)
    return { name, value, position: star.position }
  })
}

/** `address.*`: the fields of a row. */
function fieldItems({ parts, position: start }: tree.Name, star: tree.Star, place: Place): Item[] {
  const row = place.bind({ kind: 'column-reference', parts, position: start })
  const { position } = star
  if (row.type.kind !== 'row') throw sqlErrors.SQL_FIELD_OF_PLAIN_TYPE({ type: typeText(row) }, { position })
  return row.type.fields.map(({ name }, index): Item => {
    const value = place.context.remember(callOf('FIELD', [row, integerConstant(index)], position), star)
    return { name, value, position }
  })
}

/** The names of the result's columns: those without one are called after their place, as in Flink. */
export function itemNames(items: readonly Item[]): string[] {
  return items.map(({ name }, index) => name ?? `EXPR$${index}`)
}

/** Names for things that are items of their own, by the column that stands for them or by what they are. */
export function wishesOf(items: readonly Item[]): Map<string, string> {
  const wishes = new Map<string, string>()
  const names = itemNames(items)
  for (const [index, { value }] of items.entries()) {
    const key = value.kind === 'column' ? value.name : keyOf(value)
    const name = names[index]
    if (name !== undefined && !wishes.has(key)) wishes.set(key, name)
  }
  return wishes
}
