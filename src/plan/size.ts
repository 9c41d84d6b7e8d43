/**
 * How large expressions are. Whoever walks one walks a part as often as it stands there, and by recursion, so that the size bounds the
 * time and the depth the stack that any step of the road can take.
 */
import type { Expression } from './plan.ts'
import { partsOf } from './visit.ts'

interface Size {
  /** The expression and everything in it; a part that stands there twice counts twice. */
  readonly parts: number
  readonly levels: number
}

/** Deeper expressions are not walked: one that was written is refused, one that a rule would make is not made. */
export const levelsMax = 500

const measured = new WeakMap<Expression, Size>()

/** Measured once per object. */
export function sizeOf(expression: Expression): Size {
  const known = measured.get(expression)
  if (known !== undefined) return known
  let parts = 1
  let levels = 0
  for (const part of partsOf(expression)) {
    const size = sizeOf(part)
    parts += size.parts
    levels = Math.max(levels, size.levels)
  }
  const size = { parts, levels: levels + 1 }
  measured.set(expression, size)
  return size
}

/** Whether an expression has more than `partsMax` parts or is nested too deep. */
export function isLargerThan(expression: Expression, partsMax: number): boolean {
  const { parts, levels } = sizeOf(expression)
  return parts > partsMax || levels > levelsMax
}
