/** Functions whose code is written out in place because they run in every statement: comparison, logic, arithmetic, NULL tests. */
import { assert } from '#base'
import { comparator, type DataType, equality, isExactInteger } from '#data'
import type { Call, FunctionName } from '#plan'
import { emitArithmetic, emitDivision, emitNegate, emitRemainder, exactRegister } from './arithmetic.ts'
import { anyNull, type Code } from './code.ts'
import type { ExpressionEmitter } from './expression.ts'

/** Gives undefined when the call is better computed by its evaluation. */
type InlineEmitter = (call: Call, emitter: ExpressionEmitter) => Code | undefined

export const inlineEmitters: Partial<Record<FunctionName, InlineEmitter>> = {
  '=': (call, emitter) => emitComparison('===', call, emitter),
  '<>': (call, emitter) => emitComparison('!==', call, emitter),
  '<': (call, emitter) => emitComparison('<', call, emitter),
  '<=': (call, emitter) => emitComparison('<=', call, emitter),
  '>': (call, emitter) => emitComparison('>', call, emitter),
  '>=': (call, emitter) => emitComparison('>=', call, emitter),
  AND: (call, emitter) => emitLogic('AND', call, emitter),
  OR: (call, emitter) => emitLogic('OR', call, emitter),
  NOT: (call, emitter) => {
    const code = emitter.emit(argument(call, 0))
    return { ...code, value: `!${code.value}` }
  },
  'IS NULL': (call, emitter) => certain(emitter.emit(argument(call, 0)).isNull, call),
  'IS NOT NULL': (call, emitter) => certain(`!${emitter.emit(argument(call, 0)).isNull}`, call),
  'IS TRUE': (call, emitter) => emitTruth(call, emitter, true, false),
  'IS NOT TRUE': (call, emitter) => emitTruth(call, emitter, true, true),
  'IS FALSE': (call, emitter) => emitTruth(call, emitter, false, false),
  'IS NOT FALSE': (call, emitter) => emitTruth(call, emitter, false, true),
  '+': (call, emitter) => emitArithmetic('+', call, emitter),
  '-': (call, emitter) => emitArithmetic('-', call, emitter),
  '*': (call, emitter) => emitArithmetic('*', call, emitter),
  '/': (call, emitter) => emitDivision(call, emitter),
  '%': (call, emitter) => emitRemainder(call, emitter),
  NEGATE: (call, emitter) => emitNegate(call, emitter),
  COALESCE: emitCoalesce,
  IFNULL: emitCoalesce,
  IF: emitIf,
  FIELD: emitField,
}

function argument(call: Call, index: number): Call['arguments'][number] {
  const found = call.arguments[index]
  assert(found !== undefined, `${call.function} has argument ${index}`)
  return found
}

function certain(value: string, call: Call): Code {
  return { value, isNull: 'false', type: call.type }
}

/** Orders whose JavaScript operator gives SQL's answer on registers. Text is equal as SQL says, but ordered by code point. */
function comparesPlainly(type: DataType, operator: string): boolean {
  switch (type.kind) {
    case 'char':
    case 'varchar':
    case 'variant':
      return operator === '===' || operator === '!=='
    case 'binary':
    case 'varbinary':
    case 'bitmap':
    case 'array':
    case 'map':
    case 'multiset':
    case 'row':
    case 'null':
      return false
    default:
      return true
  }
}

/** Maps and multisets are equal or not, and have no order. */
function boxedComparison(operator: string, left: Code, right: Code, emitter: ExpressionEmitter): string {
  const values = `${emitter.boxedValue(left)}, ${emitter.boxedValue(right)}`
  if (operator === '===' || operator === '!==') return `${emitter.writer.slot(equality(left.type))}(${values}) === ${operator === '==='}`
  return `${emitter.writer.slot(comparator(left.type))}(${values}) ${operator} 0`
}

