/** Calls of scalar functions and operators, in the special spelling of those that have one. */
import { printType } from '#data'
import type { Call, Expression, FunctionName } from '#plan'
import { renderErrors } from './errors.ts'
import type { ExpressionWriter } from './expression.ts'
import { quotedText, renderType } from './literal.ts'
import { nameText } from './name.ts'
import { level, type Written } from './written.ts'

type Spelling = (write: ExpressionWriter, args: readonly Expression[], call: Call) => Written

export function renderCall(write: ExpressionWriter, call: Call): Written {
  const spelling = spellings[call.function]
  return spelling === undefined ? called(call.function)(write, call.arguments, call) : spelling(write, call.arguments, call)
}

function primary(text: string): Written {
  return { text, level: level.primary }
}

/** `NAME(a, b)` */
function called(name: string): Spelling {
  return (write, args) => primary(`${name}(${args.map(write.text).join(', ')})`)
}

/** `NAME` */
function bare(name: string): Spelling {
  return () => primary(name)
}

/** `a + b + c` is computed from left to right. */
function infix(word: string, own: number): Spelling {
  return (write, args) => {
    const parts = args.map((part, index) => write.operand(part, index === 0 ? own : own + 1))
    return { text: parts.join(` ${word} `), level: own }
  }
}

/** Joined texts bind unlike with people and parsers: each stands alone. */
const joined: Spelling = (write, args) => ({
  text: args.map((part) => write.operand(part, level.primary)).join(' || '),
  level: level.test,
})

/** A test of a value; what it tests stands alone, but for sums and products. */
function test(word: string): Spelling {
  return (write, args) => ({ text: args.map((part) => write.operand(part, level.additive)).join(` ${word} `), level: level.test })
}

function testBehind(words: string): Spelling {
  return (write, [value]) => ({ text: `${one(write, value, level.additive)} ${words}`, level: level.test })
}

function logical(word: string, own: number): Spelling {
  return (write, args) => ({ text: args.map((part) => write.operand(part, own + 1)).join(` ${word} `), level: own })
}

const like =
  (word: string): Spelling =>
  (write, [value, pattern, escaped]) => {
    const end = escaped === undefined ? '' : ` ESCAPE ${write.operand(escaped, level.additive)}`
    return { text: `${one(write, value, level.additive)} ${word} ${one(write, pattern, level.additive)}${end}`, level: level.test }
  }

function one(write: ExpressionWriter, expression: Expression | undefined, levelMin: number): string {
  return expression === undefined ? '' : write.operand(expression, levelMin)
}

/** A unit of time, or another word of SQL, which a plan has as a text. */
function wordOf(expression: Expression | undefined): string {
  if (expression?.kind === 'literal' && typeof expression.value === 'string') return expression.value
  throw renderErrors.ENGINE_FLINK_RENDER_VALUE({ type: 'STRING', reason: 'it stands for a word of the language, and is computed' })
}

const floored =
  (name: string): Spelling =>
  (write, [value, unit]) =>
    primary(`${name}(${one(write, value, level.any)} TO ${wordOf(unit)})`)

const counted =
  (name: string): Spelling =>
  (write, [unit, ...rest]) =>
    primary(`${name}(${[wordOf(unit), ...rest.map(write.text)].join(', ')})`)

function refused(reason: string): Spelling {
  return (_write, _args, call) => {
    throw renderErrors.ENGINE_FLINK_RENDER_FUNCTION({ function: call.function, reason })
  }
}

const negated: Spelling = (write, [value]) => ({ text: `-${one(write, value, level.primary)}`, level: level.unary })

const collection =
  (name: string): Spelling =>
  (write, args) =>
    primary(`${name}[${args.map(write.text).join(', ')}]`)

const field: Spelling = (write, [row, place]) => {
  const index = place?.kind === 'literal' ? Number(place.value) : -1
  const name = row?.type.kind === 'row' ? row.type.fields[index]?.name : undefined
  if (row === undefined || name === undefined) {
    throw renderErrors.ENGINE_FLINK_RENDER_FUNCTION({ function: 'FIELD', reason: 'the row has no such field' })
  }
  return primary(`${write.dotted(row)}.${nameText(name)}`)
}

const item: Spelling = (write, [held, index]) => primary(`${one(write, held, level.primary)}[${one(write, index, level.any)}]`)

