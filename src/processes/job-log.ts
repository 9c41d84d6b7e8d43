/**
 * The log of a job: lines in files that are bounded in size and number, the oldest of which goes when there are too many. Lines have a
 * cursor each, which is their place: the number of the file and the byte where they begin.
 */
import { closeSync, mkdirSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { appendFile, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Clock } from '#base'
import { processErrors } from './errors.ts'

export interface LogEntry {
  readonly version: number
  readonly attempt: number
  readonly level: LogLevel
  /** What the job prints, or what is said of its run. */
  readonly source: 'job' | 'engine'
  readonly text: string
}

export type LogLevel = 'error' | 'warning' | 'info'

export interface LogLine extends LogEntry {
  readonly cursor: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly jobId: string
}

export interface LogQuery {
  /** Lines after that one, oldest first; without it newest first. */
  readonly after?: string | undefined
  /** Lines before that one. */
  readonly before?: string | undefined
  /** A part of their text, in any case. */
  readonly search?: string | undefined
  /** Lines as grave as that, and graver ones. */
  readonly level?: LogLevel | undefined
  readonly limit: number
}

export interface LogPage {
  readonly lines: readonly LogLine[]
  /** Where the next page begins; null where there is none. */
  readonly next: string | null
}

export interface LogLimits {
  readonly fileBytes: number
  readonly files: number
}

export const defaultLogLimits: LogLimits = { fileBytes: 4_194_304, files: 8 }

/** How long lines may wait before they are written, and how many bytes of them. */
const flushMs = 50
const waitingBytesMax = 4_194_304
const gravity: Readonly<Record<LogLevel, number>> = { info: 0, warning: 1, error: 2 }
const fileName = /^(\d{8,12})\.log$/

interface Place {
  readonly file: number
  readonly offset: number
}

export class JobLog {
  readonly #folder: string
  readonly #jobId: string
  readonly #clock: Clock
  readonly #limits: LogLimits
  readonly #followers = new Set<(line: LogLine) => void>()
  /** Where the next line goes. */
  #file: number
  #offset: number
  #waiting: { readonly file: number; text: string }[] = []
  #waitingBytes = 0
  #leftOut = 0
  #timer: NodeJS.Timeout | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(folder: string, jobId: string, clock: Clock, limits = defaultLogLimits) {
    this.#folder = folder
    this.#jobId = jobId
    this.#clock = clock
    this.#limits = limits
    const end = findEnd(folder)
    this.#file = end.file
    this.#offset = end.offset
  }

  append(entry: LogEntry): void {
    if (this.#waitingBytes > waitingBytesMax) {
      this.#leftOut += 1
      return
    }
    if (this.#leftOut > 0) {
      const text = `${this.#leftOut} lines left out: they could not be written as fast as they came`
      this.#leftOut = 0
      this.append({ ...entry, level: 'warning', source: 'engine', text })
    }
    const at = this.#clock.nowMs()
    const text = `${JSON.stringify({ at, ...entry })}\n`
    const bytes = Buffer.byteLength(text)
    if (this.#offset > 0 && this.#offset + bytes > this.#limits.fileBytes) this.#beginFile()
    const line: LogLine = { cursor: printCursor({ file: this.#file, offset: this.#offset }), at, jobId: this.#jobId, ...entry }
    this.#add(text, bytes)
    for (const follower of this.#followers) follower(line)
  }

  #add(text: string, bytes: number): void {
    const last = this.#waiting.at(-1)
    if (last?.file === this.#file) last.text += text
    else this.#waiting.push({ file: this.#file, text })
    this.#offset += bytes
    this.#waitingBytes += bytes
    this.#timer ??= setTimeout(() => void this.flush(), flushMs)
  }

  #beginFile(): void {
    this.#file += 1
    this.#offset = 0
  }

  /** Resolves when what was appended is in its files, or could not be written; never fails. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  async #write(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    for (const { file, text } of waiting) {
      try {
        await appendFile(this.#pathOf(file), text)
      } catch {
        this.#leftOut += text.split('\n').length - 1
        // The places of lines that follow would be wrong.
        if (file === this.#file) this.#beginFile()
      }
      this.#waitingBytes -= Buffer.byteLength(text)
    }
    const newest = waiting.at(-1)
    if (newest !== undefined) await this.#removeOld(newest.file)
  }

  async #removeOld(newest: number): Promise<void> {
    for (const file of filesIn(this.#folder)) {
      if (file <= newest - this.#limits.files) await rm(this.#pathOf(file), { force: true }).catch(() => undefined)
    }
  }

  #pathOf(file: number): string {
    return path.join(this.#folder, `${String(file).padStart(8, '0')}.log`)
  }

  /** Calls back with each line from now on; gives what ends that. */
  follow(listener: (line: LogLine) => void): () => void {
    this.#followers.add(listener)
    return () => void this.#followers.delete(listener)
  }

  /** Fails where a cursor is none. */
  async read(query: LogQuery): Promise<LogPage> {
    await this.flush()
    const fits = lineFilter(query)
    const isForward = query.after !== undefined
    const bound = parseCursor(query.after ?? query.before ?? printCursor({ file: Number.MAX_SAFE_INTEGER, offset: 0 }))
    const files = filesIn(this.#folder).filter((file) => (isForward ? file >= bound.file : file <= bound.file))
    const lines: LogLine[] = []
    for (const file of isForward ? files : files.reverse()) {
      const found = (await this.#linesOf(file)).filter((line) => {
        const { offset } = parseCursor(line.cursor)
        return file !== bound.file || (isForward ? offset > bound.offset : offset < bound.offset)
      })
      for (const line of isForward ? found : found.reverse()) {
        if (!fits(line)) continue
        if (lines.length === query.limit) return { lines, next: lines.at(-1)?.cursor ?? null }
        lines.push(line)
      }
    }
    return { lines, next: null }
  }

  async #linesOf(file: number): Promise<LogLine[]> {
    // The oldest file may go at any moment.
    const bytes = await readFile(this.#pathOf(file)).catch(() => Buffer.alloc(0))
    const lines: LogLine[] = []
    for (let offset = 0; offset < bytes.length; ) {
      const newline = bytes.indexOf(10, offset)
      const end = newline < 0 ? bytes.length : newline
      const entry = parseEntry(bytes.toString('utf8', offset, end))
      if (entry !== null) lines.push({ cursor: printCursor({ file, offset }), jobId: this.#jobId, ...entry })
      offset = end + 1
    }
    return lines
  }
}

function lineFilter({ search = '', level = 'info' }: LogQuery): (line: LogLine) => boolean {
  const wanted = search.toLowerCase()
  return (line) => gravity[line.level] >= gravity[level] && (wanted === '' || line.text.toLowerCase().includes(wanted))
}

/** Where the next line goes. A file that a killed server left in the middle of a line is not gone on with. */
function findEnd(folder: string): Place {
  mkdirSync(folder, { recursive: true })
  const file = filesIn(folder).at(-1)
  if (file === undefined) return { file: 1, offset: 0 }
  const name = path.join(folder, `${String(file).padStart(8, '0')}.log`)
  const { size } = statSync(name)
  if (size === 0) return { file, offset: 0 }
  const last = Buffer.alloc(1)
  const opened = openSync(name, 'r')
  readSync(opened, last, 0, 1, size - 1)
  closeSync(opened)
  return last[0] === 10 ? { file, offset: size } : { file: file + 1, offset: 0 }
}

/** Numbers of the files, oldest first. */
function filesIn(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => Number(fileName.exec(name)?.[1] ?? Number.NaN) || [])
    .sort((a, b) => a - b)
}

/** Null for a line that was cut off. */
function parseEntry(text: string): (LogEntry & { readonly at: number }) | null {
  try {
    const { at, version, attempt, level, source, text: said } = JSON.parse(text) as Partial<LogLine>
    const isWhole = [at, version, attempt].every((each) => typeof each === 'number') && typeof said === 'string'
    if (!isWhole || level === undefined || !(level in gravity)) return null
    return { at: at ?? 0, version: version ?? 0, attempt: attempt ?? 0, level, source: source === 'job' ? 'job' : 'engine', text: said }
  } catch {
    return null
  }
}

function printCursor({ file, offset }: Place): string {
  return `${file}-${offset}`
}

function parseCursor(cursor: string): Place {
  const [, file, offset] = /^(\d{1,16})-(\d{1,16})$/.exec(cursor) ?? []
  if (file === undefined || offset === undefined) throw processErrors.PROCESSES_LOG_CURSOR({ cursor })
  return { file: Number(file), offset: Number(offset) }
}
