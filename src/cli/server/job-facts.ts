/** The facts of a job that people write, in options of the command line and in headers of files alike: how each is read and written. */
import type { JobSpec } from '#api'
import { parseDurationMs, printDuration } from '#base'

export interface FactRow {
  /** The name of the option, and the word in a header. */
  readonly key: string
  /** What its value is called in help. */
  readonly value: string
  readonly repeatable?: boolean
  readonly summary: string
  /** What would be right. */
  readonly expected: string
  /** What the texts change of a job; null where they are not as expected. */
  read(texts: readonly string[], before: JobSpec): Partial<JobSpec> | null
  /** Nothing where the job is as it would be without a word. */
  write(spec: JobSpec): readonly string[]
}

export function emptySpec(name: string, owner: string): JobSpec {
  return {
    name,
    description: '',
    folder: '',
    tags: [],
    owner,
    program: { kind: 'sql', text: '' },
    engine: { kind: 'embedded' },
    settings: {},
    variables: {},
    parallelism: 1,
    checkpointIntervalMs: 10_000,
    restart: { kind: 'back-off', delayMs: 1000, delayMsMax: 60_000, failuresMax: 10, windowMs: 600_000 },
    upgrade: 'keep-state',
    latencyTier: 'seconds',
  }
}

const defaults = emptySpec('', '')

/** The last one counts, as it does for options. */
const last = (texts: readonly string[]): string => texts.at(-1) ?? ''

export const factRows: readonly FactRow[] = [
  {
    key: 'name',
    value: 'name',
    summary: 'what it is called',
    expected: 'a name',
    read: (texts) => (last(texts) === '' ? null : { name: last(texts) }),
    write: ({ name }) => [name],
  },
  {
    key: 'description',
    value: 'text',
    summary: 'what it is for',
    expected: 'a text',
    read: (texts) => ({ description: texts.join('\n') }),
    write: ({ description }) => (description === '' ? [] : description.split('\n')),
  },
  {
    key: 'folder',
    value: 'folder',
    summary: 'where it stands, such as sales/daily; / for the top',
    expected: 'a folder such as sales/daily, or /',
    read: (texts) => ({ folder: last(texts) === '/' ? '' : last(texts) }),
    write: ({ folder }) => (folder === '' ? [] : [folder]),
  },
  {
    key: 'tag',
    value: 'tag',
    repeatable: true,
    summary: 'by what it is found',
    expected: 'a tag',
    read: (texts) => ({ tags: [...new Set(texts)] }),
    write: ({ tags }) => tags,
  },
  {
    key: 'owner',
    value: 'name',
    summary: 'who looks after it',
    expected: 'a name',
    read: (texts) => ({ owner: last(texts) }),
    write: ({ owner }) => (owner === '' ? [] : [owner]),
  },
  {
    key: 'engine',
    value: 'engine',
    summary: 'embedded, or flink:CLUSTER',
    expected: 'embedded, or flink:CLUSTER',
    read: (texts) => engineOf(last(texts)),
    write: ({ engine }) => (engine.kind === 'embedded' ? [] : [`flink:${engine.cluster}`]),
  },
  {
    key: 'parallelism',
    value: 'number',
    summary: 'threads that share its run',
    expected: 'a whole number above 0',
    read: (texts) => (/^[1-9]\d{0,3}$/.test(last(texts)) ? { parallelism: Number(last(texts)) } : null),
    write: ({ parallelism }) => (parallelism === defaults.parallelism ? [] : [String(parallelism)]),
  },
  {
    key: 'checkpoint-interval',
    value: 'time',
    summary: 'how often a checkpoint is taken, such as 10s',
    expected: 'a time such as 10s',
    read: (texts) => {
      const checkpointIntervalMs = parseDurationMs(last(texts))
      return checkpointIntervalMs === undefined ? null : { checkpointIntervalMs }
    },
    write: ({ checkpointIntervalMs: ms }) => (ms === defaults.checkpointIntervalMs ? [] : [printDuration(ms)]),
  },
  {
    key: 'restart',
    value: 'policy',
    summary: 'never, or how many failures in what time end it, and how long it waits: "10 in 10 min, wait 1 s to 1 min"',
    expected: 'never, or such as "10 in 10 min, wait 1 s to 1 min"',
    read: (texts) => restartOf(last(texts)),
    write: ({ restart }) => (restartText(restart) === restartText(defaults.restart) ? [] : [restartText(restart)]),
  },
  {
    key: 'upgrade',
    value: 'how',
    summary: 'whether a new version keeps state: keep-state or drop-state',
    expected: 'keep-state or drop-state',
    read: (texts) => (last(texts) === 'keep-state' || last(texts) === 'drop-state' ? { upgrade: last(texts) as JobSpec['upgrade'] } : null),
    write: ({ upgrade }) => (upgrade === defaults.upgrade ? [] : [upgrade]),
  },
  {
    key: 'latency',
    value: 'tier',
    summary: 'how fresh its answers have to be: seconds or minutes',
    expected: 'seconds or minutes',
    read: (texts) =>
      last(texts) === 'seconds' || last(texts) === 'minutes' ? { latencyTier: last(texts) as JobSpec['latencyTier'] } : null,
    write: ({ latencyTier }) => (latencyTier === defaults.latencyTier ? [] : [latencyTier]),
  },
  {
    key: 'set',
    value: 'key=value',
    repeatable: true,
    summary: 'a configuration key of Flink; of change, KEY alone takes it away',
    expected: 'KEY=VALUE',
    read: (texts, { settings }) => pairsOf(texts, settings, (pairs) => ({ settings: pairs })),
    write: ({ settings }) => Object.entries(settings).map(([key, value]) => `${key}=${value}`),
  },
  {
    key: 'variable',
    value: 'name=value',
    repeatable: true,
    summary: 'what ${name} of the script stands for; of change, NAME alone takes it away',
    expected: 'NAME=VALUE',
    read: (texts, { variables }) => pairsOf(texts, variables, (pairs) => ({ variables: pairs })),
    write: ({ variables }) => Object.entries(variables).map(([name, value]) => `${name}=${value}`),
  },
]

