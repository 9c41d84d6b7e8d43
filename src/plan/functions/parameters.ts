/**
 * The words that signature tables are written in: what a parameter accepts, what it converts an argument to, and how the result's type
 * follows. Flink converts arguments of functions hardly ever: a number is never taken for a text, nor a text for a number.
 */
import {
  booleanType,
  bytesType,
  commonType,
  type DataType,
  dateType,
  doubleType,
  familyOf,
  integerType,
  isNumeric,
  stringType,
  type TypeFamily,
  type TypeKind,
  timestampType,
  withNullable,
} from '#data'
import type { Argument, Signature } from './signature.ts'

/** The type that an argument is converted to, or null when it does not suit. Keeps the nullability of the argument. */
export type Parameter = (argument: Argument) => DataType | null

/** The type of the result, from the types of the converted arguments; null when they do not suit together. */
export type ResultRule = DataType | ((types: readonly DataType[], args: readonly Argument[]) => DataType | null)

export interface SignatureOptions {
  /** How many of the last parameters may be left out. */
  readonly optional?: number
  /** What any further arguments are. */
  readonly rest?: Parameter
  /** With custom the evaluation sees NULL, and the result rule alone says whether the result may be NULL. */
  readonly nulls?: Signature['nulls']
  /** A strict function that can give NULL for arguments that are not. */
  readonly givesNull?: boolean
  readonly determinism?: Signature['determinism']
}

/** As many as generated code can pass to a function and its wrappers: each is a place on the stack. */
export const argumentsMax = 20_000

/** A row of a signature table for a function whose arguments are judged one by one. */
export function signature(usage: string, parameters: readonly Parameter[], result: ResultRule, options: SignatureOptions = {}): Signature {
  const nulls = options.nulls ?? 'strict'
  return {
    arity: [parameters.length - (options.optional ?? 0), options.rest === undefined ? parameters.length : argumentsMax],
    usage,
    nulls,
    determinism: options.determinism ?? 'pure',
    resolve(args) {
      const types: DataType[] = []
      for (const [index, argument] of args.entries()) {
        const parameter = parameters[index] ?? options.rest
        const type = parameter === undefined ? null : parameter(argument)
        if (type === null) return null
        types.push(type)
      }
      return resolution(types, typeof result === 'function' ? result(types, args) : result, nulls, options.givesNull ?? false)
    },
  }
}

/** A row for a function whose arguments are converted together; `convert` gives their types. */
export function signatureTogether(
  usage: string,
  arity: Signature['arity'],
  convert: (args: readonly Argument[]) => readonly DataType[] | null,
  result: ResultRule,
  options: SignatureOptions = {},
): Signature {
  const nulls = options.nulls ?? 'strict'
  return {
    arity,
    usage,
    nulls,
    determinism: options.determinism ?? 'pure',
    resolve(args) {
      const types = convert(args)
      if (types === null) return null
      return resolution(types, typeof result === 'function' ? result(types, args) : result, nulls, options.givesNull ?? false)
    },
  }
}

function resolution(types: readonly DataType[], result: DataType | null, nulls: Signature['nulls'], givesNull: boolean) {
  if (result === null) return null
  const nullable = nulls === 'strict' ? givesNull || types.some((type) => type.nullable) : result.nullable
  return { arguments: types, result: withNullable(result, nullable) }
}

/** Accepts the given kinds as they are; a bare NULL becomes `fallback`. */
export function ofKind(fallback: DataType, ...kinds: readonly TypeKind[]): Parameter {
  return ({ type }) => (type.kind === 'null' ? fallback : kinds.includes(type.kind) ? type : null)
}

/** Accepts the given families as they are; a bare NULL becomes `fallback`. */
function ofFamily(fallback: DataType, ...families: readonly TypeFamily[]): Parameter {
  return ({ type }) => (type.kind === 'null' ? fallback : families.includes(familyOf(type)) ? type : null)
}

export const anything: Parameter = ({ type }) => type
export const text = ofFamily(stringType, 'text')
export const textOrBytes = ofFamily(stringType, 'text', 'bytes')
export const bytes = ofFamily(bytesType, 'bytes')
export const boolean = ofKind(booleanType, 'boolean')
export const number = ofFamily(integerType, 'integer', 'decimal', 'approximate')
export const integer = ofFamily(integerType, 'integer')
export const date = ofKind(dateType, 'date')
export const timePoint = ofFamily(timestampType, 'date', 'time', 'timestamp')
export const interval = ofFamily({ kind: 'interval-day-time', nullable: true }, 'interval')
export const array = ofKind({ kind: 'array', element: integerType, nullable: true }, 'array')
export const map = ofKind({ kind: 'map', key: stringType, value: stringType, nullable: true }, 'map')

/** A number, converted to DOUBLE. */
export const double: Parameter = ({ type }) => (isNumeric(type) || type.kind === 'null' ? withNullable(doubleType, type.nullable) : null)

/** A string literal out of a list of words. */
export function word(...words: readonly string[]): Parameter {
  return ({ type, literal }) => (typeof literal === 'string' && words.includes(literal) ? type : null)
}

/** A string literal. */
export const literalText: Parameter = ({ type, literal }) => (typeof literal === 'string' ? type : null)

/** Converts all arguments to the type that they have in common. */
export function together(args: readonly Argument[]): readonly DataType[] | null {
  const common = commonType(args.map((argument) => argument.type))
  return common === null ? null : args.map((argument) => withNullable(common, argument.type.nullable))
}

/** The type of the n-th argument. */
export function typeOf(index: number): ResultRule {
  return (types) => types[index] ?? null
}

export function notNull(type: DataType): DataType {
  return withNullable(type, false)
}

export function nullable(type: DataType): DataType {
  return withNullable(type, true)
}

export function arrayOf(element: DataType): DataType {
  return { kind: 'array', element, nullable: true }
}

export function mapOf(key: DataType, value: DataType): DataType {
  return { kind: 'map', key, value, nullable: true }
}
