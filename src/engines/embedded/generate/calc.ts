/**
 * Filter and projection of batches as one generated loop. The loop is generated again for each combination of vector forms that
 * arrives, which in practice is one or two; the newest is tried first. A column that once had NULLs is looked at for NULLs in every
 * later loop, so that those which have some now and then do not multiply the loops.
 */
import { assert, shortened } from '#base'
import {
  type Batch,
  batchRows,
  type Column,
  type DictionaryVector,
  isExactInteger,
  plainFormOf,
  ReusedArrays,
  type Schema,
  selectBatchParts,
  selectRows,
  type Vector,
} from '#data'
import { columnsIn, type Expression, printExpression } from '#plan'
import type { GeneratedCode } from '../../engine.ts'
import type { Session } from '../functions/evaluation.ts'
import { type Code, CodeWriter, compileFunction, type Width } from './code.ts'
import { BatchColumns, type ColumnForm, onlyColumn } from './columns.ts'
import { ExpressionEmitter } from './expression.ts'
import { compileScalar } from './scalar.ts'
import { WordTexts } from './word-texts.ts'

export interface CalcShape {
  readonly input: Schema
  /** Rows for which it is not true are dropped. */
  readonly condition: Expression | null
  readonly outputs: readonly Expression[]
  readonly session: Session
}

/** Returns the count of rows kept, or -1 when narrow code has to give up. */
type Loop = (
  columns: readonly Vector[],
  length: number,
  selection: Int32Array,
  out: readonly unknown[],
  nulls: readonly Uint8Array[],
  seen: Uint8Array,
  none: Uint8Array,
) => number

interface Variant {
  readonly forms: readonly ColumnForm[]
  readonly width: Width
  readonly run: Loop
  /** By the place of a computed output, where it comes of the words of a dictionary: the loop leaves it out. */
  readonly ofWords: readonly (OutputOfWords | undefined)[]
}

interface OutputOfWords {
  /** The column that has the dictionary. */
  readonly column: number
  readonly texts: WordTexts
}

export class Calc {
  readonly #shape: CalcShape
  readonly #used: readonly number[]
  /** Outputs that are computed; the others pass a column on. */
  readonly #computed: readonly { readonly output: number; readonly type: Column['type'] }[]
  readonly #variants: Variant[] = []
  readonly #sources: string[] = []
  /** Whether an input column has had NULLs. */
  readonly #hadNulls: boolean[]
  #none = new Uint8Array(0)
  #selection = new Int32Array(batchRows)
  readonly #selected = new ReusedArrays()
  #out: unknown[] = []
  #wideOut: bigint[][] = []
  #nulls: Uint8Array[] = []
  readonly #seen: Uint8Array
  #capacity = 0

  constructor(shape: CalcShape) {
    this.#shape = shape
    const computed = shape.outputs
      .map((expression, output) => ({ expression, output }))
      .filter(({ expression }) => expression.kind !== 'column')
    this.#computed = computed.map(({ expression, output }) => ({ output, type: expression.type }))
    this.#seen = new Uint8Array(this.#computed.length)
    this.#hadNulls = shape.input.map(() => false)
    const names = new Set<string>()
    for (const expression of [shape.condition, ...computed.map((entry) => entry.expression)]) {
      if (expression !== null) for (const name of columnsIn(expression)) names.add(name)
    }
    this.#used = shape.input.flatMap((column, index) => (names.has(column.name) ? [index] : []))
  }

  /** Source of the loops generated so far. */
  get sources(): readonly string[] {
    return this.#sources
  }

