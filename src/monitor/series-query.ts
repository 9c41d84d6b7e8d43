/**
 * Questions about what was measured of a job, and their answers in even steps. Where a step is long, or the past is far, coarse samples
 * answer; the newest ones, of which nothing coarse was made yet, always do.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { openChunk, valuesOf } from './chunk.ts'
import { monitorErrors } from './errors.ts'
import type { LayoutColumn, LayoutPart } from './layout.ts'
import type { LayoutCache } from './layout-cache.ts'
import { isMetricName, type MetricName, wordOf } from './metric-words.ts'
import type { JobKey, SampleDatabase, StoredRow } from './sample-database.ts'
import { coarseTier, fineTier, type Kept, placeOf, placesIn, type Tier } from './tiers.ts'

export interface SeriesQuery {
  readonly metrics: readonly MetricName[]
  /** Epoch milliseconds; `to` is not within. */
  readonly from: number
  readonly to: number
  /** The answer may have longer steps, where nothing as exact is kept. */
  readonly stepMs: number
  /** Null: of all; an empty one asks for the job as a whole. */
  readonly operator: string | null
  /** Whether subtasks stand alone, or what they have together. */
  readonly by: 'subtask' | 'operator'
  /** What a step shows of its samples; null: what suits the metric. */
  readonly kept: Kept | null
}

export interface SeriesAnswer {
  readonly stepMs: number
  /** When each step begins. */
  readonly times: readonly number[]
  readonly series: readonly Series[]
}

export interface Series extends LayoutPart {
  readonly metric: MetricName
  /** One for each time; null where nothing was measured. */
  readonly values: readonly (number | null)[]
}

const pointsMax = 11_000
const cellsMax = 2_000_000
const chunksAtOnce = 16

export async function querySeries(database: SampleDatabase, layouts: LayoutCache, key: JobKey, query: SeriesQuery): Promise<SeriesAnswer> {
  const job = database.findJob(key)
  const stepMs = stepOf(database, job, query)
  const answer = new AnswerInSteps({ ...query, stepMs })
  if (job === null) return answer.told()
  const isLong = stepMs >= coarseTier.stepMs
  const split = isLong ? Math.min(query.to, database.firstRowAt(fineTier.number, job) ?? query.to) : query.from
  for (const [tier, from, to] of [[coarseTier, query.from, split] as const, [fineTier, Math.max(split, query.from), query.to] as const]) {
    if (from >= to) continue
    for (let offset = 0; ; offset += chunksAtOnce) {
      const chunks = database.chunks(tier.number, job, { from, to }, { limit: chunksAtOnce, offset })
      for (const { layout, bytes } of chunks) answer.addChunk(tier, layouts.columnsOf(layout), bytes)
      if (chunks.length < chunksAtOnce) break
      await nextTurn()
    }
    const groups = Map.groupBy(database.rows(tier.number, job, from, to), ({ layout }) => layout)
    for (const [layout, rows] of groups) answer.addRows(tier, layouts.columnsOf(layout), rows)
  }
  return answer.told()
}

/** Steps are as long as those of what is kept; beyond what is kept of each sample, those are long. */
function stepOf(database: SampleDatabase, job: number | null, { from, to, stepMs: asked }: SeriesQuery): number {
  if (![from, to, asked].every(Number.isSafeInteger) || from >= to || asked <= 0) throw monitorErrors.MONITOR_RANGE()
  const oldest = (tier: Tier): number => (job === null ? null : database.firstAt(tier.number, job)) ?? Number.POSITIVE_INFINITY
  const fine = oldest(fineTier)
  const needsCoarse = oldest(coarseTier) < fine && from < fine
  const stepMs = Math.max(asked, needsCoarse ? coarseTier.stepMs : fineTier.stepMs)
  if ((to - from) / stepMs > pointsMax) throw monitorErrors.MONITOR_RANGE_LONG({ points: Math.ceil((to - from) / stepMs), most: pointsMax })
  return stepMs
}

/** Samples of one layout, by column. */
interface Samples {
  readonly times: Float64Array
  column(index: number): Float64Array
}

class AnswerInSteps {
  readonly #query: SeriesQuery
  readonly #metrics: ReadonlySet<string>
  readonly #first: number
  readonly #points: number
  readonly #found = new Map<string, StepSeries>()

  constructor(query: SeriesQuery) {
    this.#query = query
    this.#metrics = new Set(query.metrics)
    this.#first = Math.floor(query.from / query.stepMs)
    this.#points = Math.ceil(query.to / query.stepMs) - this.#first
  }

