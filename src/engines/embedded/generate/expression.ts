/** Expressions of the plan as generated JavaScript: one scalar per row, computed where it is needed. */
import { assert } from '#base'
import { boxExact, type DataType, isExactInteger, sameType } from '#data'
import { type Call, type Case, type Cast, columnsIn, determinismOf, type Expression, type Literal, scalarSignatures } from '#plan'
import type { Session } from '../functions/evaluation.ts'
import { evaluations } from '../functions/index.ts'
import { emitCast } from './cast.ts'
import { anyNull, type Code, type CodeWriter, neutralValue } from './code.ts'
import { inlineEmitters } from './inline.ts'
import { atOrigin } from './origin.ts'

/** Where the values of columns come from. */
export interface ColumnCodes {
  /** The scalar of a column in the current row; may write lines. */
  load(name: string, writer: CodeWriter): Code
  /** Another way to compute an expression that this source knows a shortcut for, or undefined. */
  shortcut(expression: Expression, emitter: ExpressionEmitter): Code | undefined
}

/** Computes the boxed value of an expression without columns. */
export type ConstantFunction = (expression: Expression) => unknown

/** Writes the code of expressions, one row at a time, into a writer. */
export class ExpressionEmitter {
  readonly writer: CodeWriter
  readonly session: Session
  readonly #columns: ColumnCodes
  readonly #constantOf: ConstantFunction | null
  /** What is known in the current block and the blocks around it. */
  readonly #known: Map<Expression | string, Code>[] = [new Map()]

  /** `constantOf` computes expressions without columns while code is generated; null leaves them to the generated code. */
  constructor(writer: CodeWriter, columns: ColumnCodes, session: Session, constantOf: ConstantFunction | null) {
    this.writer = writer
    this.#columns = columns
    this.session = session
    this.#constantOf = constantOf
  }

  emit(expression: Expression): Code {
    const key = expression.kind === 'column' ? expression.name : expression
    for (let depth = this.#known.length - 1; depth >= 0; depth--) {
      const known = this.#known[depth]?.get(key)
      if (known !== undefined) return known
    }
    const code = this.#fold(expression) ?? this.#columns.shortcut(expression, this) ?? this.#emitNew(expression)
    this.#known.at(-1)?.set(key, code)
    return code
  }

  /** Writes a braced block; what is computed inside is forgotten after it. */
  block(open: string, body: () => void): void {
    this.writer.line(`${open} {`)
    this.#known.push(new Map())
    body()
    this.#known.pop()
    this.writer.line('}')
  }

  /** Declares a scalar that starts as NULL, or as a value when it can never be NULL, to be set in blocks. */
  declare(type: DataType, nullable: boolean): { code: Code; set: (code: Code) => void } {
    const { writer } = this
    const value = writer.fresh()
    writer.line(`let ${value} = ${neutralValue(type, writer.width, isExactInteger(type))};`)
    const isNull = nullable ? writer.fresh() : 'false'
    if (nullable) writer.line(`let ${isNull} = true;`)
    const set = (code: Code): void => {
      if (code.isNull === 'true') {
        if (nullable) writer.line(`${isNull} = true;`)
        return
      }
      writer.line(`${value} = ${code.value};`)
      if (nullable) writer.line(`${isNull} = ${code.isNull};`)
    }
    return { code: { value, isNull, type }, set }
  }

  /** JavaScript for the boxed value of a scalar, null where it is NULL. */
  boxed(code: Code): string {
    if (code.isNull === 'true') return 'null'
    const value = this.boxedValue(code)
    return code.isNull === 'false' ? value : `(${code.isNull} ? null : ${value})`
  }

  /** JavaScript for the boxed value of a scalar that is known not to be NULL. */
  boxedValue(code: Code): string {
    return this.writer.width === 'wide' && isExactInteger(code.type) ? `${this.writer.slot(boxExact)}(${code.value})` : code.value
  }

  /** Takes a boxed value that may be null into registers; `boxed` is the name of a variable. */
  unbox(boxed: string, type: DataType): Code {
    const { writer } = this
    const isNull = writer.assign(`${boxed} === null`)
    if (!isExactInteger(type)) return { value: boxed, isNull, type }
    if (writer.width === 'narrow') {
      writer.line(`if (typeof ${boxed} === 'bigint') { ${writer.giveUp} }`)
      return { value: boxed, isNull, type }
    }
    return { value: writer.assign(`${isNull} ? 0n : BigInt(${boxed})`), isNull, type }
  }

