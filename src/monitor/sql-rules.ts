/**
 * Rules that people write as SQL: a SELECT over two tables, which what runs our own engine answers. `metrics` has a row for each number of
 * each sample, `jobs` one for each job of the workspace. Each row is an alert of its own: rows are told apart by the job that their column
 * `job` names, and by their columns of text. Numbers change from one look to the next, and tell nothing apart.
 */
import { createHash } from 'node:crypto'
import type { Clock } from '#base'
import { MillraceError, shortened } from '#base'
import type { Stored } from '#store'
import type { AlertCondition, AlertRule } from './alert-rule.ts'
import type { Sighting } from './conditions.ts'
import { monitorErrors } from './errors.ts'
import { isMetricName, type MetricName } from './metric-words.ts'
import type { SampleStore } from './sample-store.ts'
import type { LatestSample, Sampler } from './sampler.ts'
import { fineTier } from './tiers.ts'
import type { WatchedJob } from './watched-job.ts'

type SqlValue = string | number | bigint | boolean | null

export interface SqlTable {
  readonly name: string
  /** Types as Flink writes them. Instants are epoch milliseconds here. */
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly SqlValue[])[]
}

/** Runs one SELECT over tables and gives its rows, at most so many, with types as SQL writes them; what it does ends with the signal. */
export type RunSql = (
  query: { readonly workspace: string; readonly text: string; readonly tables: readonly SqlTable[]; readonly rowsMax: number },
  signal: AbortSignal,
) => Promise<{ readonly columns: readonly AnswerColumn[]; readonly rows: readonly (readonly unknown[])[] }>

interface AnswerColumn {
  readonly name: string
  readonly type: string
}

export interface SqlSighting {
  /** Empty: no job. */
  readonly job: string
  /** What tells it from other rows of the job; empty where nothing does. */
  readonly instance: string
  readonly sighting: Sighting
}

interface SqlOutcome {
  readonly at: number
  readonly version: number
  /** What its rows say; null where it could not be asked. */
  readonly found: readonly SqlSighting[] | null
  readonly trouble: string
}

/** Of a rule that has not changed. */
const askEveryMs = 55_000
const answerMsMax = 20_000
const answerAgeMsMax = 300_000
const rowsMax = 100
const tableRowsMax = 200_000
const textLengthMax = 300
const source = 'query of the rule'

type SqlCondition = AlertCondition & { readonly kind: 'sql' }
type SqlRule = Stored<AlertRule> & { readonly value: { readonly condition: SqlCondition } }

export interface SqlRulesOptions {
  readonly store: SampleStore
  readonly sampler: Sampler
  readonly clock: Clock
  /** Null where there is nothing to run SQL with. */
  readonly runSql: RunSql | null
}

export class SqlRules {
  readonly #options: SqlRulesOptions
  #outcomes = new Map<string, SqlOutcome>()

  constructor(options: SqlRulesOptions) {
    this.#options = options
  }

  /** Asks each rule that was not asked for a while, one after another: what asks for much holds up the others of its kind alone. */
  async ask(rules: readonly Stored<AlertRule>[], jobs: readonly WatchedJob[]): Promise<void> {
    const outcomes = new Map<string, SqlOutcome>()
    for (const rule of rules) {
      if (!isSqlRule(rule)) continue
      const { version } = rule
      const at = this.#options.clock.nowMs()
      const last = this.#outcomes.get(rule.id)
      if (last?.version === version && Math.abs(at - last.at) < askEveryMs) {
        outcomes.set(rule.id, last)
        continue
      }
      const ofWorkspace = jobs.filter(({ workspace }) => workspace === rule.workspace)
      try {
        outcomes.set(rule.id, { at, version, found: await this.once(rule.workspace, rule.value.condition, ofWorkspace), trouble: '' })
      } catch (error) {
        outcomes.set(rule.id, { at, version, found: null, trouble: troubleOf(error) })
      }
      // Those that were asked already are known before all are.
      this.#outcomes.set(rule.id, outcomes.get(rule.id) as SqlOutcome)
    }
    this.#outcomes = outcomes
  }

