/** How generated loops read the columns of a batch, specialised to the forms that its vectors have. */
import type { Clock } from '#base'
import { decodeText, isExactInteger, type Schema, type VectorForm } from '#data'
import { columnsIn, determinismOf, type Expression } from '#plan'
import type { Code, CodeWriter } from './code.ts'
import { type ColumnCodes, type ExpressionEmitter, literalValue } from './expression.ts'
import { compileScalar, WordResults } from './scalar.ts'

/** What generated code relies on about one input column. Code that looks for NULLs runs on vectors without them, too. */
export interface ColumnForm {
  readonly form: VectorForm
  readonly nullable: boolean
}

const utf8 = new TextEncoder()
/** All rows of a batch have one processing time. */
const readOnceABatch: ReadonlySet<string> = new Set([
  'PROCTIME',
  'NOW',
  'CURRENT_TIMESTAMP',
  'LOCALTIMESTAMP',
  'LOCALTIME',
  'CURRENT_TIME',
  'CURRENT_DATE',
])

/** Loads columns in a loop whose row is `i`, whose input vectors are `columns`, and where `none` holds a zero for each row. */
export class BatchColumns implements ColumnCodes {
  readonly #schema: Schema
  readonly #forms: readonly ColumnForm[]
  readonly #declared = new Map<string, string>()
  readonly #moment = new Moment()

  constructor(schema: Schema, forms: readonly ColumnForm[]) {
    this.#schema = schema
    this.#forms = forms
  }

  /** Lines that declare the arrays which the loop reads; to be placed before the loop, once all code is emitted. */
  prologue(): string[] {
    return [...this.#declared].map(([name, text]) => `const ${name} = ${text};`)
  }

  load(name: string, writer: CodeWriter): Code {
    const index = this.#indexOf(name)
    const { type } = this.#schema[index] as Schema[number]
    if (type.kind === 'null') return { value: 'null', isNull: 'true', type }
    const { form } = this.#forms[index] as ColumnForm
    const isNull = this.#isNull(index)
    const data = this.#array(index, 'd', form === 'dictionary' ? 'codes' : 'data')
    const code = (value: string): Code => ({ value, isNull, type })
    switch (form) {
      case 'flags':
        return code(`(${data}[i] === 1)`)
      case 'numbers':
        if (writer.width === 'narrow' || !isExactInteger(type)) return code(writer.assign(`${data}[i]`))
        return code(writer.assign(isNull === 'false' ? `BigInt(${data}[i])` : `${isNull} ? 0n : BigInt(${data}[i])`))
      case 'wide':
        return code(writer.assign(isNull === 'false' ? `${data}[i]` : `${isNull} ? 0n : ${data}[i]`))
      case 'bytes':
        return code(this.#loadBytes(index, data, isNull, writer))
      case 'dictionary':
        return code(writer.assign(`${this.#array(index, 'w', 'words')}[${data}[i]]`))
      default:
        return code(writer.assign(`${data}[i]`))
    }
  }

  #loadBytes(index: number, data: string, isNull: string, writer: CodeWriter): string {
    const { type } = this.#schema[index] as Schema[number]
    const text = type.kind === 'char' || type.kind === 'varchar'
    const range = `${this.#array(index, 's', 'starts')}[i], ${this.#array(index, 'e', 'ends')}[i]`
    const value = text ? `${writer.slot(decodeText)}(${data}, ${range})` : `${data}.slice(${range})`
    return writer.assign(isNull === 'false' ? value : `${isNull} ? ${text ? "''" : 'null'} : ${value}`)
  }

  shortcut(expression: Expression, emitter: ExpressionEmitter): Code | undefined {
    return this.#onceABatch(expression, emitter) ?? this.#compareBytes(expression, emitter) ?? this.#onceAWord(expression, emitter)
  }

  #onceABatch(expression: Expression, emitter: ExpressionEmitter): Code | undefined {
    if (expression.kind !== 'call' || !readOnceABatch.has(expression.function)) return undefined
    const name = `b${expression.function}`
    const { writer, session } = emitter
    this.#declared.set('now', `${writer.slot(this.#moment)}.read(${writer.slot(session.clock)})`)
    this.#declared.set(name, `${writer.slot(compileScalar(expression, [], { ...session, clock: this.#moment }))}()`)
    return emitter.unbox(name, expression.type)
  }

