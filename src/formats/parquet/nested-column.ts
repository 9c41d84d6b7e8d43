/**
 * Reads a column of rows, arrays and maps: takes the levels and values of its leaves for some rows, then puts boxed values together.
 *
 * A leaf has an entry for each value and for each place where a value could be: a NULL or an empty list on the way to it. The definition
 * level of an entry says how far down the way goes, its repetition level in which list the entry adds an element; 0 begins a new row.
 */
import { type Vector, valueAt } from '#data'
import type { ColumnPlan } from './bind.ts'
import type { FileContext } from './errors.ts'
import type { ColumnReader } from './flat-column.ts'
import type { HybridDecoder } from './hybrid.ts'
import type { LeafReader } from './leaf-reader.ts'
import { grown } from './leaf-values.ts'

/** Entries that the rows of one batch may have. */
const entriesMax = 1 << 24
const blockLength = 1024

/** The entries of one leaf for the rows of a batch. */
class Entries {
  readonly leaf: LeafReader
  readonly type: Extract<ColumnPlan, { kind: 'leaf' }>['type']
  repetitions = new Int32Array(0)
  definitions = new Int32Array(0)
  length = 0
  #rows = 0
  /** Levels of the page at hand, decoded ahead. */
  readonly #blockRepetitions = new Int32Array(blockLength)
  readonly #blockDefinitions = new Int32Array(blockLength)
  #blockAt = 0
  #blockEnd = 0
  /** Where assembling stands. */
  at = 0
  #value = 0
  #vector: Vector | null = null

  constructor(leaf: LeafReader, type: Entries['type']) {
    this.leaf = leaf
    this.type = type
    leaf.values.clear()
  }

