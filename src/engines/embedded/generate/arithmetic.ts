/**
 * Arithmetic in place, with Java's rules: integers wrap around in their type, BIGINT in 64 bits. In narrow code a result that is no
 * longer a safe number gives up, and wide code computes it with bigints. Decimals are computed here while their scale stays natural;
 * everything else goes to the evaluations.
 */
import { type DataType, isExactInteger } from '#data'
import type { Call } from '#plan'
import { embeddedErrors } from '../errors.ts'
import { anyNull, type Code } from './code.ts'
import type { ExpressionEmitter } from './expression.ts'

type Operator = '+' | '-' | '*'

/** Computes from left to right; more than two operands are all of the type of the result. */
export function emitArithmetic(operator: Operator, call: Call, emitter: ExpressionEmitter): Code | undefined {
  const [first, ...others] = call.arguments.map((operand) => emitter.emit(operand))
  if (first === undefined) return undefined
  const { type } = call
  let left = first
  for (const right of others) {
    const value = arithmeticStep(operator, left, right, type, emitter)
    if (value === undefined) return undefined
    left = { value, isNull: 'false', type }
  }
  return { value: left.value, isNull: anyNull([first, ...others]), type }
}

function arithmeticStep(operator: Operator, left: Code, right: Code, type: DataType, emitter: ExpressionEmitter): string | undefined {
  switch (type.kind) {
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'float':
    case 'double':
      return emitter.writer.assign(machineArithmetic(operator, left.value, right.value, type))
    case 'bigint': {
      const [a, b] = [exactRegister(left, emitter), exactRegister(right, emitter)]
      return safe(emitter.writer.width === 'wide' ? `BigInt.asIntN(64, ${a} ${operator} ${b})` : narrowText(operator, a, b), emitter)
    }
    case 'decimal':
      return decimalArithmetic(operator, left, right, type.scale, emitter)
    default:
      return undefined
  }
}

function emitOperands(call: Call, emitter: ExpressionEmitter): { left: Code; right: Code; isNull: Code['isNull'] } {
  const left = emitter.emit(call.arguments[0] as Call)
  const right = emitter.emit(call.arguments[1] as Call)
  return { left, right, isNull: anyNull([left, right]) }
}

function machineArithmetic(operator: Operator, a: string, b: string, type: DataType): string {
  const text = operator === '*' && type.kind === 'integer' ? `Math.imul(${a}, ${b})` : `${a} ${operator} ${b}`
  return wrapMachine(text, type)
}

function wrapMachine(text: string, type: DataType): string {
  switch (type.kind) {
    case 'tinyint':
      return `(${text}) << 24 >> 24`
    case 'smallint':
      return `(${text}) << 16 >> 16`
    case 'integer':
      return `(${text}) | 0`
    case 'float':
      return `Math.fround(${text})`
    default:
      return text
  }
}

/** An integer is never minus zero; adding zero makes it plain. */
function narrowText(operator: Operator, a: string, b: string): string {
  return operator === '*' ? `${a} * ${b} + 0` : `${a} ${operator} ${b}`
}

/** Decimal + − × in narrow code, while the result has the scale that the operands give it without rounding. */
function decimalArithmetic(operator: Operator, left: Code, right: Code, scale: number, emitter: ExpressionEmitter): string | undefined {
  const leftScale = scaleOf(left.type)
  const rightScale = scaleOf(right.type)
  if (emitter.writer.width === 'wide' || leftScale === undefined || rightScale === undefined) return undefined
  if (operator === '*') return leftScale + rightScale === scale ? safe(narrowText('*', left.value, right.value), emitter) : undefined
  if (Math.max(leftScale, rightScale) !== scale) return undefined
  const a = upscaled(left.value, scale - leftScale, emitter)
  const b = upscaled(right.value, scale - rightScale, emitter)
  return safe(`${a} ${operator} ${b}`, emitter)
}

/** Digits after the point of a number that has a register in narrow code; undefined for approximate numbers. */
function scaleOf(type: DataType): number | undefined {
  switch (type.kind) {
    case 'decimal':
      return type.scale
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return 0
    default:
      return undefined
  }
}

/** A narrow exact integer times a power of ten, at most 10^15. */
export function upscaled(value: string, digits: number, emitter: ExpressionEmitter): string {
  if (digits === 0) return value
  return safe(`${value} * ${emitter.writer.slot(10 ** Math.min(digits, 22))}`, emitter)
}

/** Computes an exact integer; narrow code gives up when it leaves the safe range. */
function safe(text: string, emitter: ExpressionEmitter): string {
  const { writer } = emitter
  const value = writer.assign(text)
  if (writer.width === 'narrow') writer.line(`if (!(${value} <= 9007199254740991 && ${value} >= -9007199254740991)) { ${writer.giveUp} }`)
  return value
}

