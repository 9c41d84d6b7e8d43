/** What a process prints, line by line: no line too long, and not too many of them. What is left out is counted and told. */
import { StringDecoder } from 'node:string_decoder'
import { type Clock, counted } from '#base'

export interface LineLimits {
  /** Characters of a line. */
  readonly lengthMax: number
  readonly linesPerSecondMax: number
  readonly lengthPerSecondMax: number
}

const defaultLineLimits: LineLimits = { lengthMax: 16_384, linesPerSecondMax: 2000, lengthPerSecondMax: 1_048_576 }

export class OutputLines {
  readonly #limits: LineLimits
  readonly #clock: Clock
  readonly #take: (line: string) => void
  readonly #note: (text: string) => void
  readonly #decoder = new StringDecoder('utf8')
  #open = ''
  /** Characters of the open line that had no room. */
  #cut = 0
  #secondMs: number
  #lines = 0
  #length = 0
  #leftOut = 0

  /** `note` is told what was left out. */
  constructor(clock: Clock, take: (line: string) => void, note: (text: string) => void, limits = defaultLineLimits) {
    this.#limits = limits
    this.#clock = clock
    this.#take = take
    this.#note = note
    this.#secondMs = clock.monotonicMs()
  }

  add(bytes: Uint8Array): void {
    this.#turn()
    const text = this.#decoder.write(bytes)
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.#extend(text, from, end)
      this.#finish()
      from = end + 1
    }
    this.#extend(text, from, text.length)
  }

  /** The stream has ended. */
  end(): void {
    if (this.#open !== '' || this.#cut > 0) this.#finish()
    this.#tellLeftOut()
  }

  #extend(text: string, from: number, to: number): void {
    const fits = Math.min(to, from + this.#limits.lengthMax - this.#open.length)
    if (fits > from) this.#open += text.slice(from, fits)
    this.#cut += to - Math.max(from, fits)
  }

  #finish(): void {
    const line = this.#open.endsWith('\r') ? this.#open.slice(0, -1) : this.#open
    const cut = this.#cut
    this.#open = ''
    this.#cut = 0
    const { linesPerSecondMax, lengthPerSecondMax } = this.#limits
    this.#lines += 1
    this.#length += line.length
    if (this.#lines > linesPerSecondMax || this.#length > lengthPerSecondMax) this.#leftOut += 1
    else this.#take(cut === 0 ? line : `${line}… (${cut.toLocaleString('en-US')} more characters)`)
  }

  /** Begins a second anew. */
  #turn(): void {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#secondMs < 1000) return
    this.#secondMs = nowMs
    this.#lines = 0
    this.#length = 0
    this.#tellLeftOut()
  }

  #tellLeftOut(): void {
    if (this.#leftOut === 0) return
    this.#note(`${counted(this.#leftOut, 'line')} left out: the process prints more than is kept`)
    this.#leftOut = 0
  }
}
