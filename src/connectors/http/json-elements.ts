/**
 * Finds the elements of an array within JSON, as bytes: each is read by the format of the table, so that no number loses digits. What is
 * within an element is not looked at, but for where it ends.
 */

export interface FoundElements {
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

/** Makes the error of a sentence that says what was expected where. */
type Refusal = (sentence: string) => Error

/** The elements of the array that names lead to, from the outermost object on. */
export function findElements(bytes: Buffer, path: readonly string[], refusal: Refusal): FoundElements {
  const scan = new Scan(bytes, refusal)
  let at = scan.blankEnd(0)
  for (const name of path) at = scan.member(at, name)
  return scan.elements(at, path.length === 0)
}

const quote = 34
const backslash = 92

class Scan {
  readonly #bytes: Buffer
  readonly #refusal: Refusal

  constructor(bytes: Buffer, refusal: Refusal) {
    this.#bytes = bytes
    this.#refusal = refusal
  }

  blankEnd(from: number): number {
    let at = from
    while (at < this.#bytes.length && isBlank(this.#bytes[at])) at += 1
    return at
  }

  /** Where the value of a member begins. */
  member(from: number, name: string): number {
    let at = this.#expect(from, '{')
    if (this.#is(at, '}')) throw this.#refusal(`There is no member "${name}".`)
    for (;;) {
      const end = this.#stringEnd(at)
      const key: unknown = this.#nameAt(at, end)
      at = this.#expect(this.blankEnd(end), ':')
      if (key === name) return at
      at = this.blankEnd(this.#valueEnd(at))
      if (this.#is(at, '}')) throw this.#refusal(`There is no member "${name}".`)
      at = this.#expect(at, ',')
    }
  }

  elements(from: number, isWhole: boolean): FoundElements {
    const starts: number[] = []
    const ends: number[] = []
    let at = this.#expect(from, '[')
    while (!this.#is(at, ']')) {
      starts.push(at)
      const end = this.#valueEnd(at)
      if (end === at) throw this.#refusal(`Expected a value at byte ${at + 1}.`)
      ends.push(end)
      at = this.blankEnd(end)
      if (this.#is(at, ']')) break
      at = this.#expect(at, ',')
      if (this.#is(at, ']')) throw this.#refusal(`Expected a value at byte ${at + 1}.`)
    }
    const after = this.blankEnd(at + 1)
    if (isWhole && after < this.#bytes.length) throw this.#refusal(`Expected nothing after the array, at byte ${after + 1}.`)
    return { starts, ends }
  }

  #is(at: number, character: string): boolean {
    return this.#bytes[at] === character.charCodeAt(0)
  }

  /** After a character and the blanks behind it. */
  #expect(at: number, character: string): number {
    if (this.#is(at, character)) return this.blankEnd(at + 1)
    throw this.#refusal(at >= this.#bytes.length ? 'The answer ends in the middle.' : `Expected "${character}" at byte ${at + 1}.`)
  }

  #nameAt(start: number, end: number): unknown {
    try {
      return JSON.parse(this.#bytes.toString('utf8', start, end))
    } catch {
      throw this.#refusal(`Expected a name at byte ${start + 1}.`)
    }
  }

  #stringEnd(start: number): number {
    if (this.#bytes[start] !== quote) throw this.#refusal(`Expected a name at byte ${start + 1}.`)
    for (let at = start + 1; at < this.#bytes.length; at++) {
      const byte = this.#bytes[at]
      if (byte === backslash) at += 1
      else if (byte === quote) return at + 1
    }
    throw this.#refusal('The answer ends in the middle.')
  }

  /** After a value: whatever stands before a comma or a bracket that is not its own. */
  #valueEnd(start: number): number {
    let depth = 0
    for (let at = start; at < this.#bytes.length; at++) {
      const character = String.fromCharCode(this.#bytes[at] ?? 0)
      if (character === '"') at = this.#stringEnd(at) - 1
      else if (character === '{' || character === '[') depth += 1
      else if (depth === 0 && (character === ',' || character === '}' || character === ']')) return this.#blankStart(start, at)
      else if (character === '}' || character === ']') depth -= 1
    }
    throw this.#refusal('The answer ends in the middle.')
  }

  #blankStart(start: number, end: number): number {
    let at = end
    while (at > start && isBlank(this.#bytes[at - 1])) at -= 1
    return at
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9
}
