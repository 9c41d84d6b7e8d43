/** Reads the objects that files export for functions: what each takes and gives, and what is called for it. */
import { type ErrorExtras, MillraceError } from '#base'
import { type DataType, printType, withNullable } from '#data'
import type { AsyncFunction, UserAggregate } from '#engines'
import type { UserSignature } from '#plan'
import { parseType } from '#sql'
import { type AggregateDeclaration, userAggregate } from './aggregate-function.ts'
import { queryErrors } from './errors.ts'
import { resultReader } from './function-result.ts'

/** What a user's function is called as: for each row, at once or for later, or an aggregate. */
export type LoadedFunction = ((...values: never[]) => unknown) | AsyncFunction | UserAggregate

export interface Declaration {
  readonly signature: UserSignature
  readonly loaded: LoadedFunction
}

export function declarationOf(exported: unknown, name: string, file: string): Declaration {
  const refuse: Refuse = (expected, extras) =>
    queryErrors.QUERY_FUNCTION_DECLARATION({ name, file, expected }, { hint: declarationHint, ...extras })
  const fields = fieldsOf(exported, refuse)
  if (!Array.isArray(fields.parameters)) throw refuse('"parameters" as a list of SQL types')
  const parameters = fields.parameters.map((each: unknown) => typeOf(each, '"parameters" as a list of SQL types', refuse))
  return fields.accumulate === undefined ? rowFunction(fields, parameters, name, refuse) : aggregate(fields, parameters, name, refuse)
}

function rowFunction({ returns, evaluate, async }: Fields, parameters: readonly DataType[], name: string, refuse: Refuse): Declaration {
  if (typeof evaluate !== 'function') throw refuse('"evaluate" as a function')
  if (async !== undefined && typeof async !== 'boolean') throw refuse('"async" as true or false')
  const isTable = typeof returns === 'string' && /^\s*TABLE\s*</i.test(returns)
  const given = typeOf(isTable ? returns.replace(/^\s*TABLE/i, 'ROW') : returns, '"returns" as a SQL type', refuse)
  const result: DataType = isTable ? { kind: 'array', element: given, nullable: true } : given
  const read = resultReader(name, result, isTable)
  const call = evaluate as (...values: never[]) => unknown
  if (async === true && isTable) throw refuse('a function without "async", since it gives rows')
  return {
    signature: { kind: isTable ? 'table' : 'scalar', parameters, result },
    loaded: async === true ? { later: async (...values) => read(await call(...values)) } : (...values) => read(call(...values)),
  }
}

function aggregate(fields: Fields, parameters: readonly DataType[], name: string, refuse: Refuse): Declaration {
  const method = (field: 'createAccumulator' | 'accumulate' | 'getValue'): AnyFunction => {
    const found = fields[field]
    if (typeof found !== 'function') throw refuse(`"${field}" as a function`, { hint: aggregateHint })
    return found as AnyFunction
  }
  const optional = (field: 'retract' | 'merge'): AnyFunction | null => (fields[field] === undefined ? null : required(field))
  const required = (field: 'retract' | 'merge'): AnyFunction => {
    const found = fields[field]
    if (typeof found !== 'function') throw refuse(`"${field}" as a function or left out`, { hint: aggregateHint })
    return found as AnyFunction
  }
  const result = typeOf(fields.returns, '"returns" as a SQL type', refuse)
  const accumulator = fields.accumulator === undefined ? null : typeOf(fields.accumulator, '"accumulator" as a SQL type', refuse)
  const loaded = triedOut(refuse, {
    name,
    result,
    accumulator,
    createAccumulator: method('createAccumulator'),
    accumulate: method('accumulate'),
    getValue: method('getValue'),
    retract: optional('retract'),
    merge: optional('merge'),
  })
  return { signature: { kind: 'aggregate', parameters, result }, loaded }
}

/** What cannot be saved is better found now than by the first checkpoint. */
function triedOut(refuse: Refuse, declaration: AggregateDeclaration): UserAggregate {
  const aggregate = userAggregate(declaration)
  try {
    aggregate.save(aggregate.createAccumulator())
  } catch (error) {
    if (error instanceof MillraceError) throw error
    throw refuse('"createAccumulator" that gives one', { detail: sentence(error), cause: error })
  }
  return aggregate
}

type AnyFunction = (...values: unknown[]) => unknown
type Refuse = (expected: string, extras?: ErrorExtras) => MillraceError

const fieldNames = [
  'parameters',
  'returns',
  'evaluate',
  'async',
  'accumulator',
  'createAccumulator',
  'accumulate',
  'retract',
  'merge',
  'getValue',
] as const
type Fields = { readonly [field in (typeof fieldNames)[number]]: unknown }

/**
 * What the declaration says. Its fields may be computed when they are read, and whatever goes wrong then is its author's. Functions stay
 * methods of the declaration, so that they can call each other.
 */
function fieldsOf(exported: unknown, refuse: Refuse): Fields {
  if (typeof exported !== 'object' || exported === null) throw refuse('an object')
  const read = (name: string): unknown => {
    const value = (exported as Readonly<Record<string, unknown>>)[name]
    if (typeof value === 'function') return (...values: unknown[]) => (value as AnyFunction).apply(exported, values)
    return Array.isArray(value) ? Array.from<unknown>(value) : value
  }
  try {
    return Object.fromEntries(fieldNames.map((name) => [name, read(name)])) as Fields
  } catch (error) {
    throw refuse('fields that can be read', { detail: sentence(error), cause: error })
  }
}

function typeOf(text: unknown, expected: string, refuse: Refuse): DataType {
  if (typeof text !== 'string') throw refuse(expected)
  const type = parsedType(text, expected, refuse)
  const odd = withoutForm(type)
  if (odd === null) return type
  throw refuse(expected, {
    detail: `${printType(odd)} has no form in TypeScript.`,
    hint: 'Use STRING or BYTES, and convert the value where the function is called.',
  })
}

function parsedType(text: string, expected: string, refuse: Refuse): DataType {
  try {
    return parseType(text)
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error
    throw refuse(expected, { detail: `In "${text.slice(0, 100)}": ${error.message}.`, hint: error.hint ?? declarationHint, cause: error })
  }
}

/** The type itself, or one in it, whose values no function can take or give. */
function withoutForm(type: DataType): DataType | null {
  if (type.kind === 'variant' || type.kind === 'bitmap') return withNullable(type, true)
  const parts = 'element' in type ? [type.element] : type.kind === 'map' ? [type.key, type.value] : []
  const inner = type.kind === 'row' ? type.fields.map((field) => field.type) : parts
  return inner.map(withoutForm).find((odd) => odd !== null) ?? null
}

/** The message of an error that user code raised, which may be anything. */
export function sentence(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return `${message.slice(0, 500)}.`
}

const declarationHint = "Write export const name = { parameters: ['STRING'], returns: 'STRING', evaluate: (text) => … }."
const aggregateHint = 'An aggregate has createAccumulator(), accumulate(accumulator, …values) and getValue(accumulator).'
