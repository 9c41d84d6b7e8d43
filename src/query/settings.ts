/** Configuration keys that statements and callers may set: Flink's names, with what Millrace understands of them. */
import { closeNames, parseDurationMs } from '#base'
import { queryErrors } from './errors.ts'

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
const duration = (value: string): string | null => (parseDurationMs(value) === undefined ? 'a duration such as 10 s' : null)

export const settingRows: Readonly<Record<string, SettingRow>> = {
  'execution.runtime-mode': {
    default: 'streaming',
    description:
      'streaming: changes as they happen. batch: inputs that end, and only the final rows. automatic: batch where all inputs end.',
    check: oneOf('streaming', 'batch', 'automatic'),
  },
  'execution.checkpointing.interval': {
    default: '10 s',
    description: 'How often a run over inputs that do not end makes the rows written so far visible.',
    check: duration,
  },
  'parallelism.default': { default: '1', description: 'Workers of a run; one is used for now.', check: positiveInteger },
  'pipeline.name': { default: '', description: 'Name of the next job.', check: anything },
  'table.local-time-zone': {
    default: 'UTC',
    description: 'Zone of TIMESTAMP_LTZ values when they are printed, parsed or cast.',
    check: timeZone,
  },
  'table.exec.state.ttl': { default: '0 ms', description: 'How long idle state is kept; 0 keeps it for good.', check: stateTtl },
  'table.dml-sync': { default: 'true', description: 'Whether an INSERT is waited for.', check: oneOf('true', 'false') },
  'table.exec.sink.not-null-enforcer': {
    default: 'ERROR',
    description: 'What a NULL in a NOT NULL column of a sink does.',
    check: oneOf('error'),
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

function stateTtl(value: string): string | null {
  if (duration(value) !== null) return duration(value)
  return /^\s*0/.test(value) ? null : '0: dropping idle state is not built yet'
}

/** The settings of a session: what was set over the defaults. */
export class Settings {
  readonly #values: Map<string, string>

  constructor(initial: Readonly<Record<string, string>> = {}) {
    this.#values = new Map()
    for (const [key, value] of Object.entries(initial)) this.set(key, value)
  }

  /** Fails on a key that does not exist and on a value that does not suit. */
  set(key: string, value: string): void {
    const row = Object.hasOwn(settingRows, key) ? settingRows[key] : undefined
    if (row === undefined) {
      const names = Object.keys(settingRows)
      const [nearest] = closeNames(key, names, 1)
      throw queryErrors.QUERY_SETTING_NOT_FOUND(
        { key },
        { hint: nearest === undefined ? `The settings are ${names.join(', ')}.` : `Use "${nearest}".` },
      )
    }
    const expected = row.check(value)
    if (expected !== null) throw queryErrors.QUERY_SETTING_VALUE({ key, expected, value: value.slice(0, 60) })
    this.#values.set(key, value)
  }

  reset(key?: string): void {
    if (key === undefined) this.#values.clear()
    else this.#values.delete(key)
  }

  get(key: string): string {
    return this.#values.get(key) ?? settingRows[key]?.default ?? ''
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
