/** Calls of functions that users wrote. */
import { listed, type TextPosition } from '#base'
import { commonType, type DataType, implicitlyCastable, printType, sameType, withNullable } from '#data'
import { type Expression, type FunctionDefinition, isBuiltIn, type TablePath, type UserFunction } from '#plan'
import { sqlErrors } from '../errors.ts'
import type * as tree from '../syntax/tree.ts'
import { originOf, typeText } from './call.ts'
import { castTo } from './coerce.ts'
import type { BindContext } from './context.ts'

/**
 * The user function that a call means, in Flink's order: temporary system functions, built-in functions, then functions of the
 * catalog. Null when the name belongs to a built-in function or to nobody.
 */
export function findUserFunction(call: tree.Call, context: BindContext): FunctionDefinition | null {
  const names = call.name.parts.map((part) => part.text)
  const [only] = names
  const { environment } = context
  if (names.length === 1 && only !== undefined) {
    const system = environment.systemFunction(only)
    if (system !== undefined) return system
    if (isBuiltIn(only)) return null
  }
  const path = functionPath(names, environment.current)
  const found = path === null ? undefined : environment.function(path)
  if (found !== undefined) context.nameUses.push({ name: call.name, path: found.path, definition: found })
  return found ?? null
}

function functionPath(names: readonly string[], [catalog, database]: readonly [string, string]): TablePath | null {
  const [first, second, third] = names
  if (first === undefined || names.length > 3) return null
  if (second === undefined) return [catalog, database, first]
  return third === undefined ? [catalog, first, second] : [first, second, third]
}

export function bindUserFunction(user: FunctionDefinition, args: readonly Expression[], position: TextPosition): Expression {
  return {
    kind: 'call',
    function: 'USER_FUNCTION',
    arguments: convertedArguments(user, args, position),
    type: user.signature.result,
    user: userOf(user),
    origin: originOf(position),
  }
}

export function userOf({ name, file, export: exported, isInCode }: FunctionDefinition): UserFunction {
  return { name, file, export: exported, ...(isInCode === true ? { isInCode } : {}) }
}

/** Checks the arguments against the declaration and converts them. */
export function convertedArguments(user: FunctionDefinition, args: readonly Expression[], position: TextPosition): Expression[] {
  const { parameters } = user.signature
  const usage = `${user.name}(${parameters.map(printType).join(', ')})`
  if (args.length !== parameters.length) {
    const expected = parameters.length === 0 ? 'no arguments' : parameters.length === 1 ? '1 argument' : `${parameters.length} arguments`
    throw sqlErrors.SQL_ARGUMENT_COUNT({ function: user.name, expected, got: args.length }, { position, hint: `Write ${usage}.` })
  }
  return args.map((arg, index) => {
    const parameter = parameters[index]
    if (parameter === undefined || !fits(arg.type, parameter)) {
      throw sqlErrors.SQL_ARGUMENT_TYPES({ function: user.name, types: listed(args.map(typeText)) }, { position, hint: `Write ${usage}.` })
    }
    return castTo(arg, withNullable(parameter, arg.type.nullable))
  })
}

function fits(type: DataType, parameter: DataType): boolean {
  return (
    type.kind === 'null' ||
    sameType(type, parameter, true) ||
    (implicitlyCastable(type, parameter) && commonType([type, parameter]) !== null)
  )
}