  /** What is damaged is passed over: nothing can be known of it any more. */
  addChunk(tier: Tier, columns: readonly LayoutColumn[], bytes: Uint8Array): void {
    try {
      this.#add(tier, columns, openChunk(bytes))
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'MONITOR_CHUNK_DAMAGED') throw error
    }
  }

  addRows(tier: Tier, columns: readonly LayoutColumn[], rows: readonly StoredRow[]): void {
    const values = rows.map(({ bytes }) => valuesOf(bytes))
    this.#add(tier, columns, {
      times: Float64Array.from(rows, ({ at }) => at),
      column: (index) => Float64Array.from(values, (each) => each[index] ?? Number.NaN),
    })
  }

  told(): SeriesAnswer {
    const { stepMs } = this.#query
    return {
      stepMs,
      times: Array.from({ length: this.#points }, (_, i) => (this.#first + i) * stepMs),
      series: [...this.#found.values()].map((each) => each.told()),
    }
  }

  #add(tier: Tier, columns: readonly LayoutColumn[], samples: Samples): void {
    const { operator, by, from, to, stepMs, kept } = this.#query
    const groups = new Map<StepSeries, Float64Array>()
    for (const [index, place] of placesIn(tier, columns).entries()) {
      const column = columns[index]
      if (column === undefined || !this.#metrics.has(column.metric) || !isMetricName(column.metric)) continue
      if (operator !== null && column.part.operatorId !== operator) continue
      const series = this.#seriesOf(column.part, column.metric, by)
      const values = samples.column(place + placeOf(tier, column, kept ?? suited(column.metric)))
      const known = groups.get(series)
      if (known === undefined) groups.set(series, values)
      else combine(known, values, wordOf(column.metric).across)
    }
    for (const [row, at] of samples.times.entries()) {
      if (at < from || at >= to) continue
      const step = Math.floor(at / stepMs) - this.#first
      for (const [series, values] of groups) series.add(step, values[row] ?? Number.NaN)
    }
  }

  #seriesOf(part: LayoutPart, metric: MetricName, by: SeriesQuery['by']): StepSeries {
    const subtask = by === 'operator' ? null : part.subtask
    const id = JSON.stringify([part.operatorId, subtask, metric])
    const known = this.#found.get(id)
    if (known !== undefined) {
      known.part = { ...part, subtask }
      return known
    }
    if ((this.#found.size + 1) * this.#points > cellsMax) throw monitorErrors.MONITOR_ANSWER_LARGE({ most: cellsMax })
    const made = new StepSeries({ ...part, subtask }, metric, { points: this.#points, kept: this.#query.kept ?? suited(metric) })
    this.#found.set(id, made)
    return made
  }
}

class StepSeries {
  /** As the newest samples name it. */
  part: LayoutPart
  readonly #metric: MetricName
  readonly #kept: Kept
  readonly #values: Float64Array
  readonly #counts: Uint32Array

  constructor(part: LayoutPart, metric: MetricName, { points, kept }: { readonly points: number; readonly kept: Kept }) {
    this.part = part
    this.#metric = metric
    this.#kept = kept
    this.#values = new Float64Array(points)
    this.#counts = new Uint32Array(points)
  }

  add(step: number, value: number): void {
    if (Number.isNaN(value)) return
    const before = this.#values[step] ?? 0
    const isFirst = this.#counts[step] === 0
    this.#counts[step] = (this.#counts[step] ?? 0) + 1
    if (isFirst || this.#kept === 'last') this.#values[step] = value
    else if (this.#kept === 'mean') this.#values[step] = before + value
    else this.#values[step] = this.#kept === 'min' ? Math.min(before, value) : Math.max(before, value)
  }

  told(): Series {
    const valueAt = (value: number, step: number): number | null => {
      const count = this.#counts[step] ?? 0
      return count === 0 ? null : this.#kept === 'mean' ? value / count : value
    }
    return { ...this.part, metric: this.#metric, values: Array.from(this.#values, valueAt) }
  }
}

function suited(metric: MetricName): Kept {
  return wordOf(metric).keeps === 'last' ? 'last' : 'mean'
}

/** What two subtasks have together, in place; one that has nothing adds nothing. */
function combine(into: Float64Array, values: Float64Array, across: 'sum' | 'max' | 'min'): void {
  for (const [i, value] of values.entries()) {
    const before = into[i] ?? Number.NaN
    if (Number.isNaN(value)) continue
    if (Number.isNaN(before)) into[i] = value
    else into[i] = across === 'sum' ? before + value : across === 'max' ? Math.max(before, value) : Math.min(before, value)
  }
}

/** How much of what only grows was added, from its values in the order of time; a smaller one counts anew, from zero. */
export function increaseOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return null
  return known.reduce((sum, value, i) => {
    const before = known[i - 1]
    return before === undefined ? sum : sum + (value >= before ? value - before : value)
  }, 0)
}
