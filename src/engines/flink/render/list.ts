/** The list of a SELECT, chosen anew by a projection above it. */
import type { Expression } from '#plan'
import { renderErrors } from './errors.ts'
import type { Names } from './expression.ts'
import type { Cut, Item, Select } from './shape.ts'

/** Columns that a projection hands on, with their names above and below it. */
export type Passed = readonly (readonly [name: string, from: string])[]

/** The SELECT with other items of its list, under other names; null where that would change its rows. */
export function picked(select: Select, passed: Passed): Select | null {
  const byName = new Map(select.list.map((item) => [item.name, item]))
  const isWhole = select.list.every(({ name }) => passed.some(([, from]) => from === name))
  if (select.distinct && !isWhole) return null
  const orderNames = select.cut?.orderBy.flatMap(({ column }) => column ?? []) ?? []
  const list = passed.flatMap(([name, from]): Item[] => {
    const item = byName.get(from)
    return item === undefined ? [] : [{ name, text: item.text }]
  })
  const renames = passed.some(([name, from]) => name !== from)
  if (list.length < passed.length || (renames && orderNames.length > 0)) return null
  const isConfused = orderNames.some((column) => !list.some(({ name }) => name === column) && (select.groupBy !== null || select.distinct))
  return isConfused ? null : { ...select, list }
}

/** The keys of an order in a query around: columns of the list under their names there, others as columns of what stands in FROM. */
export function reordered(orderBy: Cut['orderBy'], passed: Passed, names: Names): Cut['orderBy'] {
  return orderBy.map(({ column, words }) => {
    if (column === null)
      throw renderErrors.ENGINE_FLINK_RENDER_RELATION({ relation: 'sort', reason: 'its key is not among the columns above it' })
    const own = passed.find(([, from]) => from === column)?.[0]
    return own === undefined ? { column: null, text: names.column(column), words } : { column: own, text: '', words }
  })
}

export function readsNothing(expression: Expression): boolean {
  return (
    expression.kind === 'literal' ||
    (expression.kind === 'cast' && readsNothing(expression.value)) ||
    (expression.kind === 'call' && expression.arguments.every(readsNothing))
  )
}
