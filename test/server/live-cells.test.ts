/** Live cells of notebooks over HTTP: watched by several, over connections that break, and over the end of the server. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Access } from '#access'
import type { BodyOf, Contract } from '#api'
import { systemClock } from '#base'
import { openStore, type Store, writeOf } from '#store'
import { Watcher } from './live-cells.fixture.ts'
import { Millrace, password, until } from './millrace.fixture.ts'
import type { Person } from './person.fixture.ts'

const slow = { timeout: 90_000 }
const params = { workspace: 'main' }
const runKey = 'PUT /workspaces/:workspace/notebooks/:notebook/runs/:run'
const stopKey = 'DELETE /workspaces/:workspace/notebooks/:notebook/runs/:run'
const listKey = 'GET /workspaces/:workspace/notebooks/:notebook/runs'

type Order = BodyOf<Contract[typeof runKey]>

let millrace: Millrace
let ada: Person
let grace: Person

beforeAll(async () => {
  millrace = await Millrace.create({ liveLimits: { ofPersonMax: 4 } })
  ada = await millrace.admin()
  grace = await millrace.person(ada, 'grace', 'developer')
})
afterAll(() => millrace.remove())

const script = (text: string, variables: Record<string, string> = {}) => ({ text, variables })

/** Numbers from 1 on: which of them are there says whether one was lost or doubled. */
const numbers = `CREATE TEMPORARY TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'fields.n.kind' = 'sequence',
  'fields.n.start' = '1', 'fields.n.end' = '\${last}', 'rows-per-second' = '\${rate}')`
const rows = 'SELECT n FROM numbers'
const groups = 'SELECT MOD(n, 7) AS g, COUNT(*) AS c, SUM(n) AS s FROM numbers GROUP BY MOD(n, 7)'

let made = 0

/** A notebook with three cells, and a session of somebody for it. */
async function open(
  person: Person,
  settings: Record<string, string> = {},
): Promise<{ readonly notebook: string; readonly session: string }> {
  const cell = (id: string) => ({ id, kind: 'sql' as const, text: '', view: 'table' as const, chart: null })
  const body = { title: `Live ${++made}`, folder: '', tags: [], variables: {}, cells: [cell('a'), cell('b'), cell('c')] }
  const { id: notebook } = await person.call('POST /workspaces/:workspace/notebooks', { params, body })
  const { session } = await person.call('POST /workspaces/:workspace/sql/sessions', { params, body: { settings } })
  return { notebook, session }
}

function newRun(): string {
  return `run${String(++made).padStart(8, '0')}`
}

/** Runs a query over the numbers in a cell; gives its run. */
async function start(
  person: Person,
  at: { readonly notebook: string; readonly session: string },
  changes: Partial<Order> = {},
  rate = 200,
) {
  const run = newRun()
  const before = [script(numbers, { last: '1000000', rate: String(rate) })]
  const clear = script('DROP TEMPORARY TABLE IF EXISTS numbers')
  const body = { cell: 'a', session: at.session, script: script(rows), setUp: [clear, ...before], remake: [clear, ...before], ...changes }
  await person.call(runKey, { params: { ...params, notebook: at.notebook, run }, body })
  return run
}

function stop(person: Person, notebook: string, run: string): Promise<null> {
  return person.call(stopKey, { params: { ...params, notebook, run } })
}

async function outputOf(person: Person, notebook: string, cell = 'a') {
  const { outputs } = await person.call('GET /workspaces/:workspace/notebooks/:notebook', { params: { ...params, notebook } })
  return outputs.find((each) => each.cell === cell)?.output
}

/** That rows are the numbers from 1 to as many as there are, as the query makes them. */
function assertNumbers(found: readonly string[]): void {
  expect(found.map((row) => Number(JSON.parse(row)[0]))).toEqual(Array.from({ length: found.length }, (_, index) => index + 1))
}

/** That each group has the numbers up to some number, and that all of them agree on it. */
function assertGroups(found: readonly string[]): void {
  const counts = new Map(found.map((row) => JSON.parse(row) as [number, number, number]).map(([g, c, s]) => [g, [c, s] as const]))
  expect(counts.size).toBe(found.length)
  for (const [g, [c, s]] of counts) {
    const first = g === 0 ? 7 : g
    expect([g, s]).toEqual([g, c * first + (7 * c * (c - 1)) / 2])
  }
}

const stateOf = (watcher: Watcher, run: string) => watcher.runs.get(run)?.card.state

