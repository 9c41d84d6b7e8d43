/** A file of metrics: JSON lines, which are written while statements run. What cannot be written never ends a run. */
import { type FileHandle, open } from 'node:fs/promises'
import { type MetricsLine, MetricsLines } from '#metrics'
import type { MeasuredRun } from '#query'
import { cliErrors } from './errors.ts'

export class MetricsFile {
  readonly #path: string
  readonly #file: FileHandle
  readonly #runs = new Map<string, MetricsLines>()
  #written: Promise<void> = Promise.resolve()
  #failure: unknown

  private constructor(path: string, file: FileHandle) {
    this.#path = path
    this.#file = file
  }

  /** Fails before anything runs where the file cannot be written. */
  static async open(path: string): Promise<MetricsFile> {
    return new MetricsFile(path, await open(path, 'w').catch((error: unknown) => Promise.reject(unwritable(path, error))))
  }

  /** Writes what was measured behind what was written before. */
  add({ jobId, metrics, isLast }: MeasuredRun): void {
    const lines = this.#runs.get(jobId) ?? new MetricsLines(jobId)
    this.#runs.set(jobId, lines)
    const text = lines.next(metrics, isLast).map(lineText).join('')
    this.#written = this.#written.then(async () => {
      if (this.#failure !== undefined) return
      await this.#file.appendFile(text).catch((error: unknown) => {
        this.#failure = error
      })
    })
  }

  /** Rejects when something could not be written. */
  async close(): Promise<void> {
    await this.#written
    await this.#file.close().catch((error: unknown) => {
      this.#failure ??= error
    })
    if (this.#failure !== undefined) throw unwritable(this.#path, this.#failure)
  }
}

/** Times and rates with the digits that mean something. */
function lineText(line: MetricsLine): string {
  const round = (_key: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isInteger(value) ? Math.round(value * 1000) / 1000 : value
  return `${JSON.stringify(line, round)}\n`
}

function unwritable(path: string, error: unknown): Error {
  const detail = `${error instanceof Error ? error.message : String(error)}.`
  return cliErrors.CLI_FILE_UNWRITABLE({ path }, { detail, hint: 'Name another file with "--metrics".', cause: error })
}