/** The register of a number where an exact integer is wanted. */
export function exactRegister(code: Code, emitter: ExpressionEmitter): string {
  return emitter.writer.width === 'wide' && !isExactInteger(code.type) ? `BigInt(${code.value})` : code.value
}

export function emitDivision(call: Call, emitter: ExpressionEmitter): Code | undefined {
  const { type } = call
  if (type.kind === 'decimal' || !isMachineNumber(type)) return undefined
  const { left, right, isNull } = emitOperands(call, emitter)
  const { writer } = emitter
  if (type.kind === 'float' || type.kind === 'double') {
    return { value: writer.assign(wrapMachine(`${left.value} / ${right.value}`, type)), isNull, type }
  }
  const [a, b] = integerOperands(left, right, type, emitter)
  guardZero(b, isNull, call, emitter)
  if (type.kind === 'bigint' && writer.width === 'wide') {
    return { value: writer.assign(guarded(`BigInt.asIntN(64, ${a} / ${b})`, isNull, '0n')), isNull, type }
  }
  const quotient = wrapMachine(`Math.trunc(${a} / ${b}) + 0`, type)
  return { value: writer.assign(type.kind === 'bigint' ? guarded(quotient, isNull, '0') : quotient), isNull, type }
}

export function emitRemainder(call: Call, emitter: ExpressionEmitter): Code | undefined {
  const { type } = call
  if (type.kind === 'decimal' || !isMachineNumber(type)) return undefined
  const { left, right, isNull } = emitOperands(call, emitter)
  const { writer } = emitter
  if (type.kind === 'float' || type.kind === 'double') return { value: writer.assign(`${left.value} % ${right.value}`), isNull, type }
  // The operands have a common type, the result has that of the divisor.
  const exact = isExactInteger(left.type) || isExactInteger(right.type)
  const [a, b] = exact ? [exactRegister(left, emitter), exactRegister(right, emitter)] : [left.value, right.value]
  guardZero(b, isNull, call, emitter)
  if (exact && writer.width === 'wide') {
    const rest = writer.assign(guarded(`${a} % ${b}`, isNull, '0n'))
    return { value: type.kind === 'bigint' ? rest : `Number(${rest})`, isNull, type }
  }
  if (!exact) return { value: writer.assign(wrapMachine(`${a} % ${b}`, type)), isNull, type }
  return { value: writer.assign(guarded(`${writer.slot(safeRemainder)}(${a}, ${b})`, isNull, '0')), isNull, type }
}

/** The operator % calls a slow library routine on doubles; for safe integers a division does. The sign follows the dividend. */
function safeRemainder(a: number, b: number): number {
  const rest = a - Math.trunc(a / b) * b
  return rest === 0 ? 0 : rest
}

export function emitNegate(call: Call, emitter: ExpressionEmitter): Code | undefined {
  const code = emitter.emit(call.arguments[0] as Call)
  const { type } = call
  if (isExactInteger(type)) {
    if (emitter.writer.width === 'narrow') return { ...code, value: emitter.writer.assign(`0 - ${code.value}`), type }
    return type.kind === 'bigint'
      ? { ...code, value: `BigInt.asIntN(64, -${code.value})`, type }
      : { ...code, value: `(-${code.value})`, type }
  }
  return isMachineNumber(type) ? { ...code, value: emitter.writer.assign(wrapMachine(`-${code.value}`, type)), type } : undefined
}

function isMachineNumber(type: DataType): boolean {
  return ['tinyint', 'smallint', 'integer', 'bigint', 'float', 'double'].includes(type.kind)
}

function integerOperands(left: Code, right: Code, type: DataType, emitter: ExpressionEmitter): [string, string] {
  if (type.kind !== 'bigint') return [left.value, right.value]
  return [exactRegister(left, emitter), exactRegister(right, emitter)]
}

function guardZero(divisor: string, isNull: string, call: Call, emitter: ExpressionEmitter): void {
  const { origin } = call
  const fail = (): never => {
    throw embeddedErrors.ENGINE_DIVISION_BY_ZERO({}, origin === undefined ? {} : { position: { start: 0, end: 0, ...origin } })
  }
  const condition = isNull === 'false' ? '' : `!${isNull} && `
  emitter.writer.line(`if (${condition}${divisor} == 0) ${emitter.writer.slot(fail)}();`)
}

/** The operands of a NULL may be zero: division of bigints would throw, and that of numbers gives none that narrow code could go on with. */
function guarded(text: string, isNull: string, neutral: string): string {
  return isNull === 'false' ? text : `${isNull} ? ${neutral} : ${text}`
}
