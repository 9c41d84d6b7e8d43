/** Leaves out row groups that cannot hold a row for which all conditions hold, by the bounds that the file keeps of each column. */
import { boxExact, comparator, type DataType, dayMs, type ExactInteger, timestampUnit, valueAt } from '#data'
import type { FieldCondition } from '../format.ts'
import type { ColumnPlan } from './bind.ts'
import type { FileContext } from './errors.ts'
import type { ChunkMetadata, RowGroup } from './metadata.ts'
import { PlainValues } from './plain-values.ts'

interface Bounds {
  /** Null when not known. */
  readonly least: unknown
  readonly most: unknown
  readonly isAllNull: boolean
}

export interface ConditionPlan {
  readonly condition: FieldCondition
  readonly plan: Extract<ColumnPlan, { kind: 'leaf' }>
}

export function canMatch(group: RowGroup, conditions: readonly ConditionPlan[], context: FileContext): boolean {
  return conditions.every(({ condition, plan }) => {
    const chunk = group.chunks.get(plan.node.leaf)
    if (chunk === undefined || chunk.statistics === null) return true
    return canHold(condition, plan.type, boundsOf(chunk, plan, context))
  })
}

function boundsOf(chunk: ChunkMetadata, plan: ConditionPlan['plan'], context: FileContext): Bounds {
  const { statistics } = chunk
  const isAllNull = statistics !== null && statistics.nulls === chunk.values
  const isUsable = statistics !== null && !(statistics.isLegacy && hasUnsignedOrder(plan))
  const bound = (bytes: Uint8Array | null) => (isUsable && bytes !== null ? readBound(bytes, plan, context) : null)
  const least = bound(statistics?.min ?? null)
  const most = bound(statistics?.max ?? null)
  const margin = clockMargin(plan)
  return margin === 0 ? { least, most, isAllNull } : { least: moved(least, -margin), most: moved(most, margin), isAllNull }
}

/**
 * How far bounds must be moved apart where instants are read as wall clocks, or the other way round: where clocks are set back, up to a
 * day, the two have different orders.
 */
function clockMargin({ node, type }: ConditionPlan['plan']): number {
  const { logical } = node.element
  if (logical?.kind !== 'timestamp' || !('precision' in type)) return 0
  return (type.kind === 'timestamp-ltz') === logical.utc ? 0 : dayMs * timestampUnit(type.precision)
}

function moved(bound: unknown, units: number): unknown {
  return bound === null ? null : boxExact(BigInt(bound as ExactInteger) + BigInt(units))
}

/** The older bounds were compared as signed numbers or bytes. */
function hasUnsignedOrder({ node }: ConditionPlan['plan']): boolean {
  const { physical, logical } = node.element
  return physical === 'BYTE_ARRAY' || physical === 'FIXED_LEN_BYTE_ARRAY' || (logical?.kind === 'integer' && !logical.signed)
}

/** A bound is one value in the encoding PLAIN, but text and bytes stand without their length. Bounds that make no sense are none. */
function readBound(bytes: Uint8Array, { node, type, values }: ConditionPlan['plan'], context: FileContext): unknown {
  const { physical } = node.element
  // INT96 has no order that writers agree on.
  if (physical === 'INT96' || physical === null) return null
  const isText = physical === 'BYTE_ARRAY'
  const plain = new Uint8Array(bytes.length + (isText ? 4 : 0))
  if (isText) new DataView(plain.buffer).setUint32(0, bytes.length, true)
  plain.set(bytes, isText ? 4 : 0)
  try {
    values.clear()
    values.reserve(1)
    values.takeValues(new PlainValues(plain, 0, plain.length, context), 1)
    const value = valueAt(values.vector(1, null), 0, type)
    return typeof value === 'number' && Number.isNaN(value) ? null : value
  } catch {
    // The bound of a text may be cut off within a character.
    return null
  } finally {
    values.clear()
  }
}

function canHold(condition: FieldCondition, type: DataType, bounds: Bounds): boolean {
  if (bounds.isAllNull) return false
  const compare = comparator(type)
  const { least, most } = bounds
  const isBelow = (value: unknown) => least !== null && compare(value, least) < 0
  const isAbove = (value: unknown) => most !== null && compare(value, most) > 0
  const values = condition.values.filter((value) => value !== null)
  const [value] = values
  // Float has values beyond its bounds: NaN is never one of them.
  if (value === undefined || values.some((one) => typeof one === 'number' && Number.isNaN(one))) return true
  switch (condition.operator) {
    case '=':
    case 'in':
      return values.some((one) => !isBelow(one) && !isAbove(one))
    case '<>':
      return (
        type.kind === 'float' ||
        type.kind === 'double' ||
        least === null ||
        most === null ||
        compare(least, most) !== 0 ||
        compare(least, value) !== 0
      )
    case '<':
      return least === null || compare(least, value) < 0
    case '<=':
      return least === null || compare(least, value) <= 0
    case '>':
      return isFloating(type) || most === null || compare(most, value) > 0
    case '>=':
      return isFloating(type) || most === null || compare(most, value) >= 0
  }
}

/** NaN is above every number but in no bound. */
function isFloating(type: DataType): boolean {
  return type.kind === 'float' || type.kind === 'double'
}
