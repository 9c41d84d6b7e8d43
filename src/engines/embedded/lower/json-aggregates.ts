/** JSON_OBJECTAGG and JSON_ARRAYAGG: what is made of the values of a group. */
import { assert } from '#base'
import type { Measure } from '#plan'
import { jsonValueOf } from '../functions/json-build.ts'
import { type JsonValue, writeJson } from '../functions/json-text.ts'

type Finish = (tuples: readonly (readonly unknown[])[]) => string

/** How many arguments stand before those of the rows: what NULL becomes, and whether the value is JSON already. */
export const jsonModeLength = 2

export function isJsonAggregate({ function: name }: Measure): boolean {
  return name === 'JSON_OBJECTAGG' || name === 'JSON_ARRAYAGG'
}

export function jsonObjectFinish(measure: Measure): Finish {
  const { absent, toJson } = modeOf(measure, 1)
  return (tuples) => {
    const fields = new Map<string, JsonValue>()
    for (const [key, value] of tuples) {
      const json = toJson(value)
      if (json !== null || !absent) fields.set(String(key), json)
    }
    return writeJson(fields)
  }
}

export function jsonArrayFinish(measure: Measure): Finish {
  const { absent, toJson } = modeOf(measure, 0)
  return (tuples) => {
    const items = tuples.map(([value]) => toJson(value))
    return writeJson(absent ? items.filter((item) => item !== null) : items)
  }
}

function modeOf({ arguments: args }: Measure, valuePlace: number): { absent: boolean; toJson: ReturnType<typeof jsonValueOf> } {
  const [onNull, forms] = args
  assert(onNull?.kind === 'literal' && forms?.kind === 'literal', 'JSON aggregates begin with their clauses')
  return { absent: onNull.value === 'ABSENT', toJson: jsonValueOf(String(forms.value), args[jsonModeLength + valuePlace]?.type) }
}
