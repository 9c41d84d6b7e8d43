/** Chooses the accumulator for an aggregate function, by what it computes, on which types, and whether rows may go again. */
import { assert } from '#base'
import { type DataType, familyOf } from '#data'
import { encodeValue } from '../state/canonical.ts'
import type { Accumulator } from './accumulator.ts'
import { ApproximateSumAccumulator } from './approximate.ts'
import { BitmapAccumulator, type BitmapRule } from './bitmap.ts'
import { CollectAccumulator } from './collect.ts'
import { CountAccumulator } from './count.ts'
import { DistinctAccumulator } from './distinct.ts'
import type { DistinctShape } from './distinct-values.ts'
import { ExactAverageAccumulator, ExactSumAccumulator } from './exact-sum.ts'
import { ExtremeAccumulator, NumberExtremeAccumulator, RetractableExtremeAccumulator, supportsNumberExtreme } from './extreme.ts'
import { FirstLastAccumulator, RetractableFirstLastAccumulator } from './first-last.ts'
import { ListAccumulator, type ListFinish, RetractableListAccumulator } from './list.ts'
import { PercentileAccumulator } from './percentile.ts'
import { TextListAccumulator } from './text-list.ts'
import { UserAccumulator, type UserAggregate } from './user.ts'
import { VarianceAccumulator, type VarianceFunction } from './variance.ts'

export type AggregateKind =
  | 'count'
  | 'sum'
  | 'average'
  | 'min'
  | 'max'
  | 'first'
  | 'last'
  | 'text-list'
  | 'collect'
  | 'list'
  | 'percentile'
  | 'bitmap'
  | 'user'
  | VarianceFunction

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
  /** For bitmap: which numbers the result has. */
  readonly bitmapRule?: BitmapRule
  /** For user. */
  readonly user?: UserAggregate
}

export function createAccumulator(shape: AggregateShape): Accumulator {
  const inner = createInner(shape)
  return needsDistinct(shape) ? new DistinctAccumulator(inner, distinctOf(shape)) : inner
}

/** Whether an aggregate has to know which values its groups have. MIN and MAX of distinct values are MIN and MAX. */
export function needsDistinct({ distinct, kind }: AggregateShape): boolean {
  return distinct && kind !== 'min' && kind !== 'max'
}

/** What keeps the distinct values of an aggregate. */
export function distinctOf({ arguments: types, retracts, keepsNulls = false }: AggregateShape): Omit<DistinctShape, 'members'> {
  return { types, retracts, keepsNulls }
}

/** Of an aggregate that needs distinct values, what takes in those that are new. */
export function createInner(shape: AggregateShape): Accumulator {
  switch (shape.kind) {
    case 'count':
      return new CountAccumulator()
    case 'sum':
    case 'average':
      return createSum(shape, shape.kind)
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
    case 'collect':
      return new CollectAccumulator(argumentOf(shape), shape.result, equalityKey)
    case 'list':
      assert(shape.finish !== undefined, 'a list aggregate says what it makes of the list')
      return createList(shape, shape.finish)
    case 'percentile':
      return new PercentileAccumulator(shape.arguments, shape.result)
    case 'bitmap':
      return new BitmapAccumulator(shape.bitmapRule ?? 'some', argumentOf(shape), shape.result)
    case 'user':
      assert(shape.user !== undefined, 'an aggregate of a user says which')
      return new UserAccumulator(shape.user, shape.arguments, shape.result)
    default:
      return new VarianceAccumulator(shape.kind, argumentOf(shape), shape.result)
  }
}

function argumentOf(shape: AggregateShape): DataType {
  const [type] = shape.arguments
  assert(type !== undefined, `${shape.kind} has an argument`)
  return type
}

function createSum(shape: AggregateShape, wanted: 'sum' | 'average'): Accumulator {
  const argument = argumentOf(shape)
  if (familyOf(argument) === 'approximate') return new ApproximateSumAccumulator(wanted, argument)
  return wanted === 'sum' ? new ExactSumAccumulator(shape.result) : new ExactAverageAccumulator(argument, shape.result)
}

function createExtreme(shape: AggregateShape, wanted: 'min' | 'max'): Accumulator {
  const type = argumentOf(shape)
  if (shape.retracts) return new RetractableExtremeAccumulator(type, wanted)
  return supportsNumberExtreme(type) ? new NumberExtremeAccumulator(type, wanted) : new ExtremeAccumulator(type, wanted)
}

function createFirstLast(shape: AggregateShape, wanted: 'first' | 'last'): Accumulator {
  const type = argumentOf(shape)
  return shape.retracts ? new RetractableFirstLastAccumulator(type, wanted, tupleKey) : new FirstLastAccumulator(type, wanted)
}

function createList(shape: AggregateShape, finish: ListFinish): Accumulator {
  const list = { arguments: shape.arguments, result: shape.result, finish, keyOf: tupleKey }
  return shape.retracts ? new RetractableListAccumulator(list) : new ListAccumulator(list)
}

function joined(tuples: readonly (readonly unknown[])[], separator: string): string | null {
  return tuples.length === 0 ? null : tuples.map((tuple) => String(tuple[0])).join(separator)
}

function tupleKey(tuple: readonly unknown[]): unknown {
  return equalityKey(tuple.length === 1 ? tuple[0] : tuple)
}

/** The same primitive for equal values. */
function equalityKey(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value
  let key = ''
  for (const byte of encodeValue(value)) key += String.fromCharCode(byte)
  return key
}
