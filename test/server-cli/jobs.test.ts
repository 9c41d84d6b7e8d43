/** Jobs of a server from the command line, from their making to their end. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LiveServer } from './live-server.fixture.ts'

const tables = `CREATE TEMPORARY TABLE numbers (id BIGINT, v INT) WITH ('connector' = 'datagen', 'rows-per-second' = '20');
CREATE TEMPORARY TABLE nowhere (id BIGINT, v BIGINT) WITH ('connector' = 'blackhole');
`
const sums = `${tables}INSERT INTO nowhere SELECT MOD(id, 3), SUM(v) FROM numbers GROUP BY MOD(id, 3);\n`
const copies = `${tables}INSERT INTO nowhere SELECT id, v FROM numbers;\n`

let server: LiveServer

beforeAll(async () => {
  server = await LiveServer.start()
  await server.write('sums.sql', `-- parallelism: 2\n-- tag: demo\n\n${sums}`)
  await server.write('copies.sql', copies)
})
afterAll(() => server.stop())

const job = async (...words: string[]) => server.millrace(['job', ...words])

test('a job is made, run, changed without losing state, set back and removed', { timeout: 120_000 }, async () => {
  const made = await job('create', 'sums.sql', '--name', 'sums', '--checkpoint-interval', '1s', '--folder', 'demo')
  expect(made.notes).toContain('job "sums" is made')
  const id = made.out.trim()

  expect(await job('start', 'sums', '--wait', '1min')).toMatchObject({ status: 0, out: `${id}\n` })
  const shown = JSON.parse((await job('show', 'sums', '--json')).out) as { spec: object; status: { state: string } }
  expect(shown.spec).toMatchObject({ parallelism: 2, tags: ['demo'], checkpointIntervalMs: 1000, program: { text: sums } })
  expect((await job('show', id)).out).toMatch(/^sums {2}\w+\n {2}state: running since .*\n {2}evidence: present by .*, seen \d+ s ago/)
  expect((await job('list', '--state', 'running', '--search', 'nowhere')).out).toMatch(/running {2}version 1 .* demo\/sums {2}#demo\n$/)
  expect((await job('list', '--folder', 'elsewhere')).out).toBe('')

  const savepoint = await job('savepoint', 'sums', '--wait', '1min')
  expect(savepoint.status).toBe(0)
  expect((await job('savepoints', 'sums')).out).toContain(`${savepoint.out.trim()}  completed`)

  const lost = await job('change', 'sums', 'copies.sql')
  expect(lost.status).toBe(1)
  expect(lost.notes).toMatch(/^ {2}dropped +[\d.]+ k?B .* SUM\(v\) … GROUP BY MOD\(id, 3\) {2}\(before, \d+:\d+\)$/m)
  expect(lost.notes).toMatch(/^ {2}lost in all: 1 operator, [\d.]+ k?B$/m)
  expect(lost.notes).toContain('code: JOBS_STATE_DROPPED')
  expect((await job('versions', 'sums')).out).toMatch(/^version 1 .*\n$/)

  const accepted = await job('change', 'sums', 'copies.sql', '--accept-dropped-state', '--wait', '1min')
  expect({ status: accepted.status, notes: accepted.notes }).toMatchObject({ status: 0 })
  expect((await job('versions', 'sums')).out).toMatch(/^version 2 .* script\nversion 1 .*\n$/)
  expect((await job('change', 'sums', 'copies.sql')).notes).toContain('is so already')

  const back = await job('rollback', 'sums', '1', '--wait', '1min')
  expect(back).toMatchObject({ status: 0 })
  expect(back.notes).toMatch(/^changes: script\n {2}new +SUM\(v\) … GROUP BY MOD\(id, 3\) {2}\(\d+:\d+\)$/m)
  expect(await job('rollback', 'sums', '1')).toMatchObject({ status: 0, notes: 'note: job "sums" is so already\n' })
  expect((await job('rollback', 'sums', '9')).notes).toContain('code: JOBS_VERSION_NOT_FOUND')
  const again = await job('rollback', 'sums', '2')
  expect(again.status).toBe(1)
  expect(again.notes).toMatch(/^ {2}dropped +[\d.]+ k?B .* SUM\(v\) … GROUP BY MOD\(id, 3\) {2}\(before, \d+:\d+\)$/m)
  expect(again.notes).toMatch(/^ {2}lost in all: 1 operator, [\d.]+ k?B$/m)
  expect(again.notes).toContain('code: JOBS_STATE_DROPPED')
  expect((await job('versions', 'sums')).out).toMatch(/^version 3 /)
  expect((await job('rollback', 'sums', '2', '--accept-dropped-state', '--wait', '1min')).status).toBe(0)
  const restored = await job('restart', 'sums', '--version', '1', '--from-savepoint', savepoint.out.trim(), '--wait', '1min')
  expect(restored.status).toBe(0)
  expect(restored.notes).toMatch(/^state of savepoint \w+:\n {2}kept +[\d.]+ k?B .* SUM\(v\) … GROUP BY MOD\(id, 3\) {2}\(\d+:\d+\)$/m)
  // Nothing asks for the time of rows that are made up, and nobody knows where they end.
  expect(await job('partitions', 'sums')).toMatchObject({ status: 0, out: '', notes: 'no partitions are known of this job\n' })
  expect(JSON.parse((await job('partitions', id, '--json')).out)).toMatchObject({ sources: [] })
  expect((await job('events', 'sums')).out).toContain('version 3, as version 1 was')
  expect((await job('remove', 'sums')).notes).toContain('code: JOBS_NOT_STOPPED')
  // What it ended with is where it goes on.
  expect((await job('stop', 'sums', '--savepoint', '--wait', '1min')).status).toBe(0)
  expect((await job('start', 'sums', '--version', '1', '--wait', '1min')).status).toBe(0)
  expect((await job('stop', 'sums', '--wait', '1min')).status).toBe(0)
  expect((await job('remove', 'sums', '--wait', '1min')).status).toBe(0)
  expect((await job('show', 'sums')).notes).toContain('code: CLI_JOB_NOT_FOUND')
})

test('a version that has no place for the state that is there starts where that is accepted', { timeout: 120_000 }, async () => {
  expect((await job('create', 'copies.sql', '--name', 'later', '--checkpoint-interval', '1s')).status).toBe(0)
  expect((await job('start', 'later', '--wait', '1min')).status).toBe(0)
  expect((await job('change', 'later', 'sums.sql', '--wait', '1min')).status).toBe(0)
  const refused = await job('restart', 'later', '--version', '1', '--wait', '1min')
  expect(refused.notes).toContain('code: ENGINE_STATE_DROPPED')
  expect((await job('restart', 'later', '--version', '1', '--accept-dropped-state', '--wait', '1min')).status).toBe(0)
  // The newest version is there already, and does not run.
  expect((await job('show', 'later')).out).toContain('wanted: running, version 1 of 2')
  const on = await job('rollback', 'later', '2', '--wait', '1min')
  expect({ status: on.status, notes: on.notes }).toMatchObject({ status: 0 })
  expect((await job('show', 'later')).out).toContain('wanted: running, version 2 of 2')
  expect((await job('stop', 'later', '--now', '--wait', '1min')).status).toBe(0)
  expect((await job('remove', 'later', '--wait', '1min')).status).toBe(0)
})

test('errors of a script have their place in the file, behind its header', async () => {
  await server.write('wrong.sql', `-- name: wrong\n-- parallelism: 2\n\n${tables}INSERT INTO nowhere SELECT id, w FROM numbers;\n`)
  const { status, notes } = await job('create', 'wrong.sql')
  expect(status).toBe(1)
  expect(notes).toContain('at wrong.sql:6:32\n')
  expect(notes).toContain('INSERT INTO nowhere SELECT id, w FROM numbers')
})

test.each([
  ['-- paralelism: 2', 'Use "parallelism"'],
  ['-- parallelism: two', 'expects a whole number above 0, got "two"'],
  ['-- a word before\n-- name: late', 'behind other lines'],
])('a header %j is refused', async (header, message) => {
  await server.write('header.sql', `${header}\n\n${copies}`)
  const { status, notes } = await job('create', 'header.sql', '--name', 'header')
  expect(status).toBe(2)
  expect(notes).toContain(message)
  expect(notes).toMatch(/at header\.sql:[12]:1\n/)
})

test('who may only look changes nothing', async () => {
  const variables = { MILLRACE_SERVER: server.url, MILLRACE_TOKEN: server.token('viewer') }
  const { status, notes } = await server.millrace(['job', 'create', 'copies.sql', '--name', 'copies'], { variables })
  expect([status, notes.includes('code: ACCESS_DENIED')]).toEqual([1, true])
})

test.each([
  [['job', 'create', 'copies.sql', '--cluster', 'dev'], 'ACTION'],
  [['job', 'list', '--cluster', 'dev', '--search', 'a'], 'CLI_OPTION_BESIDE'],
  [['job', 'stop', 'a', '--now', '--savepoint'], 'CLI_OPTION_BESIDE'],
  [['job', 'cancel', 'a'], 'CLI_OPTION_MISSING'],
  [['job', 'start', 'a', '--wait', 'long'], 'CLI_OPTION_VALUE'],
])('%j is a wrong command line', async (words, code) => {
  const { status, notes } = await server.millrace(words)
  expect(status).toBe(2)
  expect(notes).toContain(code === 'ACTION' ? 'CLI_ARGUMENT_VALUE' : code)
})