function emitComparison(operator: string, call: Call, emitter: ExpressionEmitter): Code {
  const left = emitter.emit(argument(call, 0))
  const right = emitter.emit(argument(call, 1))
  const isNull = anyNull([left, right])
  if (!comparesPlainly(left.type, operator)) {
    const compared = boxedComparison(operator, left, right, emitter)
    return { value: isNull === 'false' ? `(${compared})` : `(!${isNull} && ${compared})`, isNull, type: call.type }
  }
  const exact = isExactInteger(left.type) || isExactInteger(right.type)
  const [a, b] = exact ? [exactRegister(left, emitter), exactRegister(right, emitter)] : [left.value, right.value]
  return { value: `(${a} ${operator} ${b})`, isNull, type: call.type }
}

/**
 * Three-valued AND and OR of two or more conditions. A later one is only computed where it matters, so that a guard before it protects
 * it: FALSE decides an AND, TRUE an OR.
 */
function emitLogic(operator: 'AND' | 'OR', call: Call, emitter: ExpressionEmitter): Code {
  const { writer } = emitter
  const nullable = call.arguments.some((item) => item.type.nullable)
  const first = emitter.emit(argument(call, 0))
  const value = writer.fresh()
  const isNull = nullable ? writer.fresh() : 'false'
  const not = operator === 'AND' ? '!' : ''
  writer.line(`let ${value} = ${first.value};`)
  if (nullable) writer.line(`let ${isNull} = ${first.isNull};`)
  for (const item of call.arguments.slice(1)) {
    const undecided = `${operator === 'AND' ? '' : '!'}${value}`
    emitter.block(`if (${nullable ? `${isNull} || ` : ''}${undecided})`, () => {
      const next = emitter.emit(item)
      const decides = `${next.isNull === 'false' ? '' : `!${next.isNull} && `}${not}${next.value}`
      writer.line(`if (${decides}) { ${value} = ${operator === 'OR'}; ${nullable ? `${isNull} = false; ` : ''}}`)
      if (nullable && next.isNull !== 'false') writer.line(`else if (${next.isNull}) ${isNull} = true;`)
    })
  }
  return { value, isNull, type: call.type }
}

function emitTruth(call: Call, emitter: ExpressionEmitter, wanted: boolean, negated: boolean): Code {
  const code = emitter.emit(argument(call, 0))
  const holds = `(!${code.isNull} && ${wanted ? '' : '!'}${code.value})`
  return certain(negated ? `!${holds}` : holds, call)
}

function emitCoalesce(call: Call, emitter: ExpressionEmitter): Code {
  const { writer } = emitter
  const { code, set } = emitter.declare(call.type, true)
  const label = `l${writer.fresh()}`
  emitter.block(`${label}:`, () => {
    for (const item of call.arguments) {
      const value = emitter.emit(item)
      if (value.isNull === 'true') continue
      set({ ...value, value: sameRegister(value, call.type, emitter) })
      writer.line(value.isNull === 'false' ? `break ${label};` : `if (!${value.isNull}) break ${label};`)
      if (value.isNull === 'false') return
    }
  })
  return code
}

function emitIf(call: Call, emitter: ExpressionEmitter): Code {
  const when = emitter.emit(argument(call, 0))
  const { code, set } = emitter.declare(call.type, true)
  emitter.block(`if (!${when.isNull} && ${when.value})`, () => {
    const value = emitter.emit(argument(call, 1))
    set({ ...value, value: sameRegister(value, call.type, emitter) })
  })
  emitter.block('else', () => {
    const value = emitter.emit(argument(call, 2))
    set({ ...value, value: sameRegister(value, call.type, emitter) })
  })
  return code
}

function sameRegister(code: Code, type: DataType, emitter: ExpressionEmitter): string {
  return isExactInteger(type) ? exactRegister(code, emitter) : code.value
}

/** A field of a row: the second argument is its position, a literal. */
function emitField(call: Call, emitter: ExpressionEmitter): Code | undefined {
  const index = argument(call, 1)
  if (index.kind !== 'literal' || typeof index.value !== 'number') return undefined
  const row = emitter.emit(argument(call, 0))
  const field = `${row.value}[${emitter.writer.slot(index.value)}]`
  return emitter.unbox(emitter.writer.assign(row.isNull === 'false' ? field : `${row.isNull} ? null : ${field}`), call.type)
}
