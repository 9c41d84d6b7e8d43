/** The clauses that state is kept for, cut from scripts that have run and from those that shall go on with their state. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { MemoryCatalog } from '#catalog'
import { EmbeddedEngine } from '#engines'
import { QuerySession } from './session.ts'
import type { FittedOperator, ScriptFit } from './state-fit.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-fit-'))
  mkdirSync(path.join(folder, 'rows'))
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
})

function sessionWith(settings: Readonly<Record<string, string>> = {}): QuerySession {
  return new QuerySession({
    createCatalog: () => new MemoryCatalog(),
    engine: new EmbeddedEngine({ clock: systemClock, userFunction: noFunctions }),
    settings: { 'execution.checkpointing.dir': path.join(folder, 'state'), ...settings },
    clock: systemClock,
    loadFunction: noFunctions,
  })
}

function noFunctions(): never {
  throw new Error('there are no functions here')
}

/** Tables of events that have no rows, and one that takes all. */
function tables(): string {
  const columns = 'id BIGINT, city STRING, user_id BIGINT, price BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts'
  const source = (name: string) =>
    `CREATE TABLE ${name} (${columns}) WITH ('connector' = 'filesystem', 'path' = '${path.join(folder, 'rows')}', 'format' = 'json');\n`
  return `${source('visits')}${source('orders')}CREATE TABLE nowhere (a STRING, b BIGINT) WITH ('connector' = 'blackhole');\n`
}

/** What would become of the state that a script has kept. */
async function fitAfter(before: string, after: string, settings: Readonly<Record<string, string>> = {}): Promise<ScriptFit> {
  const signal = new AbortController().signal
  await sessionWith(settings).run(before, {}, signal)
  const fit = await sessionWith(settings).stateFit(after, before)
  if (fit === null) throw new Error('nothing was kept')
  return fit
}

/** The clauses of a script, each once, each found where it is said to be. */
async function clausesOf(query: string, settings: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const script = `${tables()}${query}`
  const { kept, dropped, started } = await fitAfter(script, script, settings)
  expect([dropped, started]).toEqual([[], []])
  return [...new Set(kept.map((operator) => textIn(script, operator)))]
}

function textIn(script: string, { clause, operator }: FittedOperator): string {
  if (clause === null) return `nothing for ${operator.slice(0, operator.indexOf('('))}`
  const { text, line, column, view } = clause
  const [first = ''] = text.split(' … ')
  const there = script.split('\n')[line - 1]?.slice(column - 1) ?? ''
  const isThere = there !== '' && first.startsWith(there.slice(0, first.length).trimEnd())
  if (view === null && !isThere) throw new Error(`"${first}" is not at ${line}:${column}`)
  return `${view === null ? '' : `view ${view}: `}${text.replace(/\s+/g, ' ')}`
}