test('a live cell goes on without a page; a page that comes sees all of it, and another sees the end that one asks for', slow, async () => {
  const at = await open(grace)
  const run = await start(grace, at)
  await sleep(1500)
  const [mine, hers] = [new Watcher(ada, at.notebook), new Watcher(grace, at.notebook)]
  const size = (): number => mine.runs.get(run)?.rows.length ?? 0
  await mine.read(() => size() > 150 && stateOf(mine, run) === 'live')
  assertNumbers(mine.runs.get(run)?.rows ?? [])
  expect(mine.runs.get(run)?.card).toMatchObject({ cell: 'a', by: 'grace', text: rows, againAt: null, endedAt: null })
  expect((await ada.call(listKey, { params: { ...params, notebook: at.notebook } })).items.map((card) => card.run)).toEqual([run])
  const both = Promise.all([mine, hers].map((each) => each.read(() => stateOf(each, run) === 'cancelled')))
  await sleep(300)
  await stop(ada, at.notebook, run)
  await both
  for (const each of [mine, hers]) assertNumbers(each.runs.get(run)?.rows ?? [])
  expect(hers.runs.get(run)?.rows).toEqual(mine.runs.get(run)?.rows)
  const output = await until(async () => (await outputOf(ada, at.notebook)) ?? null)
  expect(output).toMatchObject({ outcome: 'cancelled', failures: [], rowCount: mine.runs.get(run)?.rows.length })
  expect((await ada.try(stopKey, { params: { ...params, notebook: at.notebook, run: 'nothing1' } })).code).toBe('LIVE_RUN_NOT_FOUND')
})

/** Numbers from 0 to 1 that a seed gives. */
function* chances(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state / 2 ** 32
  }
}

test.each([
  ['rows that are added', rows, assertNumbers, 1],
  ['rows that change', groups, assertGroups, 2],
] as const)('of %s none is lost or doubled over connections that are cut anywhere', slow, async (_what, query, assertRows, seed) => {
  const at = await open(grace)
  const run = await start(grace, at, { script: script(query) }, 3000)
  const watcher = new Watcher(grace, at.notebook)
  const chance = chances(seed)
  for (let cut = 0; cut < 40; cut++) {
    let left = Math.floor(chance.next().value * 12)
    await watcher.read(() => --left < 0)
    if (chance.next().value < 0.3) await sleep(chance.next().value * 150)
    if (!watcher.runs.has(run)) continue
    assertRows(watcher.runs.get(run)?.rows ?? [])
  }
  await stop(grace, at.notebook, run)
  await watcher.until(() => stateOf(watcher, run) === 'cancelled')
  assertRows(watcher.runs.get(run)?.rows ?? [])
  const fresh = await until(async () => (await outputOf(grace, at.notebook)) ?? null)
  const shown = watcher.runs.get(run)?.rows ?? []
  expect(fresh.rowCount).toBe(shown.length)
  expect(shown.slice(-fresh.rows.length).toSorted()).toEqual(fresh.rows.map((row) => JSON.stringify(row)).toSorted())
  // It came back to where it was, and was not given the whole again each time.
  expect(watcher.runs.get(run)?.wholes).toBeLessThan(10)
})

test('who is too slow takes the whole anew, and bounds are kept', slow, async () => {
  const at = await open(grace)
  const text = "SELECT n, REPEAT('x', 1000) AS filling FROM numbers"
  const run = await start(grace, at, { script: script(text) }, 5000)
  const watcher = new Watcher(grace, at.notebook)
  // One connection, of which nothing is read for a while.
  let isFirst = true
  await watcher.read(async () => {
    if (isFirst && stateOf(watcher, run) === 'live') {
      isFirst = false
      await sleep(5000)
    }
    return (watcher.runs.get(run)?.wholes ?? 0) >= 2
  })
  const seen = watcher.runs.get(run)
  expect(seen?.rows.length).toBeLessThan(1100)
  expect(seen?.rowCount).toBeGreaterThan(1100)
  const places = seen?.rows.map((row) => Number(JSON.parse(row)[0])) ?? []
  expect(places).toEqual(places.map((_, index) => (places[0] ?? 0) + index))
  expect(places.at(-1)).toBe(seen?.rowCount)
  await stop(grace, at.notebook, run)
})

