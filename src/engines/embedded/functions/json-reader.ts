/**
 * Reads JSON as Flink's functions do (Jackson's defaults): the last of two equal keys counts, and what follows the first value is not
 * looked at. What a path passes by is checked but not built.
 */
import { JsonNumber, type JsonValue } from './json-text.ts'

/** Reads the first value of a text; undefined when it is no JSON, or has a key twice that may be there only once. */
export function parseJson(text: string, keys: 'last' | 'once' = 'last'): JsonValue | undefined {
  return new JsonReader(text, keys).value(0)
}

/** No value is at the place asked for, or the text is no JSON. */
export type JsonMiss = 'nowhere' | 'broken'

/** The value that keys and indexes lead to. */
export function findInJson(text: string, steps: readonly (string | number)[]): { readonly value: JsonValue } | JsonMiss {
  const reader = new JsonReader(text)
  const found = reader.find(steps, 0)
  return reader.isBroken ? 'broken' : found === undefined ? 'nowhere' : { value: found }
}

const depthMax = 1000
const quote = 34
const backslash = 92
const comma = 44
const colon = 58
const openBracket = 91
const closeBracket = 93
const openBrace = 123
const closeBrace = 125

const escapeForm = /["\\/bfnrt]|u[0-9A-Fa-f]{4}/y
const numberForm = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y
const words: readonly (readonly [text: string, value: null | boolean])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

class JsonReader {
  readonly #text: string
  readonly #keys: 'last' | 'once'
  #at = 0
  isBroken = false

  constructor(text: string, keys: 'last' | 'once' = 'last') {
    this.#text = text
    this.#keys = keys
  }

  value(depth: number): JsonValue | undefined {
    if (depth > depthMax) return this.#broken()
    switch (this.#peek()) {
      case openBrace: {
        const fields = new Map<string, JsonValue>()
        const read = (key: string): boolean => {
          if (this.#keys === 'once' && fields.has(key)) return this.#fail()
          return this.#keep(this.value(depth + 1), (value) => fields.set(key, value))
        }
        return this.#object(read) ? fields : undefined
      }
      case openBracket: {
        const items: JsonValue[] = []
        return this.#array(() => this.#keep(this.value(depth + 1), (value) => items.push(value))) ? items : undefined
      }
      case quote:
        return this.#string()
      default:
        return this.#scalar()
    }
  }

  /** The value that steps lead to from here; the reader ends behind the whole value. */
  find(steps: readonly (string | number)[], depth: number): JsonValue | undefined {
    const step = steps[depth]
    if (step === undefined) return this.value(depth)
    const first = this.#peek()
    let found: JsonValue | undefined
    if (first === openBrace && typeof step === 'string') {
      this.#object((key) => {
        if (key === step) found = this.find(steps, depth + 1)
        else this.#skip(depth + 1)
        return !this.isBroken
      })
    } else if (first === openBracket && typeof step === 'number') {
      let index = 0
      this.#array(() => {
        if (index++ === step) found = this.find(steps, depth + 1)
        else this.#skip(depth + 1)
        return !this.isBroken
      })
    } else {
      this.#skip(depth)
    }
    return found
  }

  /** Passes a value by. */
  #skip(depth: number): boolean {
    if (depth > depthMax) return this.#fail()
    switch (this.#peek()) {
      case openBrace:
        return this.#object(() => this.#skip(depth + 1))
      case openBracket:
        return this.#array(() => this.#skip(depth + 1))
      case quote:
        return this.#stringEnd() !== undefined || this.#fail()
      default:
        return this.#scalar() !== undefined
    }
  }

  #keep(value: JsonValue | undefined, store: (value: JsonValue) => void): boolean {
    if (value === undefined) return false
    store(value)
    return true
  }

  /** Reads fields; `readValue` reads the value of a key. */
  #object(readValue: (key: string) => boolean): boolean {
    this.#at++
    if (this.#take(closeBrace)) return true
    do {
      const key = this.#peek() === quote ? this.#string() : undefined
      if (key === undefined || !this.#take(colon)) return this.#fail()
      if (!readValue(key)) return false
    } while (this.#take(comma))
    return this.#take(closeBrace) || this.#fail()
  }

  #array(readItem: () => boolean): boolean {
    this.#at++
    if (this.#take(closeBracket)) return true
    do {
      if (!readItem()) return false
    } while (this.#take(comma))
    return this.#take(closeBracket) || this.#fail()
  }

  #string(): string | undefined {
    const start = this.#at
    const plain = this.#stringEnd()
    if (plain === undefined) return this.#broken()
    return plain ? this.#text.slice(start + 1, this.#at - 1) : (JSON.parse(this.#text.slice(start, this.#at)) as string)
  }

  /** Moves behind a string: true when it has no escapes, undefined when it is none. */
  #stringEnd(): boolean | undefined {
    const text = this.#text
    let plain = true
    for (let at = this.#at + 1; ; at++) {
      const code = text.charCodeAt(at)
      if (code === quote) {
        this.#at = at + 1
        return plain
      }
      if (code === backslash) {
        plain = false
        escapeForm.lastIndex = ++at
        if (!escapeForm.test(text)) return undefined
      } else if (!(code >= 32)) {
        return undefined
      }
    }
  }

  #scalar(): JsonValue | undefined {
    numberForm.lastIndex = this.#at
    const digits = numberForm.exec(this.#text)
    if (digits !== null) {
      this.#at = numberForm.lastIndex
      return this.#ends() ? new JsonNumber(digits[0]) : this.#broken()
    }
    for (const [word, value] of words) {
      if (!this.#text.startsWith(word, this.#at)) continue
      this.#at += word.length
      return this.#ends() ? value : this.#broken()
    }
    return this.#broken()
  }

  /** A number or word must not run on: 01 and truex are no JSON. */
  #ends(): boolean {
    const code = this.#text.charCodeAt(this.#at)
    return !(
      code === 36 ||
      code === 46 ||
      code === 95 ||
      (code >= 48 && code <= 57) ||
      (code >= 65 && code <= 90) ||
      (code >= 97 && code <= 122)
    )
  }

  /** The code of the next character that is not blank; NaN at the end. */
  #peek(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return code
      this.#at++
    }
  }

  #take(code: number): boolean {
    if (this.#peek() !== code) return false
    this.#at++
    return true
  }

  #fail(): boolean {
    this.isBroken = true
    return false
  }

  #broken(): undefined {
    this.isBroken = true
  }
}
