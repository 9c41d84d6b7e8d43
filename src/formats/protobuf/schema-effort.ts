/**
 * How much work the parser has with a schema, told before it begins: its time grows with the square of what one message declares, and of all
 * that extends messages.
 */

/** What is wrong with a schema, as sentences. */
export class SchemaTrouble extends Error {}

const declarationsMax = 20_000
/** Fields of one message: their square is what the parser takes time for. */
const squaresMax = 2500 ** 2
const depthMax = 100

export class Effort {
  #declarations = 0
  #squares = 0
  #extensions = 0

  /** Counts the declarations of one message, enum or extension. */
  add(kind: 'message' | 'enum' | 'extend', declarations: number): void {
    this.#declarations += declarations
    if (kind === 'message') this.#squares += declarations ** 2
    else if (kind === 'extend') this.#extensions += declarations
    if (this.#declarations > declarationsMax)
      throw new SchemaTrouble(`It declares more than ${declarationsMax} things, with all that it imports.`)
    if (this.#squares + this.#extensions ** 2 > squaresMax)
      throw new SchemaTrouble('Its messages have too many fields, such as 2,500 in one of them.')
  }
}

interface Block {
  readonly kind: 'message' | 'enum' | 'extend'
  declarations: number
}

/** Measures a text, without its comments and strings. */
export function measureText(text: string, effort: Effort): void {
  const blocks: Block[] = [{ kind: 'enum', declarations: 0 }]
  let statement = 0
  for (let at = 0; at < text.length; at++) {
    const block = blocks.at(-1) as Block
    switch (text.charAt(at)) {
      case '/':
        at = passComment(text, at)
        break
      case '"':
      case "'":
        at = passString(text, at)
        break
      case ';':
      case ',':
        block.declarations++
        statement = at + 1
        break
      case '{':
        blocks.push({ kind: kindOf(text, statement, at), declarations: 1 })
        statement = at + 1
        break
      case '}':
        if (blocks.length > 1) effort.add(block.kind, (blocks.pop() as Block).declarations)
        statement = at + 1
        break
    }
    if (blocks.length > depthMax) throw new SchemaTrouble(`It has blocks in blocks, more than ${depthMax} deep.`)
  }
  for (const { kind, declarations } of blocks) effort.add(kind, declarations)
}

/** A oneof counts as a message of its own: its fields are those of the message around it, which is bounded as well. */
function kindOf(text: string, start: number, end: number): Block['kind'] {
  // Comments may stand before the word; a statement of more than so many characters is none that people write.
  const words = text.slice(Math.max(start, end - 2000), end)
  return /\bextend\b/.test(words) ? 'extend' : /\benum\b/.test(words) ? 'enum' : 'message'
}

function passComment(text: string, at: number): number {
  if (text[at + 1] !== '/' && text[at + 1] !== '*') return at
  const end = text[at + 1] === '/' ? text.indexOf('\n', at) : text.indexOf('*/', at + 2) + 1
  return end <= 0 ? text.length : end
}

function passString(text: string, at: number): number {
  for (let end = at + 1; end < text.length; end++) {
    if (text[end] === '\\') end++
    else if (text[end] === text[at]) return end
    else if (text[end] === '\n') break
  }
  throw new SchemaTrouble('It has a string that does not end.')
}

interface DescribedMessage {
  readonly field?: readonly unknown[] | null
  readonly oneofDecl?: readonly unknown[] | null
  readonly reservedRange?: readonly unknown[] | null
  readonly nestedType?: readonly DescribedMessage[] | null
  readonly extension?: readonly unknown[] | null
}
export interface DescribedFiles {
  readonly file?: readonly (DescribedMessage & { readonly messageType?: readonly DescribedMessage[] | null })[] | null
}

/** Measures a descriptor set. */
export function measureFiles({ file }: DescribedFiles, effort: Effort): void {
  const waiting: DescribedMessage[] = []
  for (const { messageType, extension } of file ?? []) {
    effort.add('extend', extension?.length ?? 0)
    waiting.push(...(messageType ?? []))
  }
  for (let message = waiting.pop(); message !== undefined; message = waiting.pop()) {
    const { field, oneofDecl, reservedRange, nestedType, extension } = message
    effort.add('message', 1 + (field?.length ?? 0) + (oneofDecl?.length ?? 0) + (reservedRange?.length ?? 0))
    effort.add('extend', extension?.length ?? 0)
    waiting.push(...(nestedType ?? []))
  }
}
