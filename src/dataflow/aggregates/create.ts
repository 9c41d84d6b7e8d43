/** Chooses the accumulator for an aggregate function, by what it computes, on which types, and whether rows may go again. */
import { assert } from '#base'
import { boxExact, type DataType, familyOf } from '#data'
import { encodeValue } from '../state/canonical.ts'
import type { Accumulator } from './accumulator.ts'
import { MomentAccumulator, type MomentFunction } from './approximate.ts'
import { CountAccumulator } from './count.ts'
import { DistinctAccumulator } from './distinct.ts'
import { ExactAverageAccumulator, ExactSumAccumulator } from './exact-sum.ts'
import { ExtremeAccumulator, NumberExtremeAccumulator, RetractableExtremeAccumulator, supportsNumberExtreme } from './extreme.ts'
import { FirstLastAccumulator } from './first-last.ts'
import { ListAccumulator, type ListFinish } from './list.ts'
import { TextListAccumulator } from './text-list.ts'

export type AggregateKind =
  | 'count'
  | 'sum'
  | 'average'
  | 'min'
  | 'max'
  | 'first'
  | 'last'
  | 'text-list'
  | 'list'
  | Exclude<MomentFunction, 'sum' | 'average'>

export interface AggregateShape {
  readonly kind: AggregateKind
  /** Types of the argument columns. */
  readonly arguments: readonly DataType[]
  readonly result: DataType
  readonly distinct: boolean
  /** Whether rows may be taken back. */
  readonly retracts: boolean
  /** Whether rows whose arguments are NULL count as well. */
  readonly keepsNulls?: boolean
  /** For text-list: what stands between the texts. */
  readonly separator?: string
  /** For list: what is made of all values of a group. */
  readonly finish?: ListFinish
}

export function createAccumulator(shape: AggregateShape): Accumulator {
  // MIN and MAX of distinct values are MIN and MAX.
  if (!shape.distinct || shape.kind === 'min' || shape.kind === 'max') return createPlain(shape)
  return new DistinctAccumulator(createPlain(shape), shape.arguments)
}

function createPlain(shape: AggregateShape): Accumulator {
  switch (shape.kind) {
    case 'count':
      return new CountAccumulator()
    case 'sum':
      return createSum(shape)
    case 'average':
      return createAverage(shape)
    case 'min':
    case 'max':
      return createExtreme(shape, shape.kind)
    case 'first':
    case 'last':
      return createFirstLast(shape, shape.kind)
    case 'text-list':
      return shape.retracts
        ? createList(shape, (tuples) => joined(tuples, shape.separator ?? ','))
        : new TextListAccumulator(shape.separator ?? ',')
    case 'list':
      assert(shape.finish !== undefined, 'a list aggregate says what it makes of the list')
      return createList(shape, shape.finish)
    default:
      return new MomentAccumulator(shape.kind, argumentOf(shape), shape.result)
  }
}

function argumentOf(shape: AggregateShape): DataType {
  const [type] = shape.arguments
  assert(type !== undefined, `${shape.kind} has an argument`)
  return type
}

function createSum(shape: AggregateShape): Accumulator {
  const approximate = familyOf(argumentOf(shape)) === 'approximate'
  return approximate ? new MomentAccumulator('sum', argumentOf(shape), shape.result) : new ExactSumAccumulator(shape.result)
}

function createAverage(shape: AggregateShape): Accumulator {
  const argument = argumentOf(shape)
  const { result } = shape
  if (familyOf(argument) === 'approximate' || familyOf(result) === 'approximate') return new MomentAccumulator('average', argument, result)
  if (result.kind !== 'decimal') {
    return new ExactAverageAccumulator(result, (sum, count) =>
      typeof sum === 'number' ? Math.trunc(sum / count) : boxExact(sum / BigInt(count)),
    )
  }
  const up = result.scale - (argument.kind === 'decimal' ? argument.scale : 0)
  return new ExactAverageAccumulator(result, (sum, count) => boxExact(dividedHalfUp(BigInt(sum), BigInt(count), up)))
}

/** sum × 10^digits ÷ count, rounded half away from zero. */
function dividedHalfUp(sum: bigint, count: bigint, digits: number): bigint {
  const numerator = digits >= 0 ? sum * 10n ** BigInt(digits) : sum
  const denominator = digits >= 0 ? count : count * 10n ** BigInt(-digits)
  const magnitude = numerator < 0n ? -numerator : numerator
  const rounded = (2n * magnitude + denominator) / (2n * denominator)
  return numerator < 0n ? -rounded : rounded
}

function createExtreme(shape: AggregateShape, wanted: 'min' | 'max'): Accumulator {
  const type = argumentOf(shape)
  if (shape.retracts) return new RetractableExtremeAccumulator(type, wanted, equalityKey)
  return supportsNumberExtreme(type) ? new NumberExtremeAccumulator(type, wanted) : new ExtremeAccumulator(type, wanted)
}

function createFirstLast(shape: AggregateShape, wanted: 'first' | 'last'): Accumulator {
  if (!shape.retracts) return new FirstLastAccumulator(argumentOf(shape), wanted)
  return createList(shape, (tuples) => tuples.at(wanted === 'first' ? 0 : -1)?.[0] ?? null)
}

function createList(shape: AggregateShape, finish: ListFinish): Accumulator {
  const keyOf = (values: readonly unknown[]): unknown => (values.length === 1 ? equalityKey(values[0]) : equalityKey(values))
  return new ListAccumulator({ arguments: shape.arguments, result: shape.result, finish, keyOf })
}

function joined(tuples: readonly (readonly unknown[])[], separator: string): string | null {
  return tuples.length === 0 ? null : tuples.map((tuple) => String(tuple[0])).join(separator)
}

/** The same primitive for equal values. */
function equalityKey(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value
  let key = ''
  for (const byte of encodeValue(value)) key += String.fromCharCode(byte)
  return key
}
