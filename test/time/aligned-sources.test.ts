/** Sources of one group keep pace in event time. */
import { expect, test } from 'vitest'
import type { Script, Step } from './scripted-source.fixture.ts'
import { timedRun } from './timed-run.fixture.ts'

const group = `'scan.watermark.alignment.group' = 'g', 'scan.watermark.alignment.max-drift' = '20 s', 'scan.watermark.alignment.update-interval' = '10 ms'`
const table = (name: string, options = ''): string => `
  CREATE TABLE ${name} (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts) WITH ('connector' = 'scripted'${options === '' ? '' : `, ${options}`});`
const secondOf = ({ rows }: Step): number => Number(rows[0]?.[1]) / 1000

const count = 400
/** A row for each second of event time. */
const steps = (atMs: (second: number) => number, split = ''): Step[] =>
  Array.from({ length: count }, (_, second) => ({ atMs: atMs(second), split, rows: [[second, second * 1000]] }))

/** Two tables of which one could be read at once; tells how many seconds of event time the fast one was ahead at most. */
function fastAndSlow(fast: Partial<Script> = {}, slow: Partial<Script> = {}) {
  const known = { slow: -1, lead: 0 }
  const scripts = {
    fast: {
      steps: steps(() => 0),
      read: (step: Step) => {
        known.lead = Math.max(known.lead, secondOf(step) - known.slow)
      },
      ...fast,
    },
    slow: {
      steps: steps((second) => 5 * second),
      read: (step: Step) => {
        known.slow = secondOf(step)
      },
      ...slow,
    },
  }
  return { known, scripts }
}

const interval = `SELECT fast.id FROM fast JOIN slow ON fast.id = slow.id AND slow.ts BETWEEN fast.ts - INTERVAL '3' SECOND AND fast.ts + INTERVAL '3' SECOND`

async function stateOf(sql: string, workers: string, placed: readonly [number, number]) {
  const { known, scripts } = fastAndSlow({ worker: placed[0], ends: true }, { worker: placed[1], ends: true })
  let stateBytes = 0
  const { rows } = await timedRun({
    sql,
    scripts,
    settings: { 'parallelism.default': workers, 'metrics.fetcher.update-interval': '20 ms' },
    stateBytes: (bytes) => {
      stateBytes = Math.max(stateBytes, bytes)
    },
  })
  return { rows: rows.length, stateBytes, lead: known.lead }
}

test('within one worker whoever ends is read at the same pace anyway, by whose time is least', async () => {
  const { rows, lead } = await stateOf(`${table('fast')}${table('slow')}${interval}`, '1', [0, 0])
  expect([rows, lead]).toEqual([count, 2])
})

test.each([
  ['of different workers', '2', [0, 1]],
  ['of different workers, the other way round', '3', [2, 0]],
] as const)('a join of a fast and a slow source %s keeps little', async (_, workers, placed) => {
  const free = await stateOf(`${table('fast')}${table('slow')}${interval}`, workers, placed)
  const aligned = await stateOf(`${table('fast', group)}${table('slow', group)}${interval}`, workers, placed)
  expect([free.rows, aligned.rows]).toEqual([count, count])
  expect(free.lead).toBeGreaterThan(count / 2)
  expect(aligned.lead).toBeLessThanOrEqual(30)
  expect(aligned.stateBytes).toBeLessThan(free.stateBytes / 2)
})

const open = async (sql: string, scripts: Readonly<Record<string, Script>>, untilMs: number) =>
  (await timedRun({ sql, scripts, untilMs })).rows.length

test('sources that do not end are aligned by options of their tables and by hints', async () => {
  const hint = `/*+ OPTIONS(${group}) */`
  const join = `SELECT fast.id FROM fast ${hint} JOIN slow ${hint} ON fast.id = slow.id`
  for (const sql of [`${table('fast', group)}${table('slow', group)}${interval}`, `${table('fast')}${table('slow')}${join}`]) {
    const { known, scripts } = fastAndSlow()
    expect(await open(sql, scripts, 1000)).toBeGreaterThan(190)
    expect(known.lead).toBe(21)
  }
  const { known, scripts } = fastAndSlow()
  await open(`${table('fast')}${table('slow')}${interval}`, scripts, 1000)
  expect(known.lead).toBe(count - 1)
})

test('a source that has given nothing yet holds the others, until it ends or is idle', async () => {
  const sql = (options: string) =>
    `${table('fast', group)}${table('slow', `${group}${options}`)}SELECT id FROM fast UNION ALL SELECT id FROM slow`
  const silent = fastAndSlow({}, { steps: [] })
  expect(await open(sql(''), silent.scripts, 1000)).toBe(1)
  const ended = fastAndSlow({}, { steps: [], ends: true })
  expect(await open(sql(''), ended.scripts, 1000)).toBe(count)
  const idle = fastAndSlow({}, { steps: [] })
  expect(await open(sql(`, 'scan.watermark.idle-timeout' = '200 ms'`), idle.scripts, 1000)).toBe(count)
})

