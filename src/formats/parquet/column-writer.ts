/** Takes columns of batches apart into leaves, with the levels by which nested-column.ts puts them together again. */
import { assert } from '#base'
import { type Batch, type DataType, decodeText, type Vector, valueAt } from '#data'
import { parquetErrors } from './errors.ts'
import { LeafWriter } from './leaf-writer.ts'
import type { WriteSettings } from './options.ts'
import type { WrittenNode } from './writer-schema.ts'

/** Writes a boxed value; `repetition` is that of its first entry, `definition` the level that is there without it. */
type WriteValue = (value: unknown, repetition: number, definition: number) => void

export class ColumnWriter {
  readonly leaves: LeafWriter[] = []
  readonly #type: DataType
  readonly #write: WriteValue
  readonly #column: string
  readonly #settings: WriteSettings
  /** Whether it is a leaf, not one of arrays, maps or rows. */
  readonly #isPlain: boolean
  readonly #isOptional: boolean

  constructor(node: WrittenNode, type: DataType, settings: WriteSettings) {
    this.#type = type
    this.#column = node.name
    this.#settings = settings
    this.#isPlain = node.encoder !== null
    this.#isOptional = node.repetition !== 'REQUIRED'
    this.#write = this.#writerOf(node)
  }

  write(batch: Batch, vector: Vector): void {
    const [leaf] = this.leaves
    if (vector.form === 'bytes' && leaf?.encoder.logical?.kind === 'string') {
      this.#writeTexts(batch.length, vector, leaf)
      return
    }
    const isOfNumbers = vector.form === 'integers' || vector.form === 'numbers'
    if (leaf !== undefined && this.#isPlain && isOfNumbers && (this.#isOptional || vector.nulls === null)) {
      leaf.addNumbers(vector.data, vector.nulls, batch.length)
      return
    }
    for (let row = 0; row < batch.length; row++) {
      this.#write(valueAt(vector, row, this.#type), 0, 0)
      for (const each of this.leaves) each.endRow()
    }
  }

  /** Texts that are bytes already. */
  #writeTexts(length: number, vector: Extract<Vector, { form: 'bytes' }>, leaf: LeafWriter): void {
    const { data, starts, ends, nulls } = vector
    for (let row = 0; row < length; row++) {
      const start = starts[row] as number
      const end = ends[row] as number
      if (nulls !== null && nulls[row] === 1) leaf.addNull(0, 0)
      else leaf.addBytes(0, data, start, end, () => decodeText(data, start, end))
      leaf.endRow()
    }
  }

  #writerOf(node: WrittenNode): WriteValue {
    if (node.encoder !== null) return this.#leafWriter(node)
    if (node.logical?.kind === 'list') return this.#listWriter(node)
    if (node.logical?.kind === 'map') return this.#mapWriter(node)
    return this.#rowWriter(node)
  }

  #leafWriter(node: WrittenNode): WriteValue {
    assert(node.encoder !== null, 'a leaf has an encoder')
    const leaf = new LeafWriter(node.encoder, node.definition, node.repeated, this.#settings)
    this.leaves.push(leaf)
    return (value, repetition, definition) => {
      if (value !== null) leaf.addValue(repetition, value)
      else if (node.repetition === 'REQUIRED') throw parquetErrors.FORMATS_PARQUET_KEY_MISSING({ column: this.#column })
      else leaf.addNull(repetition, definition)
    }
  }

  #rowWriter(node: WrittenNode): WriteValue {
    const first = this.leaves.length
    const fields = node.children.map((child) => this.#writerOf(child))
    const leaves = this.leaves.slice(first)
    return (value, repetition, definition) => {
      if (value === null && node.repetition === 'REQUIRED') throw parquetErrors.FORMATS_PARQUET_KEY_MISSING({ column: this.#column })
      if (value === null) for (const leaf of leaves) leaf.addNull(repetition, definition)
      else for (const [index, write] of fields.entries()) write((value as readonly unknown[])[index] ?? null, repetition, node.definition)
    }
  }

  #listWriter(node: WrittenNode): WriteValue {
    const [repeated] = node.children
    const [element] = repeated?.children ?? []
    assert(repeated !== undefined && element !== undefined, 'a list has a repeated element')
    const { write, leaves } = this.#partsOf([element])
    return (value, repetition, definition) => {
      const elements = value as readonly unknown[] | null
      if (elements === null && node.repetition === 'REQUIRED') throw parquetErrors.FORMATS_PARQUET_KEY_MISSING({ column: this.#column })
      if (elements === null || elements.length === 0) {
        for (const leaf of leaves) leaf.addNull(repetition, elements === null ? definition : node.definition)
        return
      }
      let level = repetition
      for (const item of elements) {
        write([item], level, repeated.definition)
        level = repeated.repeated
      }
    }
  }

  #mapWriter(node: WrittenNode): WriteValue {
    const [repeated] = node.children
    assert(repeated !== undefined, 'a map has repeated pairs')
    const { write, leaves } = this.#partsOf(repeated.children)
    return (value, repetition, definition) => {
      const pairs = value as ReadonlyMap<unknown, unknown> | null
      if (pairs === null && node.repetition === 'REQUIRED') throw parquetErrors.FORMATS_PARQUET_KEY_MISSING({ column: this.#column })
      if (pairs === null || pairs.size === 0) {
        for (const leaf of leaves) leaf.addNull(repetition, pairs === null ? definition : node.definition)
        return
      }
      let level = repetition
      for (const pair of pairs) {
        write(pair, level, repeated.definition)
        level = repeated.repeated
      }
    }
  }

  #partsOf(nodes: readonly WrittenNode[]) {
    const first = this.leaves.length
    const parts = nodes.map((node) => this.#writerOf(node))
    const leaves = this.leaves.slice(first)
    const write = (values: readonly unknown[], repetition: number, definition: number) => {
      for (const [index, part] of parts.entries()) part(values[index] ?? null, repetition, definition)
    }
    return { write, leaves }
  }
}