  /** Text in bytes form against a constant: compared as bytes, never decoded. */
  #compareBytes(expression: Expression, emitter: ExpressionEmitter): Code | undefined {
    if (expression.kind !== 'call' || (expression.function !== '=' && expression.function !== '<>')) return undefined
    const [left, right] = expression.arguments
    const [column, literal] = left?.kind === 'column' ? [left, right] : [right, left]
    if (column?.kind !== 'column' || literal?.kind !== 'literal' || typeof literal.value !== 'string') return undefined
    if (column.type.kind !== 'char' && column.type.kind !== 'varchar') return undefined
    const index = this.#indexOf(column.name)
    if (this.#forms[index]?.form !== 'bytes') return undefined
    const { writer } = emitter
    const wanted = writer.slot(utf8.encode(literalValue(literal) as string))
    const range = `${this.#array(index, 's', 'starts')}[i], ${this.#array(index, 'e', 'ends')}[i]`
    const same = `${writer.slot(equalBytes)}(${this.#array(index, 'd', 'data')}, ${range}, ${wanted})`
    return { value: writer.assign(expression.function === '=' ? same : `!${same}`), isNull: this.#isNull(index), type: expression.type }
  }

  /** Pure work on one column of words from a dictionary is done once per word. */
  #onceAWord(expression: Expression, emitter: ExpressionEmitter): Code | undefined {
    if (expression.kind === 'column' || expression.kind === 'literal') return undefined
    const name = onlyColumn(expression)
    if (name === undefined) return undefined
    const index = this.#indexOf(name)
    if (this.#forms[index]?.form !== 'dictionary') return undefined
    const { writer } = emitter
    const column = this.#schema[index] as Schema[number]
    const results = writer.slot(new WordResults(compileScalar(expression, [column], emitter.session)))
    const found = `${results}.at(${this.#array(index, 'w', 'words')}, ${this.#array(index, 'd', 'codes')}[i])`
    const isNull = this.#isNull(index)
    return emitter.unbox(writer.assign(isNull === 'false' ? found : `${isNull} ? ${results}.ofNull() : ${found}`), expression.type)
  }

  #indexOf(name: string): number {
    return this.#schema.findIndex((column) => column.name === name)
  }

  #isNull(index: number): string {
    return this.#forms[index]?.nullable === true ? `(${this.#array(index, 'n', 'nulls ?? none')}[i] === 1)` : 'false'
  }

  #array(index: number, prefix: string, property: string): string {
    const name = `${prefix}${index}`
    this.#declared.set(name, `columns[${index}].${property}`)
    return name
  }
}

/** A clock that stands still from one reading to the next, so that all functions of one batch see the same time. */
class Moment implements Clock {
  #ms = Number.NaN

  read(clock: Clock): void {
    this.#ms = clock.nowMs()
  }

  nowMs(): number {
    return this.#ms
  }

  monotonicMs(): number {
    return this.#ms
  }
}

/** The one column that a pure expression depends on, or undefined. */
export function onlyColumn(expression: Expression): string | undefined {
  const names = [...columnsIn(expression)]
  return determinismOf(expression) === 'pure' && names.length === 1 ? names[0] : undefined
}

function equalBytes(data: Uint8Array, start: number, end: number, wanted: Uint8Array): boolean {
  if (end - start !== wanted.length) return false
  for (let i = 0; i < wanted.length; i++) if (data[start + i] !== wanted[i]) return false
  return true
}
