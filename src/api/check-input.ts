/** Checks of what clients send, compiled once for each schema. */
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import { apiErrors } from './errors.ts'

export type InputPart = 'query' | 'body'

/** Gives what was sent if it is as described, else fails with what is wrong first. */
export function inputCheck(schema: TSchema, part: InputPart): (input: unknown) => unknown {
  const compiled = Compile(closed(schema))
  return (input) => {
    const value = part === 'query' ? Value.Default(schema, Value.Convert(schema, input ?? {})) : input
    if (compiled.Check(value)) return value
    const [first] = compiled.Errors(value)
    const place = first === undefined || first.instancePath === '' ? '' : `${first.instancePath.slice(1).replaceAll('/', '.')} `
    const trouble = first?.keyword === 'boolean' ? 'is none of its fields' : (first?.message ?? 'something is missing')
    throw apiErrors.API_REQUEST({ part, trouble: `${place}${trouble}` })
  }
}

/** The same with nothing beside what it names: whoever misspells a field must not believe that it did something. */
export function closed(schema: TSchema): TSchema {
  return JSON.parse(JSON.stringify(schema), (_name, part: unknown) => {
    const isOpen = typeof part === 'object' && part !== null && 'type' in part && part.type === 'object' && 'properties' in part
    return isOpen ? { additionalProperties: false, ...part } : part
  }) as TSchema
}