describe('the clause of', () => {
  test.each([
    [
      'an aggregate',
      'INSERT INTO nowhere SELECT city, COUNT(DISTINCT user_id) AS users FROM visits WHERE id > 3 GROUP BY city',
      ['COUNT(DISTINCT user_id) … GROUP BY city'],
    ],
    [
      'an aggregate with several functions and HAVING',
      'INSERT INTO nowhere SELECT city, SUM(price) + MAX(price) FROM visits GROUP BY city HAVING COUNT(*) > 2',
      ['SUM(price) … MAX(price) … GROUP BY city … COUNT(*)'],
    ],
    [
      'a join',
      'INSERT INTO nowhere SELECT v.city, o.price FROM visits AS v LEFT JOIN orders AS o ON v.id = o.id',
      ['LEFT JOIN orders AS o ON v.id = o.id'],
    ],
    [
      'a join of a query, which is named',
      'INSERT INTO nowhere SELECT v.city, o.price FROM visits AS v JOIN (SELECT id, price FROM orders) AS o ON v.id = o.id',
      ['JOIN … AS o ON v.id = o.id'],
    ],
    [
      'a comma and its condition',
      'INSERT INTO nowhere SELECT v.city, o.price FROM visits AS v, orders AS o WHERE o.price > 3 AND v.id = o.id',
      ['visits AS v, orders AS o … v.id = o.id'],
    ],
    [
      'OVER',
      'INSERT INTO nowhere SELECT city, SUM(price) OVER (PARTITION BY city ORDER BY ts) FROM visits',
      ['SUM(price) OVER (PARTITION BY city ORDER BY ts)'],
    ],
    [
      'a named window',
      'INSERT INTO nowhere SELECT city, SUM(price) OVER w FROM visits WINDOW w AS (PARTITION BY city ORDER BY ts)',
      ['SUM(price) OVER w … w AS (PARTITION BY city ORDER BY ts)'],
    ],
    [
      'a deduplication',
      `INSERT INTO nowhere SELECT city, id FROM (
         SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY ts DESC) AS rn FROM visits) WHERE rn = 1`,
      ['ROW_NUMBER() OVER (PARTITION BY id ORDER BY ts DESC) … rn = 1'],
    ],
    [
      'a Top-N that the optimiser finds',
      `INSERT INTO nowhere SELECT city, id FROM (
         SELECT *, ROW_NUMBER() OVER (PARTITION BY city ORDER BY price DESC) AS rn FROM visits) WHERE NOT (rn > 1 + 2)`,
      ['ROW_NUMBER() OVER (PARTITION BY city ORDER BY price DESC)'],
    ],
    [
      'a window',
      `INSERT INTO nowhere SELECT city, SUM(price) FROM TABLE(TUMBLE(TABLE visits, DESCRIPTOR(ts), INTERVAL '10' MINUTE))
         GROUP BY city, window_start, window_end`,
      ['SUM(price) … GROUP BY city, window_start, window_end'],
    ],
    ['DISTINCT', 'INSERT INTO nowhere SELECT DISTINCT city, price FROM visits', ['SELECT DISTINCT city, price']],
    ['UNION', 'INSERT INTO nowhere SELECT city, id FROM visits UNION SELECT city, price FROM orders', ['UNION']],
    [
      'a subquery',
      'INSERT INTO nowhere SELECT city, id FROM visits WHERE user_id IN (SELECT user_id FROM orders)',
      ['user_id IN (SELECT user_id FROM orders)'],
    ],
    ['the first rows', 'INSERT INTO nowhere SELECT city, id FROM visits ORDER BY price DESC LIMIT 3', ['ORDER BY price DESC LIMIT 3']],
    [
      'a pattern',
      `INSERT INTO nowhere SELECT city, s FROM visits MATCH_RECOGNIZE (
         PARTITION BY city ORDER BY ts MEASURES A.id AS s ONE ROW PER MATCH PATTERN (A B) DEFINE B AS B.price > A.price) AS m`,
      ['MATCH_RECOGNIZE ( PARTITION BY city ORDER BY ts MEASURES A.id AS s ONE ROW PER MATCH PATTERN (A B) DEFINE B AS B.price > A.price)'],
    ],
  ])('%s', async (_what, query, clauses) => {
    expect(await clausesOf(query)).toEqual(clauses)
  })

  test('an aggregate in two steps is that of the one that is written', async () => {
    const query = 'INSERT INTO nowhere SELECT city, COUNT(DISTINCT user_id) FROM visits GROUP BY city'
    const settings = { 'table.optimizer.distinct-agg.split.enabled': 'true' }
    expect(await clausesOf(query, settings)).toEqual(['COUNT(DISTINCT user_id) … GROUP BY city'])
  })

  test('views that stand on one another is in the text of the view', async () => {
    const views = `CREATE VIEW sums AS SELECT city,\n  SUM(price) AS s FROM visits GROUP BY city;
      CREATE VIEW best AS SELECT s, MAX(city) AS city FROM sums GROUP BY s;`
    expect(await clausesOf(`${views} INSERT INTO nowhere SELECT city, COUNT(*) FROM best GROUP BY city`)).toEqual([
      'COUNT(*) … GROUP BY city',
      'view best: MAX(city) … GROUP BY s',
      'view sums: SUM(price) … GROUP BY city',
    ])
  })

  test('what a query of WITH keeps, read twice, is that of the query', async () => {
    const query = `INSERT INTO nowhere WITH sums AS (SELECT city, SUM(price) AS s FROM visits GROUP BY city)
      SELECT a.city, b.s FROM sums AS a JOIN sums AS b ON a.s = b.s`
    expect(await clausesOf(query)).toEqual(['JOIN sums AS b ON a.s = b.s', 'SUM(price) … GROUP BY city'])
  })
})