/** A row is rebuilt only with the names that ROW gives. */
const row: Spelling = (write, args) => primary(`ROW(${args.map(write.text).join(', ')})`)

const trim: Spelling = (write, [side, characters, text]) =>
  primary(`TRIM(${wordOf(side)} ${one(write, characters, level.additive)} FROM ${one(write, text, level.any)})`)

const position: Spelling = (write, [search, text, start]) => {
  const from = start === undefined ? '' : ` FROM ${write.text(start)}`
  return primary(`POSITION(${one(write, search, level.additive)} IN ${one(write, text, level.additive)}${from})`)
}

const overlay: Spelling = (write, [text, replacement, start, length]) => {
  const end = length === undefined ? '' : ` FOR ${write.text(length)}`
  return primary(
    `OVERLAY(${one(write, text, level.any)} PLACING ${one(write, replacement, level.any)} FROM ${one(write, start, level.any)}${end})`,
  )
}

const overlaps: Spelling = (write, [start1, end1, start2, end2]) => {
  const pair = (a: Expression | undefined, b: Expression | undefined) => `(${one(write, a, level.any)}, ${one(write, b, level.any)})`
  return { text: `${pair(start1, end1)} OVERLAPS ${pair(start2, end2)}`, level: level.test }
}

const contained: Spelling = (write, [value, ...items]) => ({
  text: `${one(write, value, level.additive)} IN (${items.map(write.text).join(', ')})`,
  level: level.test,
})

/** What is taken for JSON is told by how it is written: a call of one of these functions. */
const jsonFunctions: readonly string[] = ['JSON_OBJECT', 'JSON_ARRAY', 'JSON']

/** The values of JSON_OBJECT and its siblings, each as JSON or as a value, as the letters of `forms` say. */
export function jsonValues(write: ExpressionWriter, forms: Expression | undefined, values: readonly Expression[]): string[] {
  const letters = wordOf(forms)
  return values.map((value, index) => {
    const isJson = value.kind === 'call' && jsonFunctions.includes(value.function)
    if (letters[index] === 'j') return isJson ? write.text(value) : `JSON(${write.text(value)})`
    return isJson ? `CAST(${write.text(value)} AS ${renderType(value.type)})` : write.text(value)
  })
}

const jsonObject: Spelling = (write, [onNull, forms, ...pairs]) => {
  const keys = pairs.filter((_, index) => index % 2 === 0)
  const values = jsonValues(
    write,
    forms,
    pairs.filter((_, index) => index % 2 === 1),
  )
  const entries = keys.map((key, index) => `KEY ${write.operand(key, level.primary)} VALUE ${values[index] ?? ''}`)
  return primary(`JSON_OBJECT(${entries.join(', ')}${entries.length === 0 ? '' : ' '}${wordOf(onNull)} ON NULL)`)
}

const jsonArray: Spelling = (write, [onNull, forms, ...values]) => {
  const items = jsonValues(write, forms, values)
  return primary(`JSON_ARRAY(${items.join(', ')}${items.length === 0 ? '' : ' '}${wordOf(onNull)} ON NULL)`)
}

const jsonValue: Spelling = (write, [text, path, returning, onEmpty, emptyDefault, onError, errorDefault]) => {
  const behaviour = (word: Expression | undefined, value: Expression | undefined) =>
    wordOf(word) === 'DEFAULT' ? `DEFAULT ${one(write, value, level.primary)}` : wordOf(word)
  const clauses =
    returning === undefined
      ? ''
      : ` RETURNING ${renderType(returning.type)} ${behaviour(onEmpty, emptyDefault)} ON EMPTY ${behaviour(onError, errorDefault)} ON ERROR`
  return primary(`JSON_VALUE(${one(write, text, level.any)}, ${one(write, path, level.any)}${clauses})`)
}

const jsonQuery: Spelling = (write, [text, path, wrapper, onEmpty, onError, returning]) => {
  const as = returning === undefined ? '' : ` RETURNING ${renderType(returning.type)}`
  const form =
    wrapper === undefined ? '' : wordOf(wrapper) === 'WITHOUT' ? ' WITHOUT ARRAY WRAPPER' : ` WITH ${wordOf(wrapper)} ARRAY WRAPPER`
  const behaviours = wrapper === undefined ? '' : ` ${wordOf(onEmpty)} ON EMPTY ${wordOf(onError)} ON ERROR`
  return primary(`JSON_QUERY(${one(write, text, level.any)}, ${one(write, path, level.any)}${as}${form}${behaviours})`)
}

