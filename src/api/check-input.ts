/** Checks of what clients send, compiled once for each schema. */
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import { listed } from '#base'
import { apiErrors } from './errors.ts'

export type InputPart = 'query' | 'body'

/** Gives what was sent if it is as described, else fails with what is wrong first. */
export function inputCheck(schema: TSchema, part: InputPart): (input: unknown) => unknown {
  const whole = closed(schema)
  const compiled = Compile(whole)
  return (input) => {
    const value = part === 'query' ? Value.Default(schema, Value.Convert(schema, input ?? {})) : input
    if (compiled.Check(value)) return value
    const { place, trouble } = firstTrouble(whole, value, [])
    throw apiErrors.API_REQUEST({ part, trouble: [place.join('.'), trouble].filter((each) => each !== '').join(' ') })
  }
}

/** The same with nothing beside what it names: whoever misspells a field must not believe that it did something. */
export function closed(schema: TSchema): TSchema {
  return JSON.parse(JSON.stringify(schema), (_name, part: unknown) => {
    const isOpen = typeof part === 'object' && part !== null && 'type' in part && part.type === 'object' && 'properties' in part
    return isOpen ? { additionalProperties: false, ...part } : part
  }) as TSchema
}

/** What a schema says of its parts, as far as troubles are found by it. */
interface Schema {
  readonly anyOf?: readonly Schema[]
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly const?: unknown
}

interface Trouble {
  readonly place: readonly string[]
  readonly trouble: string
}

/** Of a value that may be of several kinds, it is told what is wrong with the kind that it says it is. */
function firstTrouble(schema: Schema, value: unknown, place: readonly string[]): Trouble {
  const variants = (schema.anyOf ?? []).filter(({ type }) => type !== 'null')
  const kinds = variants.flatMap(({ properties }) => properties?.['kind']?.const ?? [])
  if (kinds.length > 1 && isObject(value)) {
    const variant = variants.find(({ properties }) => properties?.['kind']?.const === value['kind'])
    if (variant === undefined) return { place: [...place, 'kind'], trouble: oneOf(kinds) }
    return firstTrouble(variant, value, place)
  }
  const [only, other] = variants
  if (only !== undefined && other === undefined) return firstTrouble(only, value, place)
  const found = Value.Errors(schema as TSchema, value)
  const isMissing = found.some(({ keyword, instancePath }) => keyword === 'required' && instancePath === '')
  const [key, part] = isMissing ? [] : wrongPart(schema, value)
  if (key !== undefined && part !== undefined) return firstTrouble(part, (value as Record<string, unknown>)[key], [...place, key])
  const first = found.find(({ keyword }) => !isMissing || keyword === 'required')
  const steps = first?.instancePath.split('/').slice(1) ?? []
  return { place: [...place, ...steps], trouble: troubleOf(schema, first) }
}

function troubleOf(schema: Schema, error: ReturnType<typeof Value.Errors>[number] | undefined): string {
  if (error?.keyword === 'boolean') return 'is none of its fields'
  return schema.enum === undefined ? (error?.message ?? 'something is missing') : oneOf(schema.enum)
}

/** The first field or item that is not as described; none where the whole is at fault. */
function wrongPart(schema: Schema, value: unknown): readonly [string, Schema] | readonly [] {
  const partOf = (key: string): Schema | undefined => (Array.isArray(value) ? schema.items : schema.properties?.[key])
  for (const [key, each] of Array.isArray(value) || isObject(value) ? Object.entries(value) : []) {
    const part = partOf(key)
    if (part !== undefined && !Value.Check(part as TSchema, each)) return [key, part]
  }
  return []
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** So many are told. */
const choicesMax = 10

function oneOf(values: readonly unknown[]): string {
  return `must be ${listed(values.map(String), 'or', choicesMax)}`
}
