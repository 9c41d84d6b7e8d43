/**
 * Aggregate functions of users as the engine calls them. What they give is checked here: results against their type, and accumulators
 * before they are saved. An accumulator of a declared type is saved as a value of that type, any other as plain data.
 */
import { type DataType, printType, stringType } from '#data'
import type { UserAggregate } from '#engines'
import { queryErrors } from './errors.ts'
import { described, resultReader, valueReader } from './function-result.ts'
import { impureIn, readPlain, shapeOf, writePlain } from './plain-data.ts'

type AnyFunction = (...values: unknown[]) => unknown

export interface AggregateDeclaration {
  readonly name: string
  readonly result: DataType
  /** Null where accumulators are plain data. */
  readonly accumulator: DataType | null
  readonly createAccumulator: AnyFunction
  readonly accumulate: AnyFunction
  readonly getValue: AnyFunction
  readonly retract: AnyFunction | null
  readonly merge: AnyFunction | null
}

export function userAggregate(declaration: AggregateDeclaration): UserAggregate {
  const { name, result, accumulator: type, createAccumulator, accumulate, getValue, retract, merge } = declaration
  const read = resultReader(name, result, false)
  return {
    createAccumulator: () => createAccumulator(),
    accumulate: changing(name, accumulate),
    retract: retract === null ? null : changing(name, retract),
    merge: merge === null ? null : changing(name, merge),
    getValue: (accumulator) => read(getValue(accumulator)),
    ...(type === null ? plainSaving(name) : typedSaving(name, type)),
  }
}

/** A function that changes an accumulator in place, or gives another one to go on with. */
function changing(name: string, change: AnyFunction): (accumulator: unknown, ...values: unknown[]) => unknown {
  return (accumulator, ...values) => {
    const given = change(accumulator, ...values)
    if (given === undefined || given === accumulator) return accumulator
    // `(list, x) => list.push(x)` gives the new length, which nobody wants to go on with.
    if (shapeOf(accumulator) === 'value' || shapeOf(given) === shapeOf(accumulator)) return given
    const expected = 'the accumulator, or nothing where it was changed in place'
    throw queryErrors.QUERY_FUNCTION_RESULT({ name, expected, got: described(given) }, { hint: 'Write the body in braces.' })
  }
}

type Saving = Pick<UserAggregate, 'savedType' | 'save' | 'load'>

function plainSaving(name: string): Saving {
  return {
    savedType: stringType,
    save(accumulator) {
      const impure = impureIn(accumulator)
      if (impure !== null) throw refusal(name, impure.value, 'plain data', plainHint)
      return writePlain(accumulator)
    },
    load: (saved) => readPlain(saved as string),
  }
}

function typedSaving(name: string, type: DataType): Saving {
  const read = valueReader(type)
  return {
    savedType: type,
    save(accumulator) {
      const copy = read(accumulator)
      if (copy === undefined) throw refusal(name, accumulator, printType(type))
      return copy
    },
    load: (saved) => saved,
  }
}

function refusal(name: string, value: unknown, expected: string, hint?: string): Error {
  return queryErrors.QUERY_FUNCTION_ACCUMULATOR({ name, got: described(value), expected }, hint === undefined ? {} : { hint })
}

const plainHint = 'Plain data is null, booleans, numbers, texts, lists, plain objects, Map, Set and Uint8Array.'
