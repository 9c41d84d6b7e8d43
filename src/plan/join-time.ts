/**
 * Recognises the joins whose condition bounds time, so that they need not keep their rows for good: window joins, and interval joins
 * such as `l.ts BETWEEN r.ts - INTERVAL '1' HOUR AND r.ts`.
 */
import type { ColumnRole, Schema } from '#data'
import type { Expression, Join, JoinKey } from './plan.ts'

export type JoinTime =
  /** Both sides stand in the same window: the names of its bounds on each side. */
  | { readonly kind: 'window'; readonly left: WindowBounds; readonly right: WindowBounds }
  /** left − right lies between `fromMs` and `toMs`, both included; `rest` is the condition without these comparisons. */
  | {
      readonly kind: 'interval'
      readonly left: string
      readonly right: string
      readonly role: 'event-time' | 'processing-time'
      readonly fromMs: number
      readonly toMs: number
      readonly rest: Expression | null
    }
interface WindowBounds {
  readonly start: string
  readonly end: string
}

/** How a join bounds time; null for a join that does not. */
export function joinTimeOf(join: Join, left: Schema, right: Schema): JoinTime | null {
  return windowOf(join, left, right) ?? intervalOf(join, left, right)
}

function windowOf(join: Join, left: Schema, right: Schema): JoinTime | null {
  const pair = (role: ColumnRole) => join.equal.find((key) => roleIn(left, key.left) === role && roleIn(right, key.right) === role)
  const start = pair('window-start')
  const end = pair('window-end')
  if (start === undefined || end === undefined) return null
  return { kind: 'window', left: { start: start.left, end: end.left }, right: { start: start.right, end: end.right } }
}

function roleIn(schema: Schema, name: string): ColumnRole | undefined {
  return schema.find((column) => column.name === name)?.role
}

/** A column plus a constant number of milliseconds. */
interface TimePoint {
  readonly name: string
  readonly side: 'left' | 'right'
  readonly role: 'event-time' | 'processing-time'
  readonly plusMs: number
}

function intervalOf(join: Join, left: Schema, right: Schema): JoinTime | null {
  const bounds = join.equal.flatMap((key) => equalTimes(key, left, right) ?? [])
  const rest: Expression[] = []
  for (const part of conjunctsOf(join.condition)) {
    const bound = boundOf(part, left, right)
    const [first] = bounds
    if (bound !== null && (first === undefined || (first.left === bound.left && first.right === bound.right))) bounds.push(bound)
    else rest.push(part)
  }
  const [first] = bounds
  if (first === undefined) return null
  const fromMs = Math.max(...bounds.map((bound) => bound.fromMs))
  const toMs = Math.min(...bounds.map((bound) => bound.toMs))
  if (!Number.isFinite(fromMs) || !Number.isFinite(toMs)) return null
  const { left: leftName, right: rightName, role } = first
  return { kind: 'interval', left: leftName, right: rightName, role, fromMs, toMs, rest: conjunctionOf(rest) }
}

function equalTimes(key: JoinKey, left: Schema, right: Schema): Bound | null {
  const role = timeRole(roleIn(left, key.left))
  if (role === null || role !== timeRole(roleIn(right, key.right))) return null
  return { left: key.left, right: key.right, role, fromMs: 0, toMs: 0 }
}

interface Bound {
  readonly left: string
  readonly right: string
  readonly role: TimePoint['role']
  readonly fromMs: number
  readonly toMs: number
}

/** What a comparison of two time points of different sides says about left − right. */
function boundOf(part: Expression, left: Schema, right: Schema): Bound | null {
  if (part.kind !== 'call' || part.arguments.length !== 2) return null
  const [first, second] = part.arguments
  if (first === undefined || second === undefined) return null
  const a = timePointOf(first, left, right)
  const b = timePointOf(second, left, right)
  if (a === null || b === null || a.side === b.side || a.role !== b.role) return null
  const operator = a.side === 'left' ? part.function : mirrored[part.function]
  const [l, r] = a.side === 'left' ? [a, b] : [b, a]
  const edge = r.plusMs - l.plusMs
  const names = { left: l.name, right: r.name, role: l.role }
  switch (operator) {
    case '=':
      return { ...names, fromMs: edge, toMs: edge }
    case '<':
      return { ...names, fromMs: Number.NEGATIVE_INFINITY, toMs: edge - 1 }
    case '<=':
      return { ...names, fromMs: Number.NEGATIVE_INFINITY, toMs: edge }
    case '>':
      return { ...names, fromMs: edge + 1, toMs: Number.POSITIVE_INFINITY }
    case '>=':
      return { ...names, fromMs: edge, toMs: Number.POSITIVE_INFINITY }
    default:
      return null
  }
}

const mirrored: Partial<Record<string, string>> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' }

function timePointOf(expression: Expression, left: Schema, right: Schema): TimePoint | null {
  if (expression.kind === 'column') {
    for (const [side, schema] of [
      ['left', left],
      ['right', right],
    ] as const) {
      const role = timeRole(roleIn(schema, expression.name))
      if (role !== null) return { name: expression.name, side, role, plusMs: 0 }
    }
    return null
  }
  if (expression.kind === 'cast') {
    const { type, value } = expression
    return type.kind === value.type.kind ? timePointOf(value, left, right) : null
  }
  if (expression.kind !== 'call' || (expression.function !== 'PLUS_INTERVAL' && expression.function !== 'MINUS_INTERVAL')) return null
  const [first, second] = expression.arguments
  if (first === undefined || second === undefined) return null
  const shiftMs = intervalMs(second)
  const point = timePointOf(first, left, right)
  if (shiftMs === null || point === null) return null
  return { ...point, plusMs: point.plusMs + (expression.function === 'PLUS_INTERVAL' ? shiftMs : -shiftMs) }
}

function intervalMs(expression: Expression): number | null {
  if (expression.kind !== 'literal' || expression.type.kind !== 'interval-day-time') return null
  return typeof expression.value === 'number' ? expression.value : null
}

function timeRole(role: ColumnRole | undefined): TimePoint['role'] | null {
  if (role === 'processing-time') return role
  return role === 'event-time' || role === 'window-time' ? 'event-time' : null
}

/** The parts of a condition that must all hold. */
export function conjunctsOf(condition: Expression | null): Expression[] {
  if (condition === null) return []
  if (condition.kind !== 'call' || condition.function !== 'AND') return [condition]
  return condition.arguments.flatMap(conjunctsOf)
}

/** One condition that holds when all parts do; null when there are none. */
export function conjunctionOf(parts: readonly Expression[]): Expression | null {
  const [first, ...others] = parts
  if (first === undefined || others.length === 0) return first ?? null
  const nullable = parts.some((part) => part.type.nullable)
  return { kind: 'call', function: 'AND', arguments: parts, type: { kind: 'boolean', nullable } }
}
