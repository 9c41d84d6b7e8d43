/** Values of JSON: numbers keep their digits, and objects are written with their keys in order. They are read by json-reader.ts. */

/** A number by its text. */
export class JsonNumber {
  readonly written: string

  constructor(written: string) {
    this.written = written
  }

  /** As Java's BigInteger or BigDecimal prints it. */
  get text(): string {
    return /[.eE]/.test(this.written) ? bigDecimalText(this.written) : BigInt(this.written).toString()
  }
}

/** JSON that is written as it is. */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type JsonValue = null | boolean | string | JsonNumber | JsonText | readonly JsonValue[] | ReadonlyMap<string, JsonValue>

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

/** Writes a value without blanks, keys in the order of their UTF-16 units. */
export function writeJson(value: JsonValue, numberText: (number: JsonNumber) => string = ({ text }) => text): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return writeJsonString(value)
  if (value instanceof JsonNumber) return numberText(value)
  if (value instanceof JsonText) return value.text
  if (value instanceof Map) {
    const fields = [...(value as ReadonlyMap<string, JsonValue>)].sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${fields.map(([key, held]) => `${writeJsonString(key)}:${writeJson(held, numberText)}`).join(',')}}`
  }
  return `[${(value as readonly JsonValue[]).map((item) => writeJson(item, numberText)).join(',')}]`
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

function writeJsonString(text: string): string {
  return `"${text.replace(/["\\]|[^ -\uffff]/g, (char) => escapes[char] ?? `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`)}"`
}