test('what is wrong is refused or shown at its place in the cell, and nobody has more cells than may be', slow, async () => {
  const at = await open(grace)
  const run = await start(grace, at, { script: script("SELECT '${city}',\n  nothing FROM numbers", { city: "O'Fallon, Missouri" }) })
  const watcher = new Watcher(grace, at.notebook)
  await watcher.until(() => stateOf(watcher, run) === 'failed' || watcher.gone.includes(run))
  const output = await until(async () => (await outputOf(grace, at.notebook)) ?? null)
  expect(output.failures).toMatchObject([{ code: 'SQL_COLUMN_NOT_FOUND', position: { line: 2, column: 3 } }])
  const events = 'GET /workspaces/:workspace/notebooks/:notebook/runs/events'
  const of = { ...params, notebook: at.notebook }
  const order = { cell: 'a', session: at.session, script: script(rows), setUp: [], remake: [] }
  const refused = [
    await grace.try(events, { params: of, query: { after: 'nonsense' } }),
    await grace.try(runKey, { params: { ...of, run: 'a/b' }, body: order }),
    await ada.try(runKey, { params: { ...of, run: newRun() }, body: order }),
    await grace.try(runKey, {
      params: { ...of, run: newRun() },
      body: { ...order, remake: Array.from({ length: 30 }, () => script('x'.repeat(100_000))) },
    }),
    await grace.try(runKey, { params: { ...of, notebook: 'none', run: newRun() }, body: order }),
  ]
  expect(refused.map(({ status, code }) => `${status} ${code}`)).toEqual([
    '400 LIVE_POSITION',
    '400 LIVE_RUN_ID',
    '404 PROCESSES_SESSION_NOT_FOUND',
    '400 LIVE_RUN_TOO_LARGE',
    '404 NOTEBOOK_NOT_FOUND',
  ])
  const started = await Promise.all(['a', 'b', 'c', 'd'].map((cell) => start(grace, at, { cell })))
  expect((await grace.try(runKey, { params: { ...of, run: newRun() }, body: { ...order, cell: 'e' } })).code).toBe('LIVE_CELLS_OF_PERSON')
  // The same cell again takes the place of the run that it had.
  const again = await start(grace, at, { cell: 'd' })
  const runs = await until(async () => {
    const { items } = await grace.call(listKey, { params: of })
    return items.length === 4 ? items.map((card) => card.run) : null
  })
  expect(runs.toSorted()).toEqual([...started.slice(0, 3), again].toSorted())
  for (const each of runs) await stop(grace, at.notebook, each)
})

test('what a cell needs of others is bounded with its values', slow, async () => {
  const at = await open(grace)
  const long = script(`SET 'pipeline.name' = '${'${a}'.repeat(30)}'`, { a: 'x'.repeat(100_000) })
  const run = await start(grace, at, { setUp: [long, long] })
  const output = await until(async () => (await outputOf(grace, at.notebook)) ?? null)
  expect(output).toMatchObject({ outcome: 'failed', failures: [{ code: 'LIVE_SET_UP_LENGTH' }] })
  expect((await grace.call(listKey, { params: { ...params, notebook: at.notebook } })).items.map((card) => card.run)).not.toContain(run)
})

async function reopen(): Promise<void> {
  await millrace.close()
  await millrace.open()
  ada = await millrace.stranger().signIn('ada', password)
  grace = await millrace.stranger().signIn('grace', password)
}

