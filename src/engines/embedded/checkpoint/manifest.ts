/**
 * What a checkpoint consists of, as one small blob that is published last: a line of JSON, then a line with its SHA-256. A checkpoint
 * whose manifest is there is whole; blobs that no manifest names are left over.
 */
import { createHash } from 'node:crypto'
import { type DataType, watermarkEnd, watermarkNone } from '#data'
import { embeddedErrors } from '../errors.ts'

/** Raised whenever older versions could not read what this one writes. */
export const manifestVersion = 1

export interface Manifest {
  readonly version: number
  /** Counts up from 1. */
  readonly number: number
  readonly createdAt: string
  /** Whether the work ended with it: there is nothing to go on with. */
  readonly finished: boolean
  /** How many workers shared the work. */
  readonly workers: number
  /** The plan as EXPLAIN prints it, for those who look. */
  readonly plan: string
  readonly keepers: readonly SavedKeeper[]
  readonly sources: readonly SavedSource[]
  readonly sinks: readonly SavedSink[]
  /**
   * Milliseconds of event time by watermark: what the operators that derive them had reached, the least over all workers. Behind a `/`
   * what is known of single splits.
   */
  readonly watermarks: Readonly<Record<string, number | null>>
  /** The checkpoint that a run was told to start from, and everything since came of. */
  readonly origin?: Origin
  /** State files, oldest first: of a page that several hold, the newest counts. */
  readonly files: readonly SavedFile[]
}

/** What operators have reached that derive watermarks, by their ids: nothing yet, a time, or the end. */
export type TakenWatermarks = Readonly<Record<string, number>>

export interface Origin {
  readonly number: number
  /** SHA-256 of its manifest. */
  readonly digest: string
}

/** An operator with state. */
export interface SavedKeeper {
  readonly id: string
  readonly title: string
  readonly parts: readonly { readonly name: string; readonly types: readonly DataType[] }[]
  /** How much each part holds, of all workers together; checkpoints of before do not say it. */
  readonly held?: readonly HeldState[]
}

export interface HeldState {
  readonly entries: number
  readonly bytes: number
}

export interface SavedSource {
  readonly id: string
  readonly position: unknown
  readonly ended: boolean
  /** The worker that read; left out: the first. */
  readonly worker?: number
}

export interface SavedSink {
  readonly id: string
  /** The worker whose writer it was; left out: the first. */
  readonly worker?: number
  readonly record: unknown
}

export interface SavedFile {
  readonly name: string
  readonly bytes: number
  /** The worker whose state it is; left out: the first. */
  readonly worker?: number
}

/** The name under which a checkpoint is published. */
export function manifestName(number: number): string {
  return `checkpoints/${String(number).padStart(8, '0')}.json`
}

/** The number in such a name, or null. */
export function manifestNumber(name: string): number | null {
  const digits = /^checkpoints\/(\d{8,12})\.json$/.exec(name)?.[1]
  return digits === undefined ? null : Number(digits)
}

export function writeManifest(manifest: Manifest): Uint8Array {
  const json = JSON.stringify(manifest)
  return new TextEncoder().encode(`${json}\nsha256:${digestOf(json)}\n`)
}

/** `name` and `place` say in errors where the bytes are from. */
export function readManifest(bytes: Uint8Array, name: string, place: string): Manifest {
  const text = new TextDecoder().decode(bytes)
  const end = text.indexOf('\n')
  const json = text.slice(0, Math.max(0, end))
  if (end < 0 || text.slice(end + 1) !== `sha256:${digestOf(json)}\n`) throw embeddedErrors.ENGINE_CHECKPOINT_DAMAGED({ name, place })
  const manifest = JSON.parse(json) as Manifest
  if (manifest.version !== manifestVersion) {
    throw embeddedErrors.ENGINE_CHECKPOINT_VERSION({ name, place, version: manifest.version, expected: manifestVersion })
  }
  return manifest
}

/** What all workers have reached. One that has ended holds nobody back; one that has not begun to read holds all of them back. */
export function savedWatermarks(taken: readonly TakenWatermarks[]): Manifest['watermarks'] {
  const least: Record<string, number> = {}
  for (const watermarks of taken) for (const [id, at] of Object.entries(watermarks)) least[id] = Math.min(least[id] ?? watermarkEnd, at)
  return Object.fromEntries(Object.entries(least).map(([id, at]) => [id, at === watermarkNone || at === watermarkEnd ? null : at]))
}

/** Tells a checkpoint from all others. */
export function originOf(manifest: Manifest): Origin {
  return { number: manifest.number, digest: digestOf(JSON.stringify(manifest)) }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
