/** Configuration keys that statements and callers may set: Flink's names, with what Millrace understands of them. */
import { closeNames, parseDurationMs, parseMemoryBytes } from '#base'
import { queryErrors } from './errors.ts'
import { deadLetterTableSetting, lateTableSetting } from './side-tables.ts'

interface SettingRow {
  readonly default: string
  readonly description: string
  /** Says what is expected when a value does not suit; null when it does. */
  check(value: string): string | null
}

const anything = (): null => null
const oneOf =
  (...values: readonly string[]) =>
  (value: string): string | null =>
    values.includes(value.toLowerCase()) ? null : values.join(' or ')
const positiveInteger = (value: string): string | null => (/^[1-9]\d{0,8}$/.test(value) ? null : 'a whole number above 0')
const memory = (value: string): string | null => (value === '' || parseMemoryBytes(value) !== undefined ? null : 'a size such as 512 mb')
const duration = (value: string): string | null => (parseDurationMs(value) === undefined ? 'a duration such as 10 s' : null)

export const settingRows: Readonly<Record<string, SettingRow>> = {
  'execution.runtime-mode': {
    default: 'streaming',
    description:
      'streaming: changes as they happen. batch: inputs that end, and only the final rows. automatic: batch where all inputs end.',
    check: oneOf('streaming', 'batch', 'automatic'),
  },
  'execution.checkpointing.dir': {
    default: '',
    description: 'Folder for checkpoints; a run that has one is durable, and goes on from its newest checkpoint.',
    check: anything,
  },
  'execution.checkpointing.interval': {
    default: '10 s',
    description: 'How often a durable run takes a checkpoint, and a run over inputs that do not end makes written rows visible.',
    check: duration,
  },
  'execution.state-recovery.ignore-unclaimed-state': {
    default: 'false',
    description: 'Whether a durable run may go on without state that its statement has no place for any more.',
    check: oneOf('true', 'false'),
  },
  'execution.state-recovery.path': {
    default: '',
    description: 'The checkpoint that a durable run starts from instead of the newest one: its number, or where one was exported to.',
    check: anything,
  },
  'parallelism.default': { default: '1', description: 'Threads that share a run.', check: positiveInteger },
  'taskmanager.memory.managed.size': {
    default: '',
    description: 'Memory for the state of a run; what has no room there goes to a file. Without it: half of the memory of the machine.',
    check: memory,
  },
  'io.tmp.dirs': {
    default: '',
    description: "Folder for state that memory has no room for. Without it: the system's folder for temporary files.",
    check: anything,
  },
  'metrics.fetcher.update-interval': {
    default: '10 s',
    description: 'How often whoever asks for the metrics of a run gets them, besides at its end.',
    check: duration,
  },
  'pipeline.name': { default: '', description: 'Name of the next job.', check: anything },
  'table.local-time-zone': {
    default: 'UTC',
    description: 'Zone of TIMESTAMP_LTZ values when they are printed, parsed or cast.',
    check: timeZone,
  },
  'table.exec.state.ttl': {
    default: '0 ms',
    description: 'How long the state of a streaming query is kept that nothing writes, by processing time; 0 keeps it for good.',
    check: duration,
  },
  'table.exec.source.idle-timeout': {
    default: '0 ms',
    description: 'A source with a watermark that does not end holds back no time once it has given nothing for so long; 0: never.',
    check: duration,
  },
  [lateTableSetting]: {
    default: '',
    description: 'The table that rows are written to which operators drop since they come too late; without it they are only counted.',
    check: anything,
  },
  [deadLetterTableSetting]: {
    default: '',
    description:
      'The table that takes what sources cannot read and sinks refuse, with the error and the bytes; without it that ends the work.',
    check: anything,
  },
  'table.optimizer.join-reorder-enabled': {
    default: 'false',
    description:
      'Whether sources are asked how many rows they have, so that inner joins are ordered by it. What tables say in statistics.row-count counts either way.',
    check: oneOf('true', 'false'),
  },
  'table.optimizer.bushy-join-reorder-threshold': {
    default: '12',
    description: 'Of up to so many tables all orders of inner joins are looked at; of more, some that join one table after the other.',
    check: positiveInteger,
  },
  'table.optimizer.distinct-agg.split.enabled': {
    default: 'false',
    description: 'Whether distinct values are aggregated by buckets first, so that several workers share those of a group with many rows.',
    check: oneOf('true', 'false'),
  },
  'table.optimizer.distinct-agg.split.bucket-num': {
    default: '1024',
    description: 'Into how many buckets the distinct values of a group are divided then.',
    check: positiveInteger,
  },
  'table.optimizer.reuse-sub-plan-enabled': {
    default: 'true',
    description: 'Whether equal parts of a statement that keep rows are computed once.',
    check: oneOf('true', 'false'),
  },
  'table.exec.async-lookup.buffer-capacity': {
    default: '100',
    description: 'Keys that a lookup join asks for at a time, and rows that wait before it takes no more.',
    check: positiveInteger,
  },
  'table.exec.async-lookup.timeout': {
    default: '3 min',
    description: 'For how long a lookup is waited for, with all its retries.',
    check: duration,
  },
  'table.exec.async-lookup.output-mode': {
    default: 'ORDERED',
    description: 'Taken for the sake of Flink; rows keep their order.',
    check: oneOf('ordered', 'allow_unordered'),
  },
  'execution.user-function.timeout': {
    default: '60 s',
    description: 'For how long a function that users wrote may compute at a time before its run is ended by force.',
    check: duration,
  },
  'table.exec.async-scalar.max-concurrent-operations': {
    default: '10',
    description: 'Rows that wait for asynchronous functions at a time.',
    check: positiveInteger,
  },
  'table.exec.async-scalar.timeout': {
    default: '3 min',
    description: 'For how long the value of an asynchronous function is waited for, with all its attempts.',
    check: duration,
  },
  'table.exec.async-scalar.retry-strategy': {
    default: 'FIXED_DELAY',
    description: 'Whether a call of an asynchronous function that failed is tried again.',
    check: oneOf('fixed_delay', 'no_retry'),
  },
  'table.exec.async-scalar.retry-delay': {
    default: '100 ms',
    description: 'How long a call of an asynchronous function that failed waits before it is tried again.',
    check: duration,
  },
  'table.exec.async-scalar.max-attempts': {
    default: '3',
    description: 'How often a call of an asynchronous function is tried.',
    check: positiveInteger,
  },
  'table.dml-sync': {
    default: 'true',
    description: 'Whether a SQL gateway answers an INSERT only when its job has ended; elsewhere it is always waited for.',
    check: oneOf('true', 'false'),
  },
  'table.exec.source.cdc-events-duplicate': {
    default: 'false',
    description: 'Whether tables that read changes may give a change twice: those with a primary key then leave out what says nothing new.',
    check: oneOf('true', 'false'),
  },
  'table.exec.sink.not-null-enforcer': {
    default: 'ERROR',
    description: 'What a NULL in a NOT NULL column of a sink does.',
    check: oneOf('error'),
  },
  'table.exec.sink.upsert-materialize': {
    default: 'AUTO',
    description:
      'Whether rows are kept before a sink that takes upserts, so that a key shows the newest of its rows. AUTO: where several rows may have one key. NONE: never. FORCE: always.',
    check: oneOf('auto', 'none', 'force'),
  },
  'table.exec.sink.keyed-shuffle': {
    default: 'AUTO',
    description: 'Taken for the sake of Flink; one writer has all rows of a sink here.',
    check: oneOf('auto', 'none', 'force'),
  },
  'sql-client.execution.result-mode': {
    default: 'TABLE',
    description: 'How the shell shows the rows of a SELECT.',
    check: oneOf('table', 'changelog', 'tableau'),
  },
}

