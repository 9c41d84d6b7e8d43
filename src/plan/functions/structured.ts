/** Values of structured types: rows with the name of a class, which is a name only. */
import type { DataType, RowField } from '#data'
import { argumentsMax, nullable } from './parameters.ts'
import type { Argument, Signature } from './signature.ts'

export const structuredSignatures = {
  OBJECT_OF: structured("OBJECT_OF('class' [, 'field', value, …])", ([name, ...pairs]) => {
    const fields = fieldsOf(pairs)
    const className = name?.literal
    return typeof className !== 'string' || !classForm.test(className) || fields === null
      ? null
      : { kind: 'row', fields, nullable: true, className }
  }),
  OBJECT_UPDATE: structured("OBJECT_UPDATE(object [, 'field of it', value, …])", ([object, ...pairs]) => {
    const changed = fieldsOf(pairs)
    const type = object?.type
    if (type?.kind !== 'row' || type.className === undefined || changed === null) return null
    if (changed.some(({ name }) => !type.fields.some((field) => field.name === name))) return null
    return nullable({ ...type, fields: type.fields.map((field) => changed.find(({ name }) => name === field.name) ?? field) })
  }),
} satisfies Record<string, Signature>

/** As Java names a class. */
const classForm = /^[\p{L}_$][\p{L}\p{N}_$]*(?:\.[\p{L}_$][\p{L}\p{N}_$]*)*$/u

function structured(usage: string, result: (args: readonly Argument[]) => DataType | null): Signature {
  return {
    arity: [1, argumentsMax],
    usage,
    nulls: 'custom',
    determinism: 'pure',
    resolve(args) {
      const type = result(args)
      return type === null ? null : { arguments: args.map((argument) => argument.type), result: type }
    },
  }
}

/** The fields of names and values that take turns; null where a name is not a constant, or comes twice, or a value has no type. */
function fieldsOf(pairs: readonly Argument[]): RowField[] | null {
  if (pairs.length % 2 !== 0) return null
  const fields = new Map<string, RowField>()
  for (let index = 0; index < pairs.length; index += 2) {
    const name = pairs[index]?.literal
    const type = pairs[index + 1]?.type
    if (typeof name !== 'string' || fields.has(name) || type === undefined || type.kind === 'null') return null
    fields.set(name, { name, type })
  }
  return [...fields.values()]
}
