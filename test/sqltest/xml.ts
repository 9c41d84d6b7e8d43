/** Reads XML as strictly as its specification asks of a parser, as far as reports need it: elements, attributes, text, entities. */

export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  /** All text directly inside. */
  readonly text: string
}

/** Fails on whatever is not well-formed. */
export function parseXml(text: string): Element {
  const wrong = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.exec(text)
  if (wrong !== null) throw new Error(`a character that XML cannot hold at ${wrong.index}`)
  const declaration = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n/.exec(text)
  if (declaration === null) throw new Error('no declaration')
  const reader = new Reader(text, declaration[0].length)
  const root = reader.element()
  reader.take(/\s*/y)
  if (!reader.isAtEnd) throw new Error(`something after the root at ${reader.at}`)
  return root
}

class Reader {
  readonly #text: string
  at: number

  constructor(text: string, at: number) {
    this.#text = text
    this.at = at
  }

  get isAtEnd(): boolean {
    return this.at === this.#text.length
  }

  take(pattern: RegExp): string[] | null {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.#text)
    if (found !== null) this.at += found[0].length
    return found
  }

  #expect(pattern: RegExp): string[] {
    const found = this.take(pattern)
    if (found === null) throw new Error(`expected ${pattern} at ${this.at}: ${this.#text.slice(this.at, this.at + 40)}`)
    return found
  }

  element(): Element {
    const [, name = ''] = this.#expect(/<([a-z]+)/y)
    const attributes: Record<string, string> = {}
    for (;;) {
      const found = this.take(/\s+([a-z]+)="([^"<]*)"/y)
      if (found === null) break
      const [, key = '', value = ''] = found
      if (key in attributes) throw new Error(`attribute ${key} twice`)
      // A parser makes one blank of each line end and tab that stands there as it is.
      attributes[key] = unescaped(value.replace(/[\t\n\r]/g, ' '))
    }
    if (this.take(/\s*\/>/y) !== null) return { name, attributes, children: [], text: '' }
    this.#expect(/\s*>/y)
    const children: Element[] = []
    let text = ''
    for (;;) {
      text += unescaped(this.#expect(/[^<]*/y)[0] ?? '')
      if (this.take(new RegExp(`</${name}\\s*>`, 'y')) !== null) return { name, attributes, children, text }
      children.push(this.element())
    }
  }
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescaped(text: string): string {
  if (text.includes(']]>')) throw new Error('"]]>" in text')
  return text.replace(/&([^;]*);?/g, (whole, name: string) => {
    const value = /^#\d+$/.test(name) ? String.fromCodePoint(Number(name.slice(1))) : entities[name]
    if (value === undefined || !whole.endsWith(';')) throw new Error(`no entity: ${whole}`)
    return value
  })
}
