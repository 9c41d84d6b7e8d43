/**
 * Functions that read JSON. In strict mode a path that leads nowhere is an error, and so is NULL at its end; in lax mode, and without a
 * result, the behaviour on empty decides.
 */
import { booleanType, castFunction, type DataType, familyOf, parseDouble } from '#data'
import { functionErrors } from './errors.ts'
import type { CallShape, Evaluation } from './evaluation.ts'
import { jsonBuildEvaluations } from './json-build.ts'
import { type JsonPath, parseJsonPath, readJsonPath } from './json-path.ts'
import { findInJson, type JsonMiss, parseJson } from './json-reader.ts'
import { JsonNumber, type JsonValue, writeJson } from './json-text.ts'

export const jsonEvaluations = {
  ...jsonBuildEvaluations,
  JSON_VALUE: (shape) => jsonValue(shape),
  JSON_QUERY: (shape) => jsonQuery(shape),
  JSON_EXISTS: (shape) => {
    const lookup = lookupOf(shape)
    const onError = shape.constants[2] ?? 'FALSE'
    return (text: string, path: string) => {
      const found = lookup(text, path)
      if (found.kind === 'value') return found.value !== null
      if (found.kind === 'empty') return false
      if (onError === 'ERROR') throw refused('JSON_EXISTS', found.problem)
      return onError === 'UNKNOWN' ? null : onError === 'TRUE'
    }
  },
  JSON_QUOTE: () => quote,
  JSON_UNQUOTE: () => unquote,
  'IS JSON VALUE': () => (text: string | null) => text !== null && parseJson(text) !== undefined,
  'IS JSON OBJECT': () => (text: string | null) => text !== null && parseJson(text) instanceof Map,
  'IS JSON ARRAY': () => (text: string | null) => text !== null && Array.isArray(parseJson(text)),
  'IS JSON SCALAR': () => (text: string | null) => {
    const value = text === null ? undefined : parseJson(text)
    return value !== undefined && isScalar(value)
  },
} satisfies Record<string, Evaluation>

type Lookup =
  | { readonly kind: 'value'; readonly value: JsonValue; readonly lax: boolean }
  | { readonly kind: 'empty' }
  | { readonly kind: 'error'; readonly problem: string }

function isScalar(value: JsonValue): boolean {
  return !(value instanceof Map) && !Array.isArray(value)
}

function refused(name: string, problem: string): Error {
  return functionErrors.ENGINE_JSON_REFUSED({ function: name, problem })
}

/** Finds what a path leads to. A constant path is read once. */
function lookupOf({ constants: [, constant] }: CallShape): (text: string, path: string) => Lookup {
  if (typeof constant !== 'string') return (text, path) => lookUp(text, pathOf(path))
  const path = pathOf(constant)
  return (text) => lookUp(text, path)
}

function pathOf(text: string): JsonPath | null {
  const path = parseJsonPath(text)
  if (path === 'filter') {
    throw functionErrors.ENGINE_PATTERN_REFUSED({ pattern: `"${text}"`, problem: 'filters in JSON paths are not supported by this engine' })
  }
  return path === 'malformed' ? null : path
}

function lookUp(text: string, path: JsonPath | null): Lookup {
  if (path === null) return { kind: 'error', problem: 'the path is malformed' }
  const found = valueAt(text, path)
  if (found === 'broken') return path.lax ? { kind: 'empty' } : { kind: 'error', problem: 'the text is not JSON' }
  if (found === 'nowhere' && path.lax && !path.definite) return { kind: 'value', value: [], lax: true }
  if (found !== 'nowhere' && found.value !== null) return { kind: 'value', value: found.value, lax: path.lax }
  return path.lax ? { kind: 'empty' } : { kind: 'error', problem: 'the path leads to nothing' }
}

/** What a path leads to. Only paths that branch, or count, need the whole text as values. */
function valueAt(text: string, path: JsonPath): { readonly value: JsonValue } | JsonMiss {
  if (path.plain !== null) return findInJson(text, path.plain)
  const root = parseJson(text)
  if (root === undefined) return 'broken'
  const value = readJsonPath(root, path)
  return value === undefined ? 'nowhere' : { value }
}