const jsonExists: Spelling = (write, [text, path, onError]) => {
  const end = onError === undefined ? '' : ` ${wordOf(onError)} ON ERROR`
  return primary(`JSON_EXISTS(${one(write, text, level.any)}, ${one(write, path, level.any)}${end})`)
}

/** The name of a function of a user, which is found by it alone. */
export function userName(name: string): string {
  return nameText(name)
}

const userFunction: Spelling = (write, args, { user }) => primary(`${userName(user?.name ?? '')}(${args.map(write.text).join(', ')})`)

/** The plan has the name of the database in its place. */
const database: Spelling = (_write, _args, { arguments: [name], type }) => {
  if (name?.kind === 'literal') return primary(`CAST(${quotedText(String(name.value))} AS ${renderType(type)})`)
  throw renderErrors.ENGINE_FLINK_RENDER_FUNCTION({ function: 'CURRENT_DATABASE', reason: `it is given a ${printType(type)}` })
}

const spellings: Partial<Record<FunctionName, Spelling>> = {
  AND: logical('AND', level.and),
  OR: logical('OR', level.or),
  NOT: (write, [value]) => ({ text: `NOT (${one(write, value, level.any)})`, level: level.not }),
  '=': test('='),
  '<>': test('<>'),
  '<': test('<'),
  '<=': test('<='),
  '>': test('>'),
  '>=': test('>='),
  'IS DISTINCT FROM': test('IS DISTINCT FROM'),
  'IS NOT DISTINCT FROM': test('IS NOT DISTINCT FROM'),
  'IS NULL': testBehind('IS NULL'),
  'IS NOT NULL': testBehind('IS NOT NULL'),
  'IS TRUE': testBehind('IS TRUE'),
  'IS NOT TRUE': testBehind('IS NOT TRUE'),
  'IS FALSE': testBehind('IS FALSE'),
  'IS NOT FALSE': testBehind('IS NOT FALSE'),
  'IS JSON VALUE': testBehind('IS JSON VALUE'),
  'IS JSON OBJECT': testBehind('IS JSON OBJECT'),
  'IS JSON ARRAY': testBehind('IS JSON ARRAY'),
  'IS JSON SCALAR': testBehind('IS JSON SCALAR'),
  IN: contained,
  LIKE: like('LIKE'),
  'SIMILAR TO': like('SIMILAR TO'),
  '||': joined,
  '+': infix('+', level.additive),
  '-': infix('-', level.additive),
  PLUS_INTERVAL: infix('+', level.additive),
  MINUS_INTERVAL: infix('-', level.additive),
  '*': infix('*', level.multiplicative),
  TIMES_INTERVAL: infix('*', level.multiplicative),
  '/': infix('/', level.multiplicative),
  '%': called('MOD'),
  NEGATE: negated,
  FLOOR_TIME: floored('FLOOR'),
  CEIL_TIME: floored('CEIL'),
  EXTRACT: (write, [unit, value]) => primary(`EXTRACT(${wordOf(unit)} FROM ${one(write, value, level.any)})`),
  TIMESTAMPADD: counted('TIMESTAMPADD'),
  TIMESTAMPDIFF: counted('TIMESTAMPDIFF'),
  OVERLAPS: overlaps,
  CURRENT_DATE: bare('CURRENT_DATE'),
  CURRENT_TIME: bare('CURRENT_TIME'),
  CURRENT_TIMESTAMP: bare('CURRENT_TIMESTAMP'),
  LOCALTIME: bare('LOCALTIME'),
  LOCALTIMESTAMP: bare('LOCALTIMESTAMP'),
  CURRENT_DATABASE: database,
  TRIM: trim,
  POSITION: position,
  OVERLAY: overlay,
  ARRAY: collection('ARRAY'),
  MAP: collection('MAP'),
  ROW: row,
  ITEM: item,
  FIELD: field,
  JSON_OBJECT: jsonObject,
  JSON_ARRAY: jsonArray,
  JSON_VALUE: jsonValue,
  JSON_QUERY: jsonQuery,
  JSON_EXISTS: jsonExists,
  USER_FUNCTION: userFunction,
  COPIES: refused('it stands for repeated grouping sets'),
  BUCKET: refused('it stands for a group that was split'),
}
