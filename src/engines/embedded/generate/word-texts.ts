/**
 * A column of texts that come of the words of a dictionary: a dictionary itself. What computes a text runs once for each word, from the
 * first row that has it, and nothing is written for a row but the code of its text.
 */
import type { ArraySupply, DictionaryVector, Vector } from '#data'
import type { BoxedFunction } from './scalar.ts'

/** Stands for NULL among the codes of results. */
const codeOfNull = -1

export class WordTexts {
  readonly #run: BoxedFunction
  #words: readonly string[] = []
  /** The code of the result by the code of the word. */
  #codes: number[] = []
  /** What the function gives for NULL, once a row had it. */
  #ofNull: number | undefined
  /** Distinct results, and their codes. */
  #texts: string[] = []
  #known = new Map<string, number>()

  constructor(run: BoxedFunction) {
    this.#run = run
  }

  /** The results for the selected rows, all where the selection is null. */
  of(vector: DictionaryVector, selection: Int32Array | null, count: number, arrays: ArraySupply): Vector {
    if (vector.words !== this.#words) this.#start(vector.words)
    const results = this.#codes
    const codes = arrays.integers(count)
    let nulls: Uint8Array | null = null
    for (let i = 0; i < count; i++) {
      const row = selection === null ? i : (selection[i] as number)
      const isNull = vector.nulls !== null && vector.nulls[row] === 1
      const word = vector.codes[row] as number
      const code = isNull ? this.#codeForNull() : (results[word] ?? this.#codeFor(word))
      codes[i] = code
      if (code === codeOfNull) {
        nulls ??= new Uint8Array(count)
        nulls[i] = 1
        codes[i] = 0
      }
    }
    return { form: 'dictionary', codes, words: this.#texts, nulls }
  }

  #start(words: readonly string[]): void {
    this.#words = words
    this.#codes = []
    this.#ofNull = undefined
    this.#texts = []
    this.#known = new Map()
  }

  #codeForNull(): number {
    this.#ofNull ??= this.#codeOfResult(this.#run(null))
    return this.#ofNull
  }

  #codeFor(word: number): number {
    const code = this.#codeOfResult(this.#run(this.#words[word]))
    this.#codes[word] = code
    return code
  }

  #codeOfResult(result: unknown): number {
    if (typeof result !== 'string') return codeOfNull
    const known = this.#known.get(result)
    if (known !== undefined) return known
    this.#known.set(result, this.#texts.length)
    return this.#texts.push(result) - 1
  }
}