test('a cell that is live when the server ends is started again with it, with all that it needs; the others are not', slow, async () => {
  const at = await open(grace, { 'table.local-time-zone': 'Asia/Kolkata' })
  const zone = "SELECT n, CAST(TO_TIMESTAMP_LTZ(0, 0) AS STRING) AS here, '${word}' AS word FROM numbers"
  const kept = await start(grace, at, { script: script(zone, { word: "o'clock" }) })
  const stopped = await start(grace, at, { cell: 'b' })
  const file = `${millrace.folder}/written`
  const sink = script(`CREATE TEMPORARY TABLE sink (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '${file}', 'format' = 'json')`)
  const before = [sink, script(numbers, { last: '1000000', rate: '50' })]
  const other = await open(grace)
  const writing = await start(grace, other, { script: script('INSERT INTO sink SELECT n FROM numbers'), setUp: before, remake: before })
  const watcher = new Watcher(grace, at.notebook)
  await watcher.read(() => stateOf(watcher, kept) === 'live' && stateOf(watcher, stopped) === 'live')
  const writer = new Watcher(grace, other.notebook)
  await writer.read(() => stateOf(writer, writing) === 'live')
  await stop(grace, at.notebook, stopped)
  const startedAt = watcher.runs.get(kept)?.card.startedAt
  await reopen()
  // A page that was there all the time takes the new run for what it is.
  watcher.person = grace
  const isAgain = (): boolean => stateOf(watcher, kept) === 'live' && watcher.runs.get(kept)?.card.againAt !== null
  await watcher.read(() => isAgain() && (watcher.runs.get(kept)?.rows.length ?? 0) > 100)
  expect(watcher.gone).toEqual([stopped])
  const seen = watcher.runs.get(kept)
  expect(seen?.card).toMatchObject({ startedAt, by: 'grace', cell: 'a', againAt: expect.any(Number) })
  expect(seen?.card.session).not.toBe(at.session)
  assertNumbers(seen?.rows ?? [])
  expect(JSON.parse(seen?.rows[0] ?? '[]')).toEqual([1, expect.stringContaining('05:30:00'), "o'clock"])
  expect((await grace.call(listKey, { params: { ...params, notebook: at.notebook } })).items.map((card) => card.run)).toEqual([kept])
  // What writes is not done twice.
  const output = await until(async () => {
    const found = await outputOf(grace, other.notebook)
    return found?.outcome === 'failed' ? found : null
  })
  expect(output.failures.map(({ code }) => code)).toEqual(['LIVE_NOT_REPEATED'])
  await stop(grace, at.notebook, kept)
  await reopen()
  await sleep(300)
  expect((await grace.call(listKey, { params: { ...params, notebook: at.notebook } })).items).toEqual([])
})

test('a cell whose table is gone says so, and one whose person has left runs no more', slow, async () => {
  const at = await open(grace)
  const table = `CREATE TABLE kept_numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '20')`
  const making = await ada.call('POST /workspaces/:workspace/sql/sessions', { params, body: {} })
  const run = async (text: string) => {
    const at = { ...params, session: making.session }
    const { statement } = await ada.call('POST /workspaces/:workspace/sql/sessions/:session/statements', { params: at, body: { text } })
    const key = 'GET /workspaces/:workspace/sql/sessions/:session/statements/:statement'
    for await (const { data } of ada.events(key, { params: { ...at, statement } })) if (data.kind === 'ended') return data.outcome
    return ''
  }
  expect(await run(table)).toBe('finished')
  const cell = await start(grace, at, { script: script('SELECT n FROM kept_numbers'), setUp: [], remake: [] })
  const other = await start(grace, at, { cell: 'b' })
  const watcher = new Watcher(grace, at.notebook)
  await watcher.read(() => stateOf(watcher, cell) === 'live' && stateOf(watcher, other) === 'live')
  expect(await run('DROP TABLE kept_numbers')).toBe('finished')
  await reopen()
  const output = await until(async () => {
    const found = await outputOf(grace, at.notebook)
    return found?.outcome === 'failed' ? found : null
  })
  expect(output.failures).toMatchObject([{ code: 'SQL_TABLE_NOT_FOUND' }])
  // While it runs, and at the next start.
  await ada.call('DELETE /workspaces/:workspace/members/:user', { params: { ...params, user: 'grace' } })
  const kept = await until(async () => {
    const found = await outputOf(ada, at.notebook, 'b')
    return found?.outcome === 'cancelled' ? found : null
  })
  expect(kept.failures).toMatchObject([{ code: 'LIVE_RIGHT_GONE' }])
  await reopen()
  expect((await ada.call(listKey, { params: { ...params, notebook: at.notebook } })).items).toEqual([])
  await ada.call('PUT /workspaces/:workspace/members/:user', { params: { ...params, user: 'grace' }, body: { role: 'developer' } })
})

test('a right that was lost while the server was away counts when it is back', slow, async () => {
  const at = await open(grace)
  const cell = await start(grace, at)
  const watcher = new Watcher(grace, at.notebook)
  await watcher.read(() => stateOf(watcher, cell) === 'live')
  await whileAway(async (store) => (await Access.open(store, systemClock)).workspaces.setMember('main', 'grace', 'viewer', 'ada'))
  const output = await until(async () => {
    const found = await outputOf(ada, at.notebook)
    return found?.outcome === 'cancelled' ? found : null
  })
  expect(output.failures).toMatchObject([{ code: 'LIVE_RIGHT_GONE' }])
  // It has not begun at all.
  expect(output.columns).toEqual([])
  expect((await ada.call(listKey, { params: { ...params, notebook: at.notebook } })).items).toEqual([])
})