function jsonValue(shape: CallShape): (text: string | null, path: string | null, ...clauses: unknown[]) => unknown {
  const lookup = lookupOf(shape)
  const convert = scalarTo(shape.result)
  const onEmpty = behaviour(shape, 3)
  const onError = behaviour(shape, 5)
  return (text, path, ...clauses) => {
    if (text === null || path === null) return null
    const found = lookup(text, path)
    const isLaxObject = found.kind === 'value' && found.lax && !isScalar(found.value)
    if (found.kind === 'empty' || isLaxObject) return onEmpty('the path leads to no scalar', clauses[2])
    if (found.kind === 'error') return onError(found.problem, clauses[4])
    if (!isScalar(found.value)) return onError('the path leads to an object or array', clauses[4])
    const value = convert(found.value)
    return value === undefined ? onError('the value is not of the type asked for', clauses[4]) : value
  }
}

type Behaviour = (problem: string, otherwise: unknown) => unknown

/** What NULL, ERROR or DEFAULT at an argument asks for. A default is converted to the type of the result. */
function behaviour(shape: CallShape, index: number): Behaviour {
  const mode = shape.constants[index] ?? 'NULL'
  const type = shape.arguments[index + 1]
  if (mode === 'ERROR') {
    return (problem) => {
      throw refused('JSON_VALUE', problem)
    }
  }
  if (mode !== 'DEFAULT' || type === undefined) return () => null
  const convert = castFunction(type, shape.result, shape.session)
  return (_, otherwise) => convert(otherwise)
}

/** A scalar as a value of SQL; undefined when it is of another kind. Whole numbers are also taken for DOUBLE, which Flink cannot. */
function scalarTo(type: DataType): (value: JsonValue) => unknown {
  if (familyOf(type) === 'text') return scalarText
  switch (type.kind) {
    case booleanType.kind:
      return (value) => (typeof value === 'boolean' ? value : undefined)
    case 'integer':
      return (value) => {
        const number = value instanceof JsonNumber && /^-?\d+$/.test(value.text) ? Number(value.text) : Number.NaN
        return number >= -2147483648 && number <= 2147483647 ? number : undefined
      }
    default:
      return (value) => (value instanceof JsonNumber ? parseDouble(value.text) : undefined)
  }
}

function scalarText(value: JsonValue): string {
  if (value instanceof JsonNumber) return value.text
  return typeof value === 'string' ? value : value === true ? 'true' : 'false'
}

function jsonQuery(shape: CallShape): (text: string | null, path: string | null) => unknown {
  const lookup = lookupOf(shape)
  const [, , wrapper = 'WITHOUT', onEmpty = 'NULL', onError = 'NULL'] = shape.constants
  const asArray = shape.result.kind === 'array'
  return (text, path) => {
    if (text === null || path === null) return null
    const found = lookup(text, path)
    if (found.kind === 'empty') return emptyResult(onEmpty, asArray, 'the path leads to nothing')
    if (found.kind === 'error') return emptyResult(onError, asArray, found.problem)
    const wrap = wrapper === 'UNCONDITIONAL' || (wrapper === 'CONDITIONAL' && !Array.isArray(found.value))
    const value = wrap ? [found.value] : found.value
    if (isScalar(value)) return emptyResult(found.lax ? onEmpty : onError, asArray, 'the path leads to a scalar')
    if (!asArray) return writeJson(value)
    return Array.isArray(value) ? value.map(elementText) : emptyResult(onError, true, 'the path leads to no array')
  }
}

function elementText(value: JsonValue): string | null {
  if (value === null) return null
  return isScalar(value) ? scalarText(value) : writeJson(value)
}

function emptyResult(mode: unknown, asArray: boolean, problem: string): unknown {
  switch (mode) {
    case 'EMPTY ARRAY':
      return asArray ? [] : '[]'
    case 'EMPTY OBJECT':
      if (asArray) throw refused('JSON_QUERY', 'an empty object is no array')
      return '{}'
    case 'ERROR':
      throw refused('JSON_QUERY', problem)
    default:
      return null
  }
}

const quoteEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '/': '\\/',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** Beyond ASCII every UTF-16 unit is escaped by the code point that starts there, which for pairs is not what JSON asks for, but Flink's way. */
function quote(text: string): string {
  let result = '"'
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    const code = text.codePointAt(i) ?? 0
    result += quoteEscapes[char] ?? (code < 32 || code > 127 ? `\\u${code.toString(16).padStart(4, '0')}` : char)
  }
  return `${result}"`
}

/** What is not a quoted text with known escapes stays as it is. */
function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text
  let known = true
  const plain = text.slice(1, -1).replace(/\\(?:u([0-9A-Fa-f]{4})|(["\\/bfnrt])|)/g, (_, code?: string, char?: string) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
    known &&= char !== undefined
    return char === undefined ? '' : (JSON.parse(`"\\${char}"`) as string)
  })
  return known ? plain : text
}
