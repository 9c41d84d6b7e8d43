/** Server-sent events, by the rules of the HTML standard (9.2.6): bytes in, events out, however they are cut. */

export interface ServerEvent {
  readonly data: Buffer
  /** `message` where the server names none. */
  readonly event: string
  /** The id that was given last, by this event or one before it; '' where there was none. */
  readonly id: string
}

const lineFeed = 10
const carriageReturn = 13
const colon = 58
const newLine = Buffer.from('\n')

export class EventParser {
  /** What the server wants to be waited for before it is asked again. */
  retryMs: number | null = null
  /** Of the event that ended last: one that is cut off has to come again. */
  lastId: string
  #id: string
  #line: Buffer[] = []
  #data: Buffer[] = []
  #event = ''
  #isAfterReturn = false
  #isFirst = true
  /** Bytes of the event that is not whole. */
  pendingBytes = 0

  constructor(lastId: string) {
    this.lastId = lastId
    this.#id = lastId
  }

  push(bytes: Buffer): ServerEvent[] {
    const events: ServerEvent[] = []
    let start = 0
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte !== lineFeed && byte !== carriageReturn) {
        this.#isAfterReturn = false
        continue
      }
      // A line feed right after a carriage return belongs to it, and may come with the next bytes.
      if (byte === lineFeed && this.#isAfterReturn) {
        this.#isAfterReturn = false
        start = at + 1
        continue
      }
      this.#isAfterReturn = byte === carriageReturn
      this.#line.push(bytes.subarray(start, at))
      start = at + 1
      const event = this.#endLine()
      if (event !== null) events.push(event)
    }
    if (start < bytes.length) {
      this.#line.push(Buffer.from(bytes.subarray(start)))
      this.pendingBytes += bytes.length - start
    }
    return events
  }

  #endLine(): ServerEvent | null {
    let line = this.#line.length === 1 ? Buffer.from(this.#line[0] as Buffer) : Buffer.concat(this.#line)
    this.#line = []
    if (this.#isFirst && line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf) line = line.subarray(3)
    this.#isFirst = false
    if (line.length === 0) return this.#dispatch()
    const end = line.indexOf(colon)
    if (end === 0) return null
    const name = line.toString('utf8', 0, end < 0 ? line.length : end)
    const value = end < 0 ? Buffer.alloc(0) : line.subarray(line[end + 1] === 32 ? end + 2 : end + 1)
    this.#take(name, value)
    return null
  }

  #take(name: string, value: Buffer): void {
    const text = value.toString('utf8')
    if (name === 'data') {
      this.#data.push(value)
      this.pendingBytes += value.length
    } else if (name === 'event') this.#event = text
    else if (name === 'id' && !text.includes('\0')) this.#id = text
    else if (name === 'retry' && /^\d+$/.test(text)) this.retryMs = Number(text)
  }

  #dispatch(): ServerEvent | null {
    const data = this.#data
    const event = this.#event === '' ? 'message' : this.#event
    this.#data = []
    this.#event = ''
    this.pendingBytes = 0
    this.lastId = this.#id
    if (data.length === 0) return null
    return { data: Buffer.concat(data.flatMap((line, at) => (at === 0 ? [line] : [newLine, line]))), event, id: this.lastId }
  }
}
