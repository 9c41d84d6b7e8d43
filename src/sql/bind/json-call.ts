/** The clauses of JSON functions as plain arguments, in the order that plan/functions/json.ts describes. */
import { type DataType, stringType } from '#data'
import type { Expression } from '#plan'
import type * as tree from '../syntax/tree.ts'
import { boundArguments } from './arguments.ts'
import { bindType } from './bind-type.ts'
import { nullOf } from './coerce.ts'
import { textConstant } from './literals.ts'
import type { Place } from './place.ts'

/** The arguments of a JSON function; null for every other function. */
export function jsonArguments(call: tree.Call, name: string, place: Place): Expression[] | null {
  switch (name) {
    case 'JSON_VALUE':
      return [...boundArguments(call, place), ...valueClauses(call.json, place)]
    case 'JSON_QUERY':
      return [...boundArguments(call, place), ...queryClauses(call.json)]
    case 'JSON_EXISTS':
      return [...boundArguments(call, place), ...(call.json?.onError === undefined ? [] : [textConstant(word(call.json.onError))])]
    case 'JSON_OBJECT':
    case 'JSON_ARRAY':
      return constructorArguments(call, name, place)
    default:
      return null
  }
}

/** JSON_OBJECTAGG and JSON_ARRAYAGG, JSON_OBJECT and JSON_ARRAY: what NULL becomes, which values are JSON, and the values. */
export function constructorArguments(call: tree.Call, name: string, place: Place): Expression[] {
  const isObject = name.startsWith('JSON_OBJECT')
  const onNull = call.json?.onNull ?? (isObject ? 'null' : 'absent')
  const values = call.arguments.filter((_, index) => !isObject || index % 2 === 1)
  const forms = values.map((value) => (isJson(value) ? 'j' : 'v')).join('')
  return [textConstant(onNull.toUpperCase()), textConstant(forms), ...boundArguments(call, place)]
}

/** A call that gives JSON is put in as it is, not as a text. */
function isJson(argument: tree.Argument): boolean {
  if (argument.kind !== 'call') return false
  const name = argument.name.parts.at(-1)?.text.toUpperCase()
  return name === 'JSON_OBJECT' || name === 'JSON_ARRAY' || name === 'JSON'
}

function valueClauses(clauses: tree.JsonClauses | undefined, place: Place): Expression[] {
  if (clauses === undefined) return []
  const type: DataType = clauses.returning === undefined ? stringType : bindType(clauses.returning)
  const behaviour = (written: tree.JsonBehavior | undefined): Expression[] => {
    if (written?.behavior === 'default' && written.value !== undefined) return [textConstant('DEFAULT'), place.bind(written.value)]
    return [textConstant(written === undefined ? 'NULL' : word(written)), nullOf(type)]
  }
  return [nullOf(type), ...behaviour(clauses.onEmpty), ...behaviour(clauses.onError)]
}

function queryClauses(clauses: tree.JsonClauses | undefined): Expression[] {
  if (clauses === undefined) return []
  const behaviours = [clauses.onEmpty, clauses.onError].map((written) => textConstant(written === undefined ? 'NULL' : word(written)))
  const returning = clauses.returning === undefined ? [] : [nullOf(bindType(clauses.returning))]
  return [textConstant((clauses.wrapper ?? 'without').toUpperCase()), ...behaviours, ...returning]
}

function word({ behavior }: tree.JsonBehavior): string {
  return behavior.toUpperCase().replace('-', ' ')
}