  fill(rows: number): boolean {
    for (;;) {
      if (this.#blockAt === this.#blockEnd) {
        const state = this.leaf.openPage()
        if (state === 'missing') return false
        if (state === 'end') {
          if (this.#rows < rows) throw this.leaf.context.damaged(`column "${this.leaf.node.name}" has fewer rows than its row group`)
          return true
        }
        this.#decodeBlock()
      }
      if (this.#takeBlock(rows)) return true
    }
  }

  /** Readies the entries for assembling. */
  open(): void {
    this.at = 0
    this.#value = 0
    this.#vector = this.leaf.values.vector(this.leaf.values.count, null)
  }

  /** Forgets the entries, all of which must have been taken. */
  clear(): void {
    if (this.at !== this.length) throw this.leaf.context.damaged(`column "${this.leaf.node.name}" does not fit the lists around it`)
    this.length = 0
    this.#rows = 0
    this.leaf.values.clear()
  }

  /** Levels of the entry at hand; −1 behind the last. */
  get definition(): number {
    return this.at < this.length ? (this.definitions[this.at] as number) : -1
  }
  get repetition(): number {
    return this.at < this.length ? (this.repetitions[this.at] as number) : -1
  }

  /** The boxed value of the entry at hand, or null. */
  take(): unknown {
    const { definition } = this
    if (definition < 0) throw this.leaf.context.damaged(`column "${this.leaf.node.name}" ends within a list`)
    this.at++
    return definition === this.leaf.node.definition && this.#vector !== null ? valueAt(this.#vector, this.#value++, this.type) : null
  }

  #decodeBlock(): void {
    const { page, left } = this.leaf
    const count = Math.min(left, blockLength)
    takeLevels(page?.repetitions ?? null, this.#blockRepetitions, count)
    takeLevels(page?.definitions ?? null, this.#blockDefinitions, count)
    this.leaf.left -= count
    this.#blockAt = 0
    this.#blockEnd = count
  }

  /** Takes entries of the block up to the start of the row after the last wanted one; whether that start was found. */
  #takeBlock(rows: number): boolean {
    const from = this.#blockAt
    const { definition: deepest, repetition: mostRepeated } = this.leaf.node
    let values = 0
    let at = from
    for (; at < this.#blockEnd; at++) {
      if (this.#blockRepetitions[at] === 0) {
        if (this.#rows === rows) break
        this.#rows++
      } else if (this.#rows === 0) {
        throw this.leaf.context.damaged(`column "${this.leaf.node.name}" does not begin with a row`)
      }
      const definition = this.#blockDefinitions[at] as number
      const repetition = this.#blockRepetitions[at] as number
      if (definition > deepest) throw this.leaf.levelTooHigh(definition, deepest)
      if (repetition > mostRepeated) throw this.leaf.levelTooHigh(repetition, mostRepeated)
      if (definition === deepest) values++
    }
    const count = at - from
    if (this.length + count > entriesMax) throw this.leaf.context.damaged(`${rows} rows have more than ${entriesMax} list elements`)
    this.repetitions = grown(this.repetitions, this.length + count)
    this.definitions = grown(this.definitions, this.length + count)
    this.repetitions.set(this.#blockRepetitions.subarray(from, at), this.length)
    this.definitions.set(this.#blockDefinitions.subarray(from, at), this.length)
    this.length += count
    this.leaf.take(values)
    this.#blockAt = at
    return at < this.#blockEnd
  }
}

/** Levels of a kind that the column does not need are all 0. */
function takeLevels(levels: HybridDecoder | null, out: Int32Array, count: number): void {
  if (levels === null) out.fill(0, 0, count)
  else levels.take(out, 0, count)
}

/** Makes one value of a plan out of the entries at hand. */
interface Assembler {
  take(): unknown
  /** Steps over an entry that ends above this value. */
  skip(): void
  /** Any leaf below: all have the same levels up to this value. */
  readonly first: Entries
}

export class NestedColumn implements ColumnReader {
  readonly #entries: readonly Entries[]
  readonly #assembler: Assembler
  #waiting: Entries | null = null

  /** `leaves` are those of the plan, in its order. */
  constructor(plan: ColumnPlan, leaves: readonly LeafReader[], context: FileContext) {
    const entries: Entries[] = []
    const rest = [...leaves]
    this.#assembler = assemblerOf(plan, (type) => {
      const leaf = rest.shift()
      if (leaf === undefined) throw context.damaged('a column has fewer leaves than its plan')
      const made = new Entries(leaf, type)
      entries.push(made)
      return made
    })
    this.#entries = entries
  }

  fill(rows: number): boolean {
    this.#waiting = this.#entries.find((entries) => !entries.fill(rows)) ?? null
    return this.#waiting === null
  }

  async load(): Promise<void> {
    await this.#waiting?.leaf.load()
  }

  vector(rows: number): Vector {
    for (const entries of this.#entries) entries.open()
    const data: unknown[] = []
    let nulls: Uint8Array | null = null
    for (let row = 0; row < rows; row++) {
      const value = this.#assembler.take()
      data.push(value)
      if (value !== null) continue
      nulls ??= new Uint8Array(rows)
      nulls[row] = 1
    }
    for (const entries of this.#entries) entries.clear()
    return { form: 'values', data, nulls }
  }
}

function assemblerOf(plan: ColumnPlan, open: (type: Entries['type']) => Entries): Assembler {
  if (plan.kind === 'leaf') {
    const entries = open(plan.type)
    return { take: () => entries.take(), skip: () => void entries.at++, first: entries }
  }
  const parts = (plan.kind === 'row' ? plan.fields : plan.parts).map((part) => assemblerOf(part, open))
  const [firstPart] = parts as [Assembler]
  const { first } = firstPart
  const skip = () => {
    for (const part of parts) part.skip()
  }
  const takeParts = () => parts.map((part) => part.take())
  if (plan.kind === 'row') {
    const take = () => {
      if (first.definition >= plan.definition) return takeParts()
      skip()
      return null
    }
    return { take, skip, first }
  }
  const { definition, repeatedDefinition, repetition, kind } = plan
  const take = () => {
    const isNull = first.definition < definition
    const elements: unknown[][] = []
    if (first.definition < repeatedDefinition) {
      skip()
    } else {
      do elements.push(takeParts())
      while (first.repetition === repetition)
    }
    if (isNull) return null
    return kind === 'map' ? new Map(elements as [unknown, unknown][]) : elements.map(([element]) => element)
  }
  return { take, skip, first }
}
