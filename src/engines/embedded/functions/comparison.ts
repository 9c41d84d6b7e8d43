/** Comparisons. Both sides are of one type by then, see plan/functions/comparison.ts. */
import { comparator, type DataType, equality } from '#data'
import type { CallShape, Evaluation } from './evaluation.ts'

export const comparisonEvaluations = {
  '=': (shape) => equalityOf(shape),
  '<>': (shape) => {
    const same = equalityOf(shape)
    return (a, b) => !same(a, b)
  },
  '<': (shape) => ordering(shape, (order) => order < 0),
  '<=': (shape) => ordering(shape, (order) => order <= 0),
  '>': (shape) => ordering(shape, (order) => order > 0),
  '>=': (shape) => ordering(shape, (order) => order >= 0),
  'IS DISTINCT FROM': (shape) => {
    const same = equalityOf(shape)
    return (a, b) => (a === null || b === null ? a !== b : !same(a, b))
  },
  'IS NOT DISTINCT FROM': (shape) => {
    const same = equalityOf(shape)
    return (a, b) => (a === null || b === null ? a === b : same(a, b))
  },
  'IS NULL': () => (value) => value === null,
  'IS NOT NULL': () => (value) => value !== null,
  IN: (shape) => membership(shape),
} satisfies Record<string, Evaluation>

function equalityOf({ arguments: [type] }: CallShape): (a: unknown, b: unknown) => boolean {
  return type === undefined ? () => false : comparedEquality(type)
}

/** Equality as `=` has it: NaN equals nothing, while in keys and DISTINCT it equals itself. */
export function comparedEquality(type: DataType): (a: unknown, b: unknown) => boolean {
  return type.kind === 'double' || type.kind === 'float' ? (a, b) => a === b : equality(type)
}

/** Nothing is less or more than NaN. */
function ordering({ arguments: [type] }: CallShape, holds: (order: number) => boolean): (a: unknown, b: unknown) => boolean {
  if (type === undefined) return () => false
  if (type.kind === 'double' || type.kind === 'float') return (a, b) => holds(orderOf(a as number, b as number))
  const compare = comparator(type)
  return (a, b) => holds(compare(a, b))
}

function orderOf(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : a === b ? 0 : Number.NaN
}

/** Constants that a Set can find are looked up in one step, whatever their number. */
function membership(shape: CallShape): (value: unknown, ...list: unknown[]) => boolean | null {
  const same = equalityOf(shape)
  const constants = shape.constants.slice(1)
  if (constants.every((value) => value !== undefined && (value === null || typeof value !== 'object'))) {
    const known = new Set(constants)
    const otherwise = known.delete(null) ? null : false
    return (value) => (value === null ? null : known.has(value) && !Number.isNaN(value) ? true : otherwise)
  }
  return (value, ...list) => {
    if (value === null) return null
    if (list.some((item) => item !== null && same(value, item))) return true
    return list.includes(null) ? null : false
  }
}