  /** What a rule found when it was asked last; null where nobody knows, for a reason, which may be that it cannot be asked. */
  found({ id, version }: Stored<AlertRule>): {
    readonly found: readonly SqlSighting[] | null
    readonly isBroken: boolean
    readonly trouble: string
    readonly at: number
  } {
    const now = this.#options.clock.nowMs()
    const outcome = this.#outcomes.get(id)
    if (outcome === undefined || outcome.version !== version)
      return { found: null, isBroken: false, trouble: 'it was not asked yet', at: now }
    const isOld = now - outcome.at > answerAgeMsMax
    if (isOld) return { ...outcome, found: null, isBroken: true, trouble: 'it was not asked of late' }
    return { ...outcome, isBroken: outcome.found === null }
  }

  /** What a query finds now, of the jobs of its workspace. */
  async once(workspace: string, condition: SqlCondition, jobs: readonly WatchedJob[]): Promise<SqlSighting[]> {
    const { runSql, clock } = this.#options
    if (runSql === null) throw monitorErrors.MONITOR_SQL_UNAVAILABLE()
    const { text } = condition
    const tables = [{ name: 'metrics', columns: metricsColumns, rows: await this.#metricsRows(condition, jobs) }, jobsTable(jobs)]
    const { columns, rows } = await inTime(answerMsMax, (signal) => runSql({ workspace, text, tables, rowsMax }, signal))
    const names = columns.map(({ name }) => name)
    const [jobColumn, valueColumn] = [names.indexOf('job'), names.indexOf('measured')]
    const known = new Set(jobs.map(({ job }) => job))
    const found = new Map<string, SqlSighting>()
    for (const row of rows.slice(0, rowsMax)) {
      const named = jobColumn < 0 ? '' : String(row[jobColumn])
      const job = known.has(named) ? named : ''
      const value = valueColumn < 0 || row[valueColumn] === null ? null : Number(row[valueColumn])
      const shownRow = names.map((name, i) => `${name} = ${String(row[i])}`).join(', ')
      const instance = instanceOf(columns, row)
      const seen = { value: Number.isFinite(value) ? value : null, threshold: null, text: shortened(shownRow, textLengthMax) }
      const key = `${job}/${instance}`
      if (!found.has(key)) found.set(key, { job, instance, sighting: { ...seen, sight: 'met', source, seenAt: clock.nowMs() } })
    }
    return [...found.values()]
  }

  async #metricsRows({ metrics, pastMs }: SqlCondition, jobs: readonly WatchedJob[]): Promise<SqlValue[][]> {
    const rows: SqlValue[][] = []
    for (const job of jobs) {
      const latest = this.#options.sampler.latest(job)
      for (const row of pastMs === 0 ? latestRows(job, latest, metrics) : await this.#pastRows(job, metrics, pastMs)) rows.push(row)
      if (rows.length > tableRowsMax) throw monitorErrors.MONITOR_SQL_LARGE({ most: tableRowsMax })
    }
    return rows
  }

  async #pastRows(job: WatchedJob, metrics: readonly MetricName[], pastMs: number): Promise<SqlValue[][]> {
    const to = this.#options.clock.nowMs() + 1
    const query = { metrics, from: to - pastMs, to, stepMs: fineTier.stepMs, operator: null, by: 'subtask', kept: null } as const
    const { times, series } = await this.#options.store.series(job, query)
    return series.flatMap(({ values, ...of }) =>
      values.flatMap((number, i) => (number === null ? [] : [metricsRow(times[i] ?? 0, job, of, number)])),
    )
  }
}

const metricsColumns = [
  { name: 'sampled_at', type: 'TIMESTAMP_LTZ(3)' },
  { name: 'job', type: 'STRING' },
  { name: 'job_name', type: 'STRING' },
  { name: 'operator', type: 'STRING' },
  { name: 'operator_name', type: 'STRING' },
  { name: 'kind', type: 'STRING' },
  { name: 'subtask', type: 'INT' },
  { name: 'metric', type: 'STRING' },
  { name: 'measured', type: 'DOUBLE' },
]

/** A column of text that says what a row is about. */
function isLabel({ name, type }: AnswerColumn): boolean {
  return /^(?:STRING|CHAR|VARCHAR|BOOLEAN)\b/.test(type) && name !== 'job' && name !== 'job_name'
}

function instanceOf(columns: readonly AnswerColumn[], row: readonly unknown[]): string {
  const labels = columns.flatMap((column, i) => (isLabel(column) ? [[column.name, row[i]]] : []))
  if (labels.length === 0) return ''
  return createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, instanceLength)
}