  /** The value of a pure expression without columns. One that fails is left to fail where and when it is needed. */
  #fold(expression: Expression): Code | undefined {
    if (this.#constantOf === null || expression.kind === 'literal' || expression.kind === 'column' || !isConstant(expression))
      return undefined
    try {
      return this.#constant(this.#constantOf(expression), expression.type)
    } catch {
      return undefined
    }
  }

  #emitNew(expression: Expression): Code {
    switch (expression.kind) {
      case 'column':
        return this.#columns.load(expression.name, this.writer)
      case 'literal':
        return this.#constant(literalValue(expression), expression.type)
      case 'case':
        return this.#emitCase(expression)
      case 'cast':
        return this.#emitCast(expression)
      case 'call':
        return inlineEmitters[expression.function]?.(expression, this) ?? this.#emitCall(expression)
    }
  }

  #constant(boxed: unknown, type: DataType): Code {
    const { writer } = this
    const exact = isExactInteger(type)
    if (boxed === null) return { value: neutralValue(type, writer.width, exact), isNull: 'true', type }
    if (!exact) return { value: writer.slot(boxed), isNull: 'false', type }
    if (writer.width === 'wide') return { value: writer.slot(BigInt(boxed as number | bigint)), isNull: 'false', type }
    if (typeof boxed !== 'bigint') return { value: writer.slot(boxed), isNull: 'false', type }
    writer.line(`if (true) { ${writer.giveUp} }`)
    return { value: '0', isNull: 'false', type }
  }

  #emitCase(expression: Case): Code {
    const { writer } = this
    const { code, set } = this.declare(expression.type, true)
    const label = `l${writer.fresh()}`
    this.block(`${label}:`, () => {
      for (const branch of expression.branches) {
        const when = this.emit(branch.when)
        const holds = when.isNull === 'false' ? when.value : `!${when.isNull} && ${when.value}`
        this.block(`if (${holds})`, () => {
          set(this.emit(branch.then))
          writer.line(`break ${label};`)
        })
      }
      set(this.emit(expression.otherwise))
    })
    return code
  }

  #emitCast(expression: Cast): Code {
    const code = this.emit(expression.value)
    if (sameType(code.type, expression.type, true)) return { ...code, type: expression.type }
    return emitCast(code, expression, this)
  }

  /** A call of an evaluation: arguments boxed, result unboxed. */
  #emitCall(call: Call): Code {
    const { writer } = this
    const codes = call.arguments.map((argument) => this.emit(argument))
    const { nulls } = scalarSignatures[call.function]
    const run = evaluations[call.function]({
      arguments: call.arguments.map((argument) => argument.type),
      result: call.type,
      constants: call.arguments.map((argument) => (argument.kind === 'literal' ? literalValue(argument) : undefined)),
      session: this.session,
      user: call.user,
      origin: call.origin,
    })
    const name = writer.slot(
      call.origin === undefined ? run : atOrigin(run, call.arguments.length, call.origin, call.user?.name ?? call.function),
    )
    if (nulls === 'custom') {
      return this.unbox(writer.assign(`${name}(${codes.map((code) => this.boxed(code)).join(', ')})`), call.type)
    }
    const nullCode = anyNull(codes)
    const text = `${name}(${codes.map((code) => this.boxedValue(code)).join(', ')})`
    return this.unbox(writer.assign(nullCode === 'false' ? text : `${nullCode} ? null : ${text}`), call.type)
  }
}

/** The boxed value of a literal: bytes are written as hexadecimal text in a plan. */
export function literalValue(literal: Literal): unknown {
  const { value, type } = literal
  if (value === null) return null
  if (type.kind === 'binary' || type.kind === 'varbinary') {
    assert(typeof value === 'string', 'bytes in a plan are hexadecimal text')
    return Uint8Array.from(value.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  }
  return value
}

function isConstant(expression: Expression): boolean {
  return determinismOf(expression) === 'pure' && columnsIn(expression).size === 0
}