/** Lets a test write to the store of a server that is away. */
async function whileAway(write: (store: Store) => Promise<unknown>): Promise<void> {
  await millrace.close()
  const store = await openStore('', millrace.dataFolder, systemClock)
  await write(store)
  await store.close()
  await millrace.open()
  ada = await millrace.stranger().signIn('ada', password)
}

test('what was started again too often stays as it is, and what is no longer in its notebook goes', slow, async () => {
  const at = await open(ada)
  const often = await start(ada, at)
  const removed = await start(ada, at, { cell: 'b' })
  const other = await open(ada)
  const lost = await start(ada, other)
  const [watcher, another] = [new Watcher(ada, at.notebook), new Watcher(ada, other.notebook)]
  await watcher.read(() => [often, removed].every((each) => stateOf(watcher, each) === 'live'))
  await another.read(() => stateOf(another, lost) === 'live')
  const of = { ...params, notebook: at.notebook }
  const { spec, version } = await ada.call('GET /workspaces/:workspace/notebooks/:notebook', { params: of })
  const fewer = { ...spec, cells: spec.cells.filter(({ id }) => id !== 'b') }
  const body = { spec: fewer, expectedVersion: version }
  await ada.call('PUT /workspaces/:workspace/notebooks/:notebook', { params: of, body })
  const reading = another.until(() => stateOf(another, lost) === 'cancelled' || another.gone.includes(lost))
  await ada.call('DELETE /workspaces/:workspace/notebooks/:notebook', { params: { ...params, notebook: other.notebook } })
  await reading
  await whileAway(async (store) => {
    const kind = { name: 'notebook-run', keepsVersions: false }
    const key = { workspace: 'main', id: `${at.notebook}/${often}` }
    const wish = await store.read<object>(kind, key)
    await store.commit({ writes: [writeOf<object>(kind, key, { ...wish?.value, attempts: 5 }, null)], by: 'test' })
  })
  const output = await until(async () => {
    const found = await outputOf(ada, at.notebook)
    return found?.outcome === 'failed' ? found : null
  })
  expect(output.failures).toMatchObject([{ code: 'LIVE_STARTED_TOO_OFTEN' }])
  expect((await ada.call(listKey, { params: of })).items).toEqual([])
})

test('a cell that nobody watches is stopped after a while, with a word of why; one that is watched goes on', slow, async () => {
  const hasty = await Millrace.create({ liveLimits: { graceMs: 2000 } })
  try {
    const person = await hasty.admin()
    const [left, watched] = [await open(person), await open(person)]
    const run = await start(person, left)
    const other = await start(person, watched)
    const watcher = new Watcher(person, watched.notebook)
    const reading = watcher.read(() => stateOf(watcher, other) === 'cancelled')
    const output = await until(async () => {
      const found = await outputOf(person, left.notebook)
      return found?.outcome === 'cancelled' ? found : null
    })
    expect(output.failures).toMatchObject([{ code: 'LIVE_UNWATCHED', message: expect.stringContaining('2 s') }])
    expect(output.rows.length).toBeGreaterThan(100)
    await sleep(2000)
    expect(stateOf(watcher, other)).toBe('live')
    await stop(person, watched.notebook, other)
    await reading
    expect(run).not.toBe(other)
    expect(hasty.failures).toEqual([])
  } finally {
    await hasty.remove()
  }
})

test('a server has so many cells that run, and so many who watch', slow, async () => {
  const small = await Millrace.create({ liveLimits: { cellsMax: 1, watchersMax: 1 } })
  try {
    const person = await small.admin()
    const at = await open(person)
    const run = await start(person, at)
    const of = { ...params, notebook: at.notebook }
    const order = { cell: 'b', session: at.session, script: script(rows), setUp: [], remake: [] }
    expect((await person.try(runKey, { params: { ...of, run: newRun() }, body: order })).code).toBe('LIVE_CELLS_FULL')
    const watcher = new Watcher(person, at.notebook)
    let refused = ''
    await watcher.read(async () => {
      if (!watcher.runs.has(run)) return false
      refused = (await person.try('GET /workspaces/:workspace/notebooks/:notebook/runs/events', { params: of })).code
      return true
    })
    expect(refused).toBe('LIVE_WATCHERS_FULL')
    // Who has gone away makes room.
    const other = new Watcher(person, at.notebook)
    await until(async () => {
      await other.read(() => other.runs.has(run)).catch(() => undefined)
      return other.runs.has(run) ? true : null
    })
    await stop(person, at.notebook, run)
    expect(small.failures).toEqual([])
  } finally {
    await small.remove()
  }
})
