/** The words of a dictionary as bytes, encoded once however many rows have them. */
import type { BytesVector, DictionaryVector } from './vector.ts'

const encoder = new TextEncoder()
/** By the array that stands for a dictionary. */
const known = new WeakMap<readonly string[], EncodedWords>()

class EncodedWords {
  readonly #words: readonly string[]
  #data = new Uint8Array(0)
  /** By code: where the word begins; it ends where the next one begins. */
  #bounds = Int32Array.of(0)

  constructor(words: readonly string[]) {
    this.#words = words
  }

  /** The first rows of a vector with these words. */
  bytesOf({ codes, nulls }: DictionaryVector, length: number): BytesVector {
    const starts = new Int32Array(length)
    const ends = new Int32Array(length)
    if (this.#bounds.length <= this.#words.length) this.#encodeAll()
    for (let row = 0; row < length; row++) {
      if (nulls !== null && nulls[row] === 1) continue
      const code = codes[row] as number
      starts[row] = this.#bounds[code] as number
      ends[row] = this.#bounds[code + 1] as number
    }
    return { form: 'bytes', data: this.#data, starts, ends, nulls }
  }

  /** Called again when the dictionary has grown. */
  #encodeAll(): void {
    const encoded = this.#words.map((word) => encoder.encode(word))
    this.#bounds = new Int32Array(encoded.length + 1)
    for (const [code, bytes] of encoded.entries()) this.#bounds[code + 1] = (this.#bounds[code] as number) + bytes.length
    this.#data = new Uint8Array(this.#bounds[encoded.length] as number)
    for (const [code, bytes] of encoded.entries()) this.#data.set(bytes, this.#bounds[code])
  }
}

/** The same rows, their texts as bytes. */
export function bytesOfWords(vector: DictionaryVector, length: number): BytesVector {
  let encoded = known.get(vector.words)
  if (encoded === undefined) {
    encoded = new EncodedWords(vector.words)
    known.set(vector.words, encoded)
  }
  return encoded.bytesOf(vector, length)
}
