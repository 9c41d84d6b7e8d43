/**
 * JSON as Flink's functions see it (Jackson's defaults): numbers keep their digits, the last of two equal keys counts, what follows the
 * first value is not looked at, and objects are written with their keys in order.
 */

/** A number by its text, as Java's BigInteger or BigDecimal prints it. */
export class JsonNumber {
  readonly text: string

  constructor(text: string) {
    this.text = /[.eE]/.test(text) ? bigDecimalText(text) : BigInt(text).toString()
  }
}

export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | ReadonlyMap<string, JsonValue>

/** How Java's BigDecimal prints a number: 1.50, 1E+5, 1E-7, 0.000010. */
export function bigDecimalText(text: string): string {
  const [, sign = '', integer = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([-+]?\d+))?$/.exec(text) ?? []
  const digits = (integer + fraction).replace(/^0+(?=\d)/, '')
  const minus = digits === '0' ? '' : sign
  const scale = fraction.length - Number(exponent)
  const adjusted = digits.length - 1 - scale
  if (scale === 0) return minus + digits
  if (scale > 0 && adjusted >= -6) {
    const padded = digits.padStart(scale + 1, '0')
    return `${minus}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
  }
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`
  return `${minus}${mantissa}${adjusted === 0 ? '' : `E${adjusted > 0 ? '+' : ''}${adjusted}`}`
}

/** Reads the first value of a text; undefined when it is no JSON. */
export function parseJson(text: string): JsonValue | undefined {
  return new JsonReader(text).value(0)
}

const depthMax = 1000
const blanks = /[ \t\n\r]*/y
const plainString = /"([ !#-[\]-\uffff]*)"/y
const anyString = /"((?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*)"/y
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y
const words: readonly (readonly [text: string, value: null | boolean])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): JsonValue | undefined {
    if (depth > depthMax) return undefined
    this.#match(blanks)
    const char = this.#text[this.#at]
    if (char === '{') return this.#object(depth + 1)
    if (char === '[') return this.#array(depth + 1)
    if (char === '"') return this.#string()
    const digits = this.#match(number)
    if (digits !== null) return this.#ends() ? new JsonNumber(digits[0]) : undefined
    for (const [word, value] of words) {
      if (!this.#text.startsWith(word, this.#at)) continue
      this.#at += word.length
      return this.#ends() ? value : undefined
    }
    return undefined
  }

  /** A number or word must not run on: 01 and truex are no JSON. */
  #ends(): boolean {
    return !/[\w.$]/.test(this.#text[this.#at] ?? ' ')
  }

  #string(): string | undefined {
    const plain = this.#match(plainString)
    if (plain !== null) return plain[1]
    const escaped = this.#match(anyString)
    return escaped === null ? undefined : (JSON.parse(escaped[0]) as string)
  }

  #array(depth: number): JsonValue | undefined {
    const items: JsonValue[] = []
    this.#at++
    if (this.#take(']')) return items
    do {
      const item = this.value(depth)
      if (item === undefined) return undefined
      items.push(item)
    } while (this.#take(','))
    return this.#take(']') ? items : undefined
  }

  #object(depth: number): JsonValue | undefined {
    const fields = new Map<string, JsonValue>()
    this.#at++
    if (this.#take('}')) return fields
    do {
      this.#match(blanks)
      const key = this.#text[this.#at] === '"' ? this.#string() : undefined
      if (key === undefined || !this.#take(':')) return undefined
      const value = this.value(depth)
      if (value === undefined) return undefined
      fields.set(key, value)
    } while (this.#take(','))
    return this.#take('}') ? fields : undefined
  }

  #take(char: string): boolean {
    this.#match(blanks)
    if (this.#text[this.#at] !== char) return false
    this.#at++
    return true
  }

  #match(form: RegExp): RegExpExecArray | null {
    form.lastIndex = this.#at
    const found = form.exec(this.#text)
    if (found !== null) this.#at = form.lastIndex
    return found
  }
}

/** Writes a value without blanks, keys in the order of their UTF-16 units. */
export function writeJson(value: JsonValue): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return writeJsonString(value)
  if (value instanceof JsonNumber) return value.text
  if (value instanceof Map) {
    const fields = [...(value as ReadonlyMap<string, JsonValue>)].sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${fields.map(([key, held]) => `${writeJsonString(key)}:${writeJson(held)}`).join(',')}}`
  }
  return `[${(value as readonly JsonValue[]).map(writeJson).join(',')}]`
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

export function writeJsonString(text: string): string {
  return `"${text.replace(/["\\]|[^ -\uffff]/g, (char) => escapes[char] ?? `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`)}"`
}
