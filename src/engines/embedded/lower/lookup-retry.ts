/** Asks for the rows of keys as often as it takes: again when a lookup failed, and, where a hint says so, for keys without a row. */
import { type Clock, counted, MillraceError, printDuration } from '#base'
import type { LookupReader } from '#connectors'
import { type Batch, concatVectors, type DataType, selectRows, type Vector } from '#data'
import type { LookupAnswer } from '#dataflow'
import { embeddedErrors } from '../errors.ts'

export interface RetryPolicy {
  /** How often a lookup that failed is tried again. */
  readonly failuresMax: number
  /** How often, and after how long, keys without a row are asked for again; null: never. */
  readonly misses: { readonly attempts: number; readonly delayMs: number } | null
}

export interface Asking extends RetryPolicy {
  /** Types of the columns of what is found. */
  readonly types: readonly DataType[]
  /** For errors. */
  readonly table: string
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** The first pause after a failure; each further one is longer by as much, as in Flink's JDBC connector. */
const failurePauseMs = 1000

/** Longest stretch of real time between two looks at the clock, which may be a simulated one. */
const lookMs = 50

export async function askRepeatedly(reader: LookupReader, keys: Batch, asking: Asking): Promise<LookupAnswer> {
  let answer = await askOnce(reader, keys, asking)
  const { misses, clock, signal } = asking
  for (let attempt = 0; misses !== null && attempt < misses.attempts; attempt++) {
    const missing = missingOf(keys.length, answer)
    if (missing.length === 0) break
    await pauseUntil(clock.monotonicMs() + misses.delayMs, clock, signal)
    const columns = keys.columns.map((vector) => selectRows(vector, missing, missing.length))
    const again = await askOnce(reader, { ...keys, length: missing.length, columns }, asking)
    answer = together(answer, { ...again, places: again.places.map((place) => missing[place] as number) }, asking.types)
  }
  return answer
}

/** One answer, or the error of the last attempt. */
async function askOnce(reader: LookupReader, keys: Batch, { failuresMax, clock, table, signal }: Asking): Promise<LookupAnswer> {
  const startedMs = clock.monotonicMs()
  for (let attempt = 1; ; attempt++) {
    try {
      return await reader.lookup(keys)
    } catch (cause) {
      if (cause instanceof MillraceError && cause.blame !== 'external') throw cause
      if (attempt > failuresMax || signal.aborted) {
        const took = printDuration(Math.round(clock.monotonicMs() - startedMs))
        const reason = cause instanceof Error ? cause.message : String(cause)
        const detail = `Tried ${counted(attempt, 'time')} in ${took}; the last failure was: ${reason}.`
        throw embeddedErrors.ENGINE_LOOKUP_FAILED({ keys: counted(keys.length, 'key'), table }, { detail, cause })
      }
      await pauseUntil(clock.monotonicMs() + attempt * failurePauseMs, clock, signal)
    }
  }
}

function missingOf(count: number, { places }: LookupAnswer): Int32Array {
  const found = new Uint8Array(count)
  for (const place of places) found[place] = 1
  return Int32Array.from({ length: count }, (_, place) => place).filter((place) => found[place] === 0)
}

function together(a: LookupAnswer, b: LookupAnswer, types: readonly DataType[]): LookupAnswer {
  if (b.rows.length === 0) return a
  if (a.rows.length === 0) return b
  const columns = types.map((type, place) => {
    const [first, second] = [a.rows.columns[place] as Vector, b.rows.columns[place] as Vector]
    return concatVectors(first, a.rows.length, second, b.rows.length, type)
  })
  const places = new Int32Array(a.rows.length + b.rows.length)
  places.set(a.places.subarray(0, a.rows.length))
  places.set(b.places.subarray(0, b.rows.length), a.rows.length)
  return { rows: { ...a.rows, length: places.length, columns }, places }
}

/** Waits for a time of the clock, or until the signal says that nobody waits any more. */
export async function pauseUntil(dueAtMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  for (let leftMs = dueAtMs - clock.monotonicMs(); leftMs > 0 && !signal.aborted; leftMs = dueAtMs - clock.monotonicMs()) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(leftMs, lookMs)))
  }
}