  /** The loop for columns in their plain forms, with NULLs where their types allow them; null where there is nothing to compute. */
  example(): GeneratedCode | null {
    const { condition, input, outputs } = this.#shape
    if (condition === null && this.#computed.length === 0) return null
    const forms = input.map(({ type }) => ({ form: plainFormOf(type), nullable: type.nullable }))
    const where = condition === null ? [] : [`where=[${printExpression(condition)}]`]
    const title = [...where, `select=[${outputs.map(printExpression).join(', ')}]`].join(', ')
    const { source, slots } = generateLoop(this.#shape, forms, 'narrow')
    return { title, source: [...slots.map((slot, index) => `// k${index} = ${slotText(slot)}`), source].join('\n') }
  }

  /** The rows kept, with the columns asked for; null when none is. Valid until the next call. */
  run(batch: Batch): Batch | null {
    const { condition } = this.#shape
    if (condition === null && this.#computed.length === 0) return this.#assemble(batch, batch.length, null)
    this.#reserve(batch.length)
    let variant = this.#variantFor(batch.columns, this.#startWidth(batch))
    let count = this.#runVariant(variant, batch)
    if (count < 0) {
      variant = this.#variantFor(batch.columns, 'wide')
      count = this.#runVariant(variant, batch)
    }
    assert(count >= 0, 'wide code never gives up')
    return count === 0 ? null : this.#assemble(batch, count, variant)
  }

  #runVariant(variant: Variant, batch: Batch): number {
    const out = variant.width === 'wide' ? this.#outWide() : this.#out
    return variant.run(batch.columns, batch.length, this.#selection, out, this.#nulls, this.#seen, this.#none)
  }

  /** Wide vectors can only be read by wide code. */
  #startWidth(batch: Batch): Width {
    return this.#used.some((index) => batch.columns[index]?.form === 'wide') ? 'wide' : 'narrow'
  }

  #reserve(length: number): void {
    if (length <= this.#capacity) return
    this.#capacity = Math.max(length, batchRows)
    this.#selection = new Int32Array(this.#capacity)
    this.#none = new Uint8Array(this.#capacity)
    this.#nulls = this.#computed.map(() => new Uint8Array(this.#capacity))
    this.#out = this.#computed.map(({ type }) => allocate(plainFormOf(type), this.#capacity))
  }

  #outWide(): unknown[] {
    return this.#computed.map(({ type }, index) => {
      if (!isExactInteger(type)) return this.#out[index]
      this.#wideOut[index] ??= []
      return this.#wideOut[index]
    })
  }

  #variantFor(columns: readonly Vector[], width: Width): Variant {
    const known = this.#variants.find((variant) => variant.width === width && this.#fits(variant, columns))
    if (known !== undefined) return known
    const forms = columns.map((vector, index) => {
      this.#hadNulls[index] ||= vector.nulls !== null
      return { form: vector.form, nullable: this.#hadNulls[index] }
    })
    const ofWords = this.#computed.map(({ output }) => this.#ofWords(this.#shape.outputs[output] as Expression, forms))
    const { run, source } = generateLoop(this.#shape, forms, width, ofWords)
    const variant = { forms, width, run, ofWords }
    this.#variants.unshift(variant)
    this.#sources.push(source)
    return variant
  }

  /** A text that depends on one column alone, which comes as words. */
  #ofWords(expression: Expression, forms: readonly ColumnForm[]): OutputOfWords | undefined {
    const name = plainFormOf(expression.type) === 'text' ? onlyColumn(expression) : undefined
    const column = this.#shape.input.findIndex((input) => input.name === name)
    if (column < 0 || forms[column]?.form !== 'dictionary') return undefined
    return { column, texts: new WordTexts(compileScalar(expression, [this.#shape.input[column] as Column], this.#shape.session)) }
  }

  #fits(variant: Variant, columns: readonly Vector[]): boolean {
    for (const index of this.#used) {
      const vector = columns[index]
      const form = variant.forms[index]
      if (vector?.form !== form?.form || (vector?.nulls !== null && form?.nullable === false)) return false
    }
    return true
  }

  #assemble(batch: Batch, count: number, variant: Variant | null): Batch {
    const selection = count === batch.length ? null : this.#selection
    const arrays = this.#selected.restart()
    let position = 0
    const columns = this.#shape.outputs.map((expression) => {
      if (expression.kind !== 'column') {
        const ofWords = variant?.ofWords[position]
        if (ofWords === undefined) return this.#computedVector(position++, count, variant?.width ?? 'narrow')
        position++
        return ofWords.texts.of(batch.columns[ofWords.column] as DictionaryVector, selection, count, arrays)
      }
      const vector = batch.columns[this.#shape.input.findIndex((column) => column.name === expression.name)]
      assert(vector !== undefined, `column ${expression.name} is in the batch`)
      return selection === null ? vector : selectRows(vector, selection, count, arrays)
    })
    return { length: count, columns, ...selectBatchParts(batch, selection, count, arrays) }
  }

  #computedVector(position: number, count: number, width: Width): Vector {
    const { type } = this.#computed[position] as { type: Column['type'] }
    const nulls = this.#seen[position] === 1 ? (this.#nulls[position] ?? null) : null
    if (width === 'wide' && isExactInteger(type)) return narrowed(this.#wideOut[position] ?? [], count, nulls)
    return { form: plainFormOf(type), data: this.#out[position], nulls } as Vector
  }
}

function allocate(form: ReturnType<typeof plainFormOf>, length: number): unknown {
  switch (form) {
    case 'flags':
      return new Uint8Array(length)
    case 'integers':
      return new Int32Array(length)
    case 'numbers':
      return new Float64Array(length)
    default:
      return []
  }
}

/** A vector of bigints, as numbers when all of them are safe. */
function narrowed(data: bigint[], count: number, nulls: Uint8Array | null): Vector {
  for (let i = 0; i < count; i++) {
    const value = data[i] as bigint
    if (value > 9007199254740991n || value < -9007199254740991n) return { form: 'wide', data: data.slice(0, count), nulls }
  }
  return { form: 'numbers', data: Float64Array.from({ length: count }, (_, index) => Number(data[index])), nulls }
}

/** What a slot holds, for people. */
function slotText(slot: unknown): string {
  if (typeof slot === 'string') return shortened(JSON.stringify(slot), 60)
  return typeof slot === 'number' || typeof slot === 'bigint' || typeof slot === 'boolean' ? String(slot) : typeof slot
}

function generateLoop(
  shape: CalcShape,
  forms: readonly ColumnForm[],
  width: Width,
  ofWords: readonly unknown[] = [],
): { run: Loop; source: string; slots: readonly unknown[] } {
  const writer = new CodeWriter(width, 'return -1;')
  const columns = new BatchColumns(shape.input, forms)
  const emitter = new ExpressionEmitter(writer, columns, shape.session, (expression) => compileScalar(expression, [], shape.session)())
  if (shape.condition !== null) emitCondition(shape.condition, emitter)
  const epilogue: string[] = []
  const prologue: string[] = []
  let position = 0
  for (const expression of shape.outputs) {
    if (expression.kind === 'column') continue
    const p = position++
    if (ofWords[p] !== undefined) continue
    prologue.push(`const o${p} = out[${p}];`)
    storeScalar(emitter.emit(expression), p, writer, prologue, epilogue)
  }
  const body = writer.lines
  const source = [
    'return function (columns, length, selection, out, nulls, seen, none) {',
    ...columns.prologue(),
    ...prologue,
    'let count = 0;',
    'for (let i = 0; i < length; i++) {',
    ...body,
    'selection[count++] = i;',
    '}',
    ...epilogue,
    'return count;',
    '}',
  ].join('\n')
  return { run: compileFunction<Loop>(writer, source), source, slots: writer.slots }
}

/** Conjuncts are tested one after another, so that a row that fails the first costs no more. */
function emitCondition(condition: Expression, emitter: ExpressionEmitter): void {
  if (condition.kind === 'call' && condition.function === 'AND') {
    for (const part of condition.arguments) emitCondition(part, emitter)
    return
  }
  const code = emitter.emit(condition)
  if (code.isNull === 'true') emitter.writer.line('if (true) continue;')
  else emitter.writer.line(`if (${code.isNull === 'false' ? '' : `${code.isNull} || `}!${code.value}) continue;`)
}

function storeScalar(code: Code, position: number, writer: CodeWriter, prologue: string[], epilogue: string[]): void {
  const value = code.type.kind === 'boolean' ? `(${code.value} ? 1 : 0)` : code.value
  writer.line(`o${position}[count] = ${value};`)
  if (code.isNull === 'false') {
    epilogue.push(`seen[${position}] = 0;`)
    return
  }
  prologue.push(`const m${position} = nulls[${position}]; let h${position} = 0;`)
  writer.line(`if (${code.isNull}) { m${position}[count] = 1; h${position} = 1; } else m${position}[count] = 0;`)
  epilogue.push(`seen[${position}] = h${position};`)
}