describe('a new version', () => {
  const counts = (key: string): string => `${tables()}INSERT INTO nowhere SELECT city, COUNT(*) FROM visits GROUP BY ${key}`

  test('drops what the version before has written, and starts what is new', async () => {
    const [before, after] = [counts('city'), `-- a line more\n${counts('city, user_id')}`]
    const { kept, dropped, started } = await fitAfter(before, after)
    expect(kept).toEqual([])
    expect(dropped.map((operator) => textIn(before, operator))).toEqual(['COUNT(*) … GROUP BY city'])
    expect(started.map((operator) => textIn(after, operator))).toEqual(['COUNT(*) … GROUP BY city, user_id'])
    expect([dropped[0]?.clause?.line, started[0]?.clause?.line]).toEqual([4, 5])
  })

  test('is held against the checkpoint that it shall start from, which stays as it is', async () => {
    const [old, newer] = [counts('city'), counts('city, user_id')]
    const at = (name: string) => ({ 'execution.checkpointing.dir': path.join(folder, name) })
    const signal = new AbortController().signal
    await sessionWith(at('savepoint')).run(old, {}, signal)
    await sessionWith(at('state')).run(newer, {}, signal)
    const from = { 'execution.state-recovery.path': path.join(folder, 'savepoint') }
    const fit = await sessionWith({ ...at('none'), ...from }).stateFit(old, old)
    expect(fit?.kept.map((operator) => textIn(old, operator))).toEqual(['COUNT(*) … GROUP BY city'])
    expect(existsSync(path.join(folder, 'none', 'statement-1', 'checkpoints'))).toBe(false)
    // Where work began there, its own newest checkpoint counts.
    await sessionWith({ ...at('later'), ...from }).run(old, {}, signal)
    const later = await sessionWith({ ...at('later'), ...from }).stateFit(newer, old)
    expect(later?.dropped.map((operator) => textIn(old, operator))).toEqual(['COUNT(*) … GROUP BY city'])
    // A run would refuse this, too.
    await expect(sessionWith({ ...at('state'), ...from }).stateFit(old, old)).rejects.toThrow('has checkpoints of its own')
    await expect(
      sessionWith({ ...at('none'), 'execution.state-recovery.path': path.join(folder, 'gone') }).stateFit(old, old),
    ).rejects.toMatchObject({ code: 'ENGINE_CHECKPOINTS_NOT_FOUND' })
  })

  test('tells of a lost operator without a clause where the version before cannot be read any more', async () => {
    await sessionWith().run(counts('city'), {}, new AbortController().signal)
    const fit = await sessionWith().stateFit(counts('city, id'), 'INSERT INTO gone SELECT 1')
    expect(fit?.dropped.map(({ clause }) => clause)).toEqual([null])
  })

  test('has its lines and columns among line breaks of Windows and characters of several bytes', async () => {
    const query = "/* 城市 🏙️ */ INSERT INTO nowhere\r\n-- 🚕\r\nSELECT '🚕', /* 数 */ SUM(price)\r\nFROM visits\r\nGROUP BY `city`"
    const script = `${tables()}${query}`
    const { kept } = await fitAfter(script, script)
    const clause = kept[0]?.clause
    expect(clause).toMatchObject({
      text: 'SUM(price) … GROUP BY `city`',
      line: 6,
      column: "SELECT '🚕', /* 数 */ ".length + 1,
      isCut: false,
    })
    expect(script.slice(clause?.spans[0]?.start, clause?.spans[0]?.end)).toBe('SUM(price)')
  })

  test('does not hand over a fragment of a megabyte', async () => {
    const script = `${tables()}INSERT INTO nowhere SELECT city, SUM(price /* ${'🚕'.repeat(500_000)} */) FROM visits GROUP BY city`
    const { kept } = await fitAfter(script, script)
    const { text, isCut } = kept[0]?.clause ?? { text: '', isCut: false }
    expect([text.length, isCut, text.isWellFormed()]).toEqual([expect.closeTo(2000, -1), true, true])
    expect(text).toMatch(/^SUM\(price \/\* 🚕+…$/u)
  })

  test('with thousands of functions has the first and the last of its clauses', async () => {
    const sums = Array.from({ length: 300 }, (_, n) => `SUM(price + ${n})`)
    const script = `${tables()}INSERT INTO nowhere SELECT city, ${sums.join(' + ')} FROM visits GROUP BY city`
    const { kept } = await fitAfter(script, script)
    expect(kept[0]?.clause?.spans.length).toBe(16)
    expect(kept[0]?.clause?.text).toMatch(/^SUM\(price \+ 0\) … SUM\(price \+ 1\).* … GROUP BY city$/)
  })
})