const instanceLength = 16

interface SeriesOf {
  readonly operatorId: string
  readonly operatorName: string
  readonly kind: string
  readonly subtask: number | null
  readonly metric: string
}

function metricsRow(at: number, { job, spec }: WatchedJob, of: SeriesOf, value: number): SqlValue[] {
  return [at, job, spec.name, of.operatorId, of.operatorName, of.kind, of.subtask, of.metric, value]
}

function latestRows(job: WatchedJob, latest: LatestSample | null, metrics: readonly MetricName[]): SqlValue[][] {
  if (latest === null) return []
  return latest.layout.columns.flatMap(({ part, metric }, i) => {
    const value = latest.values[i] ?? Number.NaN
    const isAsked = isMetricName(metric) && (metrics.length === 0 || metrics.includes(metric))
    return isAsked && !Number.isNaN(value) ? [metricsRow(latest.at, job, { ...part, metric }, value)] : []
  })
}

function jobsTable(jobs: readonly WatchedJob[]): SqlTable {
  const columns = [
    ['job', 'STRING'],
    ['job_name', 'STRING'],
    ['folder', 'STRING'],
    ['owner', 'STRING'],
    ['engine', 'STRING'],
    ['latency_tier', 'STRING'],
    ['wanted', 'STRING'],
    ['state', 'STRING'],
    ['state_since', 'TIMESTAMP_LTZ(3)'],
    ['evidence', 'STRING'],
    ['seen_at', 'TIMESTAMP_LTZ(3)'],
    ['attempt', 'INT'],
    ['version', 'INT'],
    ['failures', 'INT'],
    ['failure_code', 'STRING'],
  ] as const
  const rows = jobs.map(({ job, spec, wanted, status }) => [
    job,
    spec.name,
    spec.folder,
    spec.owner,
    spec.engine.kind,
    spec.latencyTier,
    wanted,
    status.state,
    status.since,
    status.evidence.kind,
    status.evidence.seenAt,
    status.run?.attempt ?? null,
    status.run?.version ?? null,
    status.restart.failures.length,
    status.failure?.code ?? null,
  ])
  return { name: 'jobs', columns: columns.map(([name, type]) => ({ name, type })), rows }
}

/** The tables of rules without their rows. */
export const ruleTables: readonly SqlTable[] = [{ name: 'metrics', columns: metricsColumns, rows: [] }, jobsTable([])]

function isSqlRule(rule: Stored<AlertRule>): rule is SqlRule {
  return rule.value.isActive && rule.value.condition.kind === 'sql'
}

/** Whoever does not heed the signal is not waited for either. */
async function inTime<T>(msMax: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(msMax)
  const over = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(monitorErrors.MONITOR_SQL_SLOW({ seconds: msMax / 1000 })), { once: true })
  })
  return Promise.race([run(signal), over])
}

function troubleOf(error: unknown): string {
  return error instanceof MillraceError ? `${error.code}: ${error.message}` : 'it could not be asked'
}
