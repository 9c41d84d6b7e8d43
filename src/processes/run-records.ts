/**
 * What is known of the runs of a job, in files beside its checkpoints, so that a server that was killed finds them again:
 *
 *     runs/3.json      the run of attempt 3 and its process; written before the process gets its order
 *     runs/3.end.json  how it ended; written by the process, or by the server where the process could not
 *
 * The first word about an end holds.
 */

import path from 'node:path'
import type { Failure } from '#base'
import { type BlobStore, isNotFound, openBlobs, type ProcessIdentity, writeBlob } from '#blobs'
import type { RunReport } from '#engines'
import { processErrors } from './errors.ts'

export interface RunRecord {
  readonly attempt: number
  readonly version: number
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly identity: ProcessIdentity
}

export interface RunEnd {
  readonly state: 'finished' | 'stopped' | 'failed'
  /** Epoch milliseconds. */
  readonly endedAt: number
  /** Null unless it failed. */
  readonly failure: Failure | null
  readonly report: RunReport | null
}

export interface KeptRun {
  readonly record: RunRecord
  /** Null while it runs, or where nobody has seen its end. */
  readonly end: RunEnd | null
}

/** So many runs are kept. */
const runsKept = 20
const recordName = /^([1-9]\d{0,8})\.json$/
const anyName = /^([1-9]\d{0,8})\.(?:end\.)?json$/

export class RunRecords {
  readonly #blobs: BlobStore

  /** `folder` is absolute, such as `runs` in the folder of a job. */
  constructor(folder: string) {
    this.#blobs = openBlobs(path.resolve(folder))
  }

  static endName(attempt: number): string {
    return `${attempt}.end.json`
  }

  /** The newest run; null where there was none. */
  async newest(): Promise<KeptRun | null> {
    const attempt = Math.max(0, ...(await this.#attempts()))
    return attempt === 0 ? null : this.read(attempt)
  }

  async #attempts(): Promise<number[]> {
    const found = await this.#blobs.list('')
    return found.flatMap(({ name }) => Number(recordName.exec(name)?.[1] ?? Number.NaN) || [])
  }

  /** Null where there was no such attempt. */
  async read(attempt: number): Promise<KeptRun | null> {
    const record = await this.#readJson(`${attempt}.json`, isRecord)
    if (record === null) return null
    return { record, end: await this.#readJson(RunRecords.endName(attempt), isEnd) }
  }

  async readEnd(attempt: number): Promise<RunEnd | null> {
    return this.#readJson(RunRecords.endName(attempt), isEnd)
  }

  async #readJson<T>(name: string, isWhole: (value: unknown) => value is T): Promise<T | null> {
    let bytes: Uint8Array
    try {
      bytes = await this.#blobs.read(name)
    } catch (error) {
      if (isNotFound(error)) return null
      throw error
    }
    const value = parsed(bytes)
    if (isWhole(value)) return value
    throw processErrors.PROCESSES_RECORD_DAMAGED({ name, place: this.#blobs.place })
  }

  /** Safe on the disk when this resolves. */
  async begin(record: RunRecord): Promise<void> {
    // An end of that name is left of a run that was forgotten.
    await this.#blobs.remove(RunRecords.endName(record.attempt))
    await this.#write(`${record.attempt}.json`, record, 'replace')
    const old = (await this.#attempts()).filter((attempt) => attempt <= record.attempt - runsKept)
    for (const attempt of old) await this.#remove(attempt)
  }

  /** Notes an end, unless one is noted already. */
  async end(attempt: number, end: RunEnd): Promise<void> {
    await writeEnd(this.#blobs, RunRecords.endName(attempt), end)
  }

  async #write(name: string, value: object, mode: 'replace' | 'new'): Promise<void> {
    await writeBlob(this.#blobs, name, mode, (writer) => writer.append(new TextEncoder().encode(JSON.stringify(value))))
  }

  /** Forgets all runs. */
  async clear(): Promise<void> {
    for (const { name } of await this.#blobs.list('')) if (anyName.test(name)) await this.#blobs.remove(name)
  }

  async #remove(attempt: number): Promise<void> {
    await this.#blobs.remove(`${attempt}.json`)
    await this.#blobs.remove(RunRecords.endName(attempt))
  }
}

/** Writes the record of an end, unless it is there. */
export async function writeEnd(blobs: BlobStore, name: string, end: RunEnd): Promise<void> {
  try {
    await writeBlob(blobs, name, 'new', (writer) => writer.append(new TextEncoder().encode(JSON.stringify(end))))
  } catch (error) {
    const isThere = (await blobs.list(name)).some((each) => each.name === name)
    if (!isThere) throw error
  }
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return null
  }
}

function isRecord(value: unknown): value is RunRecord {
  const { attempt, version, startedAt, identity } = fieldsOf(value)
  const { host, pid } = fieldsOf(identity)
  return isCount(attempt) && isCount(version) && isCount(startedAt) && typeof host === 'string' && isCount(pid)
}

function isEnd(value: unknown): value is RunEnd {
  const { state, endedAt } = fieldsOf(value)
  return (state === 'finished' || state === 'stopped' || state === 'failed') && isCount(endedAt)
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
