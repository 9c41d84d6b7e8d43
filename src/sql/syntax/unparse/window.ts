import { unreachable } from '#base'
import type { FrameBound, OrderItem, WindowSpecification } from '../tree.ts'
import { unparseIdentifier, words } from './name.ts'
import type { Writer } from './writer.ts'

export function unparseOrder(write: Writer, items: readonly OrderItem[]): string {
  return items
    .map(({ expression, direction, nulls }) => {
      return words(write.expression(expression), direction === 'desc' && 'DESC', nulls && `NULLS ${nulls.toUpperCase()}`)
    })
    .join(', ')
}

/** Writes a window in its parentheses. */
export function unparseWindow(write: Writer, { base, partitionBy, orderBy, frame }: WindowSpecification): string {
  const inside = words(
    base && unparseIdentifier(base),
    partitionBy.length > 0 && `PARTITION BY ${partitionBy.map(write.expression).join(', ')}`,
    orderBy.length > 0 && `ORDER BY ${unparseOrder(write, orderBy)}`,
    frame && `${frame.unit.toUpperCase()} BETWEEN ${bound(write, frame.start)} AND ${bound(write, frame.end)}`,
  )
  return `(${inside})`
}

function bound(write: Writer, { bound: kind, offset }: FrameBound): string {
  switch (kind) {
    case 'unbounded-preceding':
      return 'UNBOUNDED PRECEDING'
    case 'unbounded-following':
      return 'UNBOUNDED FOLLOWING'
    case 'current-row':
      return 'CURRENT ROW'
    case 'preceding':
    case 'following':
      return words(offset && write.operand(offset), kind.toUpperCase())
    default:
      return unreachable(kind)
  }
}