function engineOf(text: string): Pick<JobSpec, 'engine'> | null {
  if (text === 'embedded') return { engine: { kind: 'embedded' } }
  const cluster = text.startsWith('flink:') ? text.slice('flink:'.length) : ''
  return cluster === '' ? null : { engine: { kind: 'flink', cluster } }
}

function restartOf(text: string): Pick<JobSpec, 'restart'> | null {
  if (text === 'never') return { restart: { kind: 'never' } }
  const [, failures, window = '', least = '1 s', most = '1 min'] = /^(\d{1,4}) in ([^,]+?)(?:, wait (.+?) to (.+))?$/.exec(text) ?? []
  const [windowMs, delayMs, delayMsMax] = [window, least, most].map(parseDurationMs)
  if (failures === undefined || windowMs === undefined || delayMs === undefined || delayMsMax === undefined) return null
  return { restart: { kind: 'back-off', delayMs, delayMsMax, failuresMax: Number(failures), windowMs } }
}

function restartText(restart: JobSpec['restart']): string {
  if (restart.kind === 'never') return 'never'
  const { failuresMax, windowMs, delayMs, delayMsMax } = restart
  return `${failuresMax} in ${printDuration(windowMs)}, wait ${printDuration(delayMs)} to ${printDuration(delayMsMax)}`
}

function pairsOf(
  texts: readonly string[],
  before: Readonly<Record<string, string>>,
  changeOf: (pairs: Record<string, string>) => Partial<JobSpec>,
): Partial<JobSpec> | null {
  const pairs = new Map(Object.entries(before))
  for (const text of texts) {
    const at = text.indexOf('=')
    const key = (at < 0 ? text : text.slice(0, at)).trim()
    if (key === '') return null
    if (at >= 0) pairs.set(key, text.slice(at + 1).trim())
    else if (!pairs.delete(key)) return null
  }
  return changeOf(Object.fromEntries([...pairs].sort(([a], [b]) => (a < b ? -1 : 1))))
}

/** What texts by their keys make of a job. `wrong` gives the error for a row and its texts. */
export function applyFacts(
  before: JobSpec,
  textsOf: (key: string) => readonly string[] | undefined,
  wrong: (row: FactRow, texts: readonly string[]) => Error,
): JobSpec {
  let spec = before
  for (const row of factRows) {
    const texts = textsOf(row.key)
    if (texts === undefined) continue
    const change = row.read(texts, spec)
    if (change === null) throw wrong(row, texts)
    spec = { ...spec, ...change }
  }
  return spec
}

/** What differs between two jobs, as people read it. */
export function factChanges(before: JobSpec, after: JobSpec): string[] {
  const changes = factRows.flatMap((row) => {
    const [old, next] = [row.write(before).join(', '), row.write(after).join(', ')]
    return old === next ? [] : [`${row.key} ${old === '' ? '(default)' : old} -> ${next === '' ? '(default)' : next}`]
  })
  return before.program.text === after.program.text ? changes : ['script', ...changes]
}
