/** What a read request means to the generator: which fields it fills, and which kinds of event it keeps. */
import { assert } from '#base'
import type { ColumnCondition, ReadRequest } from '../connector.ts'
import { kindColumns } from './fields.ts'

export interface WantedEvents {
  /** Fields as `bid.price`, and `event_type`. A wanted row wants all of its fields. */
  readonly fields: ReadonlySet<string>
  /** Whether events of a kind can satisfy all conditions, by kind. */
  readonly kept: readonly boolean[]
}

export function deriveWanted(request: ReadRequest): WantedEvents {
  const fields = new Set<string>()
  for (const { kind, key, type } of request.columns) {
    assert(kind === 'physical', 'the generator has no metadata columns')
    if (type.kind !== 'row') fields.add(key)
    else for (const field of type.fields) fields.add(`${key}.${field.name}`)
  }
  const kept = kindColumns.map((_, kind) => request.conditions.every((condition) => isPossible(condition, kind)))
  return { fields, kept }
}

/** Whether a condition can hold for events of a kind. A field of another kind is NULL, and no comparison holds for NULL. */
function isPossible(condition: ColumnCondition, kind: number): boolean {
  if (condition.column !== 'event_type') return (condition.column.split('.')[0] ?? '') === kindColumns[kind]
  const values = condition.values.filter((value) => typeof value === 'number')
  const [value] = values
  switch (condition.operator) {
    case '=':
    case 'in':
      return values.includes(kind)
    case '<>':
      return value !== undefined && kind !== value
    case '<':
      return value !== undefined && kind < value
    case '<=':
      return value !== undefined && kind <= value
    case '>':
      return value !== undefined && kind > value
    case '>=':
      return value !== undefined && kind >= value
  }
}
