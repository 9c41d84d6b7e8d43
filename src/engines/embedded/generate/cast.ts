/** Casts: the cheap ones in place, all others by the cast function of their types. */
import { castFunction, type DataType, isExactInteger, tryCastFunction } from '#data'
import type { Cast } from '#plan'
import { exactRegister, upscaled } from './arithmetic.ts'
import type { Code } from './code.ts'
import type { ExpressionEmitter } from './expression.ts'
import { atOrigin } from './origin.ts'

export function emitCast(code: Code, cast: Cast, emitter: ExpressionEmitter): Code {
  if (code.isNull === 'true') return emitter.declare(cast.type, true).code
  const value = castInPlace(code, cast.type, emitter)
  if (value !== undefined) return { value, isNull: code.isNull, type: cast.type }
  const { writer } = emitter
  const make = cast.failing === 'null' ? tryCastFunction : castFunction
  const run = make(code.type, cast.type, { timeZone: emitter.session.timeZone })
  const name = writer.slot(cast.origin === undefined ? run : atOrigin(run, 1, cast.origin, 'CAST'))
  const text = `${name}(${emitter.boxedValue(code)})`
  return emitter.unbox(writer.assign(code.isNull === 'false' ? text : `${code.isNull} ? null : ${text}`), cast.type)
}

const integerRank: Partial<Record<DataType['kind'], number>> = { tinyint: 1, smallint: 2, integer: 3, bigint: 4 }
const integerDigits: Partial<Record<DataType['kind'], number>> = { tinyint: 3, smallint: 5, integer: 10, bigint: 19 }

/** JavaScript for a cast that cannot fail and needs no function, or undefined. */
function castInPlace(code: Code, to: DataType, emitter: ExpressionEmitter): string | undefined {
  const from = code.type
  const fromRank = integerRank[from.kind]
  const toRank = integerRank[to.kind]
  const narrow = emitter.writer.width === 'narrow'
  if (fromRank !== undefined && toRank !== undefined) {
    return fromRank > toRank ? undefined : to.kind === 'bigint' ? exactRegister(code, emitter) : code.value
  }
  if (to.kind === 'double' && (fromRank !== undefined || from.kind === 'float')) {
    return narrow || !isExactInteger(from) ? code.value : `Number(${code.value})`
  }
  if (to.kind === 'double' && from.kind === 'decimal') {
    return narrow && from.scale <= 22 ? `(${code.value} / ${emitter.writer.slot(10 ** from.scale)})` : undefined
  }
  if (to.kind === 'decimal') {
    const scale = from.kind === 'decimal' ? from.scale : 0
    const digits = from.kind === 'decimal' ? from.precision - from.scale : (integerDigits[from.kind] ?? Number.POSITIVE_INFINITY)
    if (!narrow || to.scale < scale || to.scale - scale > 15 || to.precision - to.scale < digits) return undefined
    return upscaled(code.value, to.scale - scale, emitter)
  }
  if (to.kind === 'varchar' && (from.kind === 'varchar' || from.kind === 'char')) {
    return to.length >= from.length ? code.value : undefined
  }
  if ((to.kind === 'timestamp' || to.kind === 'timestamp-ltz') && from.kind === to.kind && to.precision <= 3) {
    return from.precision <= to.precision ? code.value : undefined
  }
  return undefined
}