test('alignment ends with the last of the others, also across workers', async () => {
  for (const [workers, placed] of [
    ['1', [0, 0]],
    ['2', [0, 1]],
  ] as const) {
    const { scripts } = fastAndSlow(
      { worker: placed[0] },
      { worker: placed[1], ends: true, steps: steps((second) => second * 5).slice(0, 30) },
    )
    const sql = `${table('fast', group)}${table('slow', group)}SELECT id FROM fast UNION ALL SELECT id FROM slow`
    const { rows } = await timedRun({ sql, scripts, settings: { 'parallelism.default': workers }, untilMs: 1500 })
    expect(rows).toHaveLength(count + 30)
  }
})

test('splits of one source are aligned among themselves where single ones can wait', async () => {
  const lead = { fast: 0, slow: 0, most: 0 }
  const read = ({ split, ...step }: Step): void => {
    lead[split === 'fast' ? 'fast' : 'slow'] = secondOf({ ...step })
    lead.most = Math.max(lead.most, lead.fast - lead.slow)
  }
  const scripts = {
    parts: { steps: [...steps(() => 0, 'fast'), ...steps((second) => 5 * second, 'slow')], splits: ['fast', 'slow'], holds: true, read },
  }
  expect(await open(`${table('parts', group)}SELECT id FROM parts`, scripts, 3000)).toBe(2 * count)
  expect(lead.most).toBeLessThanOrEqual(22)
  lead.most = 0
  await open(`${table('parts')}SELECT id FROM parts`, scripts, 3000)
  expect(lead.most).toBeGreaterThan(count / 2)
})

test('a split that waits for others is told as paused, and not as the one that holds back', async () => {
  const parts: Script = {
    steps: [...steps(() => 0, 'fast'), ...steps((second) => 5 * second, 'slow')],
    splits: ['fast', 'slow'],
    holds: true,
  }
  const windows = `SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE parts, DESCRIPTOR(ts), INTERVAL '9' SECOND)) GROUP BY window_start, window_end`
  const seen = async (options: string): Promise<Set<string>> => {
    const states = new Set<string>()
    await timedRun({
      sql: `${table('parts', options)}${windows}`,
      scripts: { parts },
      settings: { 'metrics.fetcher.update-interval': '20 ms' },
      untilMs: 1000,
      measured: ({ operators }) => {
        const told = operators.flatMap(({ partitions }) => partitions?.partitions ?? [])
        if (told.length === 2) states.add(told.map(({ partition, state }) => `${partition} ${state}`).join(', '))
      },
    })
    return states
  }
  expect(await seen(group)).toContain('slow active, fast paused')
  const unaligned = await seen('')
  expect([...unaligned].every((states) => states === 'slow active, fast active')).toBe(true)
  expect(unaligned.size).toBe(1)
})

test('histories of several workers repeat', async () => {
  const history = async (seed: number) => {
    let state = seed
    const random = () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
      return state / 2_147_483_648
    }
    const read: number[] = []
    const { scripts } = fastAndSlow({ worker: 0, ends: true }, { worker: 1, ends: true })
    const told = { ...scripts.fast, read: (step: Step) => void read.push(secondOf(step)) }
    const slow = { ...scripts.slow, read: (step: Step) => void read.push(-secondOf(step)) }
    const sql = `${table('fast', group)}${table('slow', group)}${interval}`
    await timedRun({ sql, scripts: { fast: told, slow }, settings: { 'parallelism.default': '2' }, random })
    return read.join()
  }
  expect(await history(7)).toBe(await history(7))
})

test.each([
  [`'scan.watermark.alignment.group' = 'g'`, 'option "scan.watermark.alignment.max-drift" of table "fast" is missing'],
  [`'scan.watermark.alignment.max-drift' = '1 s'`, 'option "scan.watermark.alignment.group" of table "fast" is missing'],
  [`'scan.watermark.emit.on-event.gap' = '0'`, 'expected a gap of 1 row or more between two watermarks of table "fast", got 0'],
  [`'scan.watermark.emit.strategy' = 'never'`, 'scan.watermark.emit.strategy'],
])('options that say too little are refused: %s', async (options, message) => {
  await expect(timedRun({ sql: `${table('fast', options)}SELECT id FROM fast`, scripts: {}, untilMs: 100 })).rejects.toThrow(message)
})
