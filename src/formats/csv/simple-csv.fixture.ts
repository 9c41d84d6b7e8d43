/** Reads CSV the slow and simple way, character by character from a whole text: what the decoder is compared with. */

export interface SimpleDialect {
  readonly delimiter: string
  readonly quote: string | null
  readonly escape: string | null
  readonly comments: boolean
  readonly trims: boolean
  readonly header: boolean
  readonly trailing: boolean
  readonly ignoresExtra: boolean
}

/** A record that is whole, or what is wrong with it; `unfinished` is the last. */
export type SimpleRecord = readonly string[] | 'malformed' | 'long' | 'unfinished'

interface Field {
  readonly text: string
  /** The place of the delimiter or line end after it. */
  readonly stop: number
  readonly isMalformed: boolean
}

export function readSimply(text: string, dialect: SimpleDialect, columns: number): SimpleRecord[] {
  const reader = new SimpleReader(text, dialect)
  const records: SimpleRecord[] = []
  if (dialect.header && text !== '' && reader.record() === null) return ['unfinished']
  while (!reader.isAtEnd()) {
    if (reader.skipsLine(columns)) continue
    const fields = reader.record()
    if (fields === null) return [...records, 'unfinished']
    records.push(recordOf(fields, dialect, columns))
  }
  return records
}

function recordOf(fields: readonly Field[], dialect: SimpleDialect, columns: number): SimpleRecord {
  if (fields.slice(0, columns).some((field) => field.isMalformed)) return 'malformed'
  const [last] = fields.slice(-1)
  const hasTrailing = dialect.trailing && fields.length === columns + 1 && last?.text === '' && last.stop === (fields.at(-2)?.stop ?? 0) + 1
  if (fields.length > columns && !hasTrailing && !dialect.ignoresExtra) return 'long'
  return fields.slice(0, columns).map((field) => field.text)
}

class SimpleReader {
  readonly #text: string
  readonly #dialect: SimpleDialect
  #at = 0

  constructor(text: string, dialect: SimpleDialect) {
    this.#text = text.replace(/^\ufeff/, '')
    this.#dialect = dialect
  }

  isAtEnd(): boolean {
    return this.#at >= this.#text.length
  }

  /** Passes a blank line or a comment. */
  skipsLine(columns: number): boolean {
    const isComment = this.#dialect.comments && this.#text[this.#at] === '#'
    if (!isComment && !(columns > 1 && this.#isLineEnd(this.#at))) return false
    let at = this.#at
    while (!this.#isLineEnd(at)) at++
    this.#at = this.#afterLine(at)
    return true
  }

  /** The fields of the next record; null when it has no end. */
  record(): Field[] | null {
    const fields: Field[] = []
    for (let at = this.#at; ; ) {
      if (this.#dialect.trims) while (this.#text[at] === ' ') at++
      const field = this.#text[at] === this.#dialect.quote ? this.#quoted(at) : this.#plain(at)
      if (field === null) return null
      fields.push(field)
      at = field.stop + 1
      if (this.#text[field.stop] === this.#dialect.delimiter) continue
      this.#at = this.#afterLine(field.stop)
      return fields
    }
  }

  #quoted(start: number): Field | null {
    const { quote, escape: escapeCharacter, delimiter } = this.#dialect
    let text = ''
    let at = start + 1
    for (; this.#text[at] !== quote || this.#text[at + 1] === quote; at++) {
      if (at >= this.#text.length) return null
      if (this.#text[at] === quote) at++
      else if (this.#text[at] === escapeCharacter) {
        text += unescaped(this.#text[++at])
        continue
      }
      text += this.#text[at]
    }
    let stop = at + 1
    while (this.#text[stop] === ' ') stop++
    if (this.#text[stop] === delimiter || this.#isLineEnd(stop)) return { text, stop, isMalformed: false }
    const rest = this.#plain(at)
    return rest === null ? null : { ...rest, isMalformed: true }
  }

  #plain(start: number): Field | null {
    const { delimiter, escape: escapeCharacter, trims } = this.#dialect
    let text = ''
    let at = start
    let isEscaped = false
    for (; this.#text[at] !== delimiter && !this.#isLineEnd(at); at++) {
      if (this.#text[at] === escapeCharacter) {
        if (++at >= this.#text.length) return null
        isEscaped = true
        text += unescaped(this.#text[at])
      } else {
        text += this.#text[at]
      }
    }
    return { text: trims && !isEscaped ? text.replace(/ +$/, '') : text, stop: at, isMalformed: false }
  }

  /** The end of the text ends its last line. */
  #isLineEnd(at: number): boolean {
    return at >= this.#text.length || this.#text[at] === '\n' || this.#text[at] === '\r'
  }

  #afterLine(at: number): number {
    return this.#text.startsWith('\r\n', at) ? at + 2 : at + 1
  }
}

function unescaped(character: string | undefined): string {
  return { n: '\n', r: '\r', t: '\t', '0': '\0' }[character ?? ''] ?? character ?? ''
}
