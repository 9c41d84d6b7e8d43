/** Reads a leaf column of a row group page by page: opens pages, keeps count of values, and finds out which are NULL. */
import type { ReadableFile } from '../format.ts'
import { ChunkPages } from './chunk-pages.ts'
import type { FileContext } from './errors.ts'
import type { LeafValues } from './leaf-values.ts'
import type { ChunkMetadata } from './metadata.ts'
import { type DataPage, openDictionary, openPage, type PageSource } from './page.ts'
import { PlainValues } from './plain-values.ts'
import type { PhysicalType } from './schema-element.ts'
import type { SchemaNode } from './schema-tree.ts'

const dictionaryWordsMax = 1 << 24

/** The fewest bytes that a value takes in the encoding PLAIN; blocks have a length of their own. */
const leastBytes: { readonly [Physical in PhysicalType]?: number } = {
  BOOLEAN: 1,
  INT32: 4,
  INT64: 8,
  INT96: 12,
  FLOAT: 4,
  DOUBLE: 8,
  BYTE_ARRAY: 4,
}

/** The pages of one chunk of a leaf. */
export class LeafReader {
  readonly node: SchemaNode
  readonly values: LeafValues
  readonly context: FileContext
  readonly #pages: ChunkPages
  readonly #source: PageSource
  /** Levels of the chunk in pages not yet opened. */
  #ahead: number
  /** The page at hand, and how many of its levels are left. */
  page: DataPage | null = null
  left = 0
  #hasDictionary = false

  constructor(file: ReadableFile, node: SchemaNode, values: LeafValues, chunk: ChunkMetadata, context: FileContext) {
    this.node = node
    this.values = values
    this.context = context
    this.#pages = new ChunkPages(file, chunk, context)
    this.#source = { node, codec: chunk.codec, context }
    this.#ahead = chunk.values
  }

  /** Opens the next page with values. `end` when there is none, `missing` when `load` has to come first. */
  openPage(): 'open' | 'end' | 'missing' {
    while (this.left === 0) {
      if (this.#ahead === 0) return 'end'
      const page = this.#pages.next()
      if (page === 'missing') return 'missing'
      if (page === null) throw this.context.damaged(`column "${this.node.name}" ends ${this.#ahead} values early`)
      const { header, body } = page
      if (header.kind === 'dictionary') {
        const bytes = openDictionary(header, body, this.#source)
        this.#checkDictionary(header.values, bytes.length)
        this.values.setDictionary(new PlainValues(bytes, 0, bytes.length, this.context), header.values)
        this.#hasDictionary = true
      } else if (header.kind !== 'other') {
        if (header.values > this.#ahead) throw this.context.damaged(`column "${this.node.name}" has more values than it should`)
        this.page = openPage(header, body, this.#source)
        if (this.page.codes !== null && !this.#hasDictionary) throw this.context.damaged('a page uses a dictionary that does not exist')
        this.left = header.values
        this.#ahead -= header.values
      }
    }
    return 'open'
  }

  /** Memory is taken for all words at once. */
  #checkDictionary(words: number, bytes: number): void {
    const { physical, length } = this.node.element
    const bytesEach = physical === null ? 1 : (leastBytes[physical] ?? length)
    if (words * bytesEach > bytes) throw this.context.damaged(`a dictionary of ${words} words has ${bytes} bytes`)
    if (words > dictionaryWordsMax) throw this.context.damaged(`a dictionary has ${words} words, more than ${dictionaryWordsMax}`)
  }

  levelTooHigh(level: number, most: number): Error {
    return this.context.damaged(`a page has a level ${level}, but none is above ${most}`)
  }

  load(): Promise<void> {
    return this.#pages.load()
  }

  /** Takes values that are not NULL from the page at hand. */
  take(count: number): void {
    const { page } = this
    if (page === null || count === 0) return
    this.values.reserve(count)
    if (page.codes !== null) this.values.takeCodes(page.codes, count)
    else if (page.values !== null) this.values.takeValues(page.values, count)
  }
}
