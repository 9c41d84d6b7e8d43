/** Functions that choose among their arguments, or judge what a text holds. */
import { castFunction, comparator, type DataType, familyOf, sameType, type TypeFamily } from '#data'
import { comparedEquality } from './comparison.ts'
import type { CallShape, Evaluation } from './evaluation.ts'

export const conditionalEvaluations = {
  COALESCE: () => firstKnown,
  IFNULL: () => firstKnown,
  IF: () => (condition: boolean | null, then: unknown, otherwise: unknown) => (condition === true ? then : otherwise),
  NULLIF: nullIf,
  GREATEST: (shape) => extreme(shape, 1),
  LEAST: (shape) => extreme(shape, -1),
  IS_ALPHA: (shape) => textTest(shape, [], (text) => /^\p{L}+$/u.test(text)),
  IS_DIGIT: (shape) => textTest(shape, ['integer'], (text) => /^\p{Nd}+$/u.test(text)),
  IS_DECIMAL: (shape) => textTest(shape, ['integer', 'decimal', 'approximate'], isJavaDouble),
} satisfies Record<string, Evaluation>

function firstKnown(...values: unknown[]): unknown {
  for (const value of values) if (value !== null) return value
  return null
}

/** Both are compared in their common type, while the result is in the type of the first. */
function nullIf(shape: CallShape): (value: unknown, other: unknown) => unknown {
  const [type] = shape.arguments
  const same = type === undefined ? () => false : comparedEquality(type)
  const back = type === undefined || sameType(type, shape.result, true) ? undefined : castFunction(type, shape.result, shape.session)
  return (value, other) => {
    if (value === null || (other !== null && same(value, other))) return null
    return back === undefined ? value : back(value)
  }
}

function extreme({ arguments: [type] }: CallShape, sign: number): (...values: unknown[]) => unknown {
  const compare = comparator(type as DataType)
  return (...values) => values.reduce((best, value) => (compare(value, best) * sign > 0 ? value : best))
}

/** Numbers are judged by their type alone, and NULL among them as well; NULL of a text fails. */
function textTest(
  { arguments: [type] }: CallShape,
  families: readonly TypeFamily[],
  test: (text: string) => boolean,
): (value: unknown) => boolean {
  const family = type === undefined ? 'null' : familyOf(type)
  if (family === 'text') return (value) => typeof value === 'string' && test(value)
  const passes = families.includes(family)
  return () => passes
}

/** What Java's Double.valueOf reads, save for hexadecimal numbers; it ignores all characters up to the space at both ends. */
function isJavaDouble(text: string): boolean {
  return /^[^!-\uffff]*[-+]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?[fFdD]?)[^!-\uffff]*$/.test(text)
}