function timeZone(value: string): string | null {
  try {
    Intl.DateTimeFormat('en', { timeZone: value.replace(/^GMT(?=[+-])/, '') })
    return null
  } catch {
    return 'a time zone such as Europe/Berlin or GMT+01:00'
  }
}

/** Fails on a key that does not exist. */
function settingRow(key: string): SettingRow {
  const row = Object.hasOwn(settingRows, key) ? settingRows[key] : undefined
  if (row !== undefined) return row
  const names = Object.keys(settingRows)
  const [nearest] = closeNames(key, names, 1)
  const hint = nearest === undefined ? `The settings are ${names.join(', ')}.` : `Use "${nearest}".`
  throw queryErrors.QUERY_SETTING_NOT_FOUND({ key }, { hint })
}

/** The settings of a session: what was set over the defaults. */
export function isSettingKey(key: string): boolean {
  return Object.hasOwn(settingRows, key)
}

export class Settings {
  readonly #values: Map<string, string>
  readonly #fixed: ReadonlyMap<string, string>

  /** `fixed`: what nobody can set otherwise, nor reset. */
  constructor(initial: Readonly<Record<string, string>> = {}, fixed: Readonly<Record<string, string>> = {}) {
    this.#values = new Map()
    this.#fixed = new Map(Object.entries(fixed))
    for (const [key, value] of Object.entries(initial)) this.set(key, value)
  }

  /** Fails on a key that does not exist or is fixed, and on a value that does not suit. */
  set(key: string, value: string): void {
    const expected = settingRow(key).check(value)
    if (this.#fixed.has(key)) throw queryErrors.QUERY_SETTING_FIXED({ key })
    if (expected !== null) throw queryErrors.QUERY_SETTING_VALUE({ key, expected, value: value.slice(0, 60) })
    this.#values.set(key, value)
  }

  /** Whether a key was set. */
  isSet(key: string): boolean {
    return this.#values.has(key)
  }

  /**
   * Sets values for a while; what is returned puts back what was there, but for keys that were set otherwise meanwhile. Changes nothing
   * where one of them does not suit.
   */
  override(values: Readonly<Record<string, string>>): () => void {
    const before = new Map(this.#values)
    try {
      for (const [key, value] of Object.entries(values)) this.set(key, value)
    } catch (error) {
      this.#restore(values, before)
      throw error
    }
    return () => this.#restore(values, before)
  }

  #restore(values: Readonly<Record<string, string>>, before: ReadonlyMap<string, string>): void {
    for (const [key, own] of Object.entries(values)) {
      if (this.#values.get(key) !== own) continue
      const value = before.get(key)
      if (value === undefined) this.#values.delete(key)
      else this.#values.set(key, value)
    }
  }

  /** Back to the default; without a key all settings. Fails on a key that does not exist. */
  reset(key?: string): void {
    if (key === undefined) {
      this.#values.clear()
      return
    }
    settingRow(key)
    this.#values.delete(key)
  }

  get(key: string): string {
    return this.#fixed.get(key) ?? this.#values.get(key) ?? settingRows[key]?.default ?? ''
  }

  /** What was set, by key. */
  entries(): [key: string, value: string][] {
    return [...this.#values].sort(([a], [b]) => (a < b ? -1 : 1))
  }

  /** All values, defaults included. */
  all(): Record<string, string> {
    return Object.fromEntries(Object.keys(settingRows).map((key) => [key, this.get(key)]))
  }
}
