/** Checks of what clients send, compiled once for each schema. */
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import { apiErrors } from './errors.ts'

export type InputPart = 'query' | 'body'

/** Gives what was sent if it is as described, else fails with what is wrong first. */
export function inputCheck(schema: TSchema, part: InputPart): (input: unknown) => unknown {
  const compiled = Compile(schema)
  return (input) => {
    const value = part === 'query' ? Value.Default(schema, Value.Convert(schema, input ?? {})) : input
    if (compiled.Check(value)) return value
    const [first] = compiled.Errors(value)
    const place = first === undefined || first.instancePath === '' ? '' : `${first.instancePath.slice(1).replaceAll('/', '.')} `
    throw apiErrors.API_REQUEST({ part, trouble: `${place}${first?.message ?? 'something is missing'}` })
  }
}
