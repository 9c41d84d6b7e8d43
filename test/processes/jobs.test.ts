/** Jobs in processes of their own: how they run, and how they end in every way that they can. */
import { access, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RunOrder } from '#jobs'
import { HostedJobs, numbersTo, until } from './hosted-jobs.fixture.ts'

let jobs: HostedJobs

beforeEach(async () => {
  jobs = await HostedJobs.create()
})
afterEach(() => jobs.remove())

const slow = { timeout: 90_000 }

describe('a run', () => {
  test('comes to its end, is there once for each attempt, and is known to the next server', slow, async () => {
    const order = jobs.order(jobs.copyNumbers(1000, 100_000))
    await Promise.all([jobs.host.start(order), jobs.host.start(order)])
    expect(await jobs.ended()).toMatchObject({ attempt: 1, version: 1, state: 'finished', failure: null, report: { rowsOut: 1000 } })
    await jobs.host.start(order)
    expect(await jobs.copiedNumbers()).toEqual(numbersTo(1000))
    const before = await jobs.seen()
    await jobs.reopen()
    expect(await jobs.seen()).toEqual(before)
    await jobs.host.start(order)
    expect(await jobs.seen()).toEqual(before)
    expect(await jobs.logTexts()).toEqual([expect.stringContaining('attempt 1 began as process'), 'attempt 1 finished'])
    await jobs.host.forget('job')
    expect(await jobs.seen()).toBeNull()
  })

  test('of a script that is wrong fails with the place of what is wrong, and without secrets', slow, async () => {
    await jobs.host.start(
      jobs.order("SELECT 1;\nCREATE TEMPORARY TABLE t (x INT) WITH ('connector' = 'none', 'password' = 'hunter2');\nSELECT * FROM t"),
    )
    const { state, failure } = await jobs.ended()
    expect(state).toBe('failed')
    expect(failure).toMatchObject({ blame: 'user', position: { line: 3 } })
    expect(JSON.stringify([failure, await jobs.logTexts()])).not.toContain('hunter2')
  })

  test('cannot change what its host has decided', slow, async () => {
    await jobs.host.start(jobs.order(`SET 'execution.checkpointing.dir' = '/tmp/elsewhere';`))
    expect((await jobs.ended()).failure).toMatchObject({ code: 'QUERY_SETTING_FIXED', position: { line: 1 } })
    await jobs.host.start(jobs.order('SELECT 1', { attempt: 2, settings: { 'taskmanager.memory.managed.size': '1 tb' } }))
    expect((await jobs.ended()).failure).toMatchObject({ code: 'QUERY_SETTING_FIXED' })
    await jobs.host.start(jobs.order(jobs.copyNumbers(10, 10), { attempt: 3, parallelism: 500 }))
    expect((await jobs.ended()).failure).toMatchObject({ code: 'PROCESSES_WORKERS' })
  })

  test('that is killed has failed, and its next attempt goes on where it was', slow, async () => {
    const order = jobs.order(jobs.copyNumbers(60_000, 20_000))
    await jobs.host.start(order)
    await jobs.checkpointed()
    await expect(jobs.host.start({ ...order, attempt: 2 })).rejects.toMatchObject({ code: 'JOBS_RUN_IN_THE_WAY' })
    process.kill((await jobs.identity()).pid, 'SIGKILL')
    expect(await jobs.ended()).toMatchObject({ state: 'failed', failure: { code: 'PROCESSES_PROCESS_KILLED' } })
    await jobs.host.start({ ...order, attempt: 2 })
    expect(await jobs.ended()).toMatchObject({ attempt: 2, state: 'finished', report: { resumedFrom: { finished: false } } })
    expect(await jobs.copiedNumbers()).toEqual(numbersTo(60_000))
    // A late repetition of the first order does nothing.
    await jobs.host.start(order)
    expect(await jobs.seen()).toMatchObject({ attempt: 2, state: 'finished' })
  })

  test('is stopped after a last checkpoint, and goes on from there', slow, async () => {
    const order = jobs.order(jobs.copyNumbers(60_000, 20_000), { checkpointIntervalMs: 3_600_000 })
    await jobs.host.start(order)
    await jobs.seenWhen(({ report }) => (report?.rowsIn ?? 0) > 0)
    await jobs.host.stop('job', 7, 'checkpoint')
    expect(await jobs.seen()).toMatchObject({ state: 'running' })
    await jobs.host.stop('job', 1, 'checkpoint')
    await jobs.host.stop('job', 1, 'checkpoint')
    expect(await jobs.seen()).toMatchObject({ state: 'stopping' })
    expect(await jobs.ended()).toMatchObject({ state: 'stopped', failure: null })
    const before = (await jobs.copiedNumbers()).length
    expect(before).toBeGreaterThan(0)
    expect(before).toBeLessThan(60_000)
    await jobs.host.start({ ...order, attempt: 2 })
    await jobs.ended()
    expect(await jobs.copiedNumbers()).toEqual(numbersTo(60_000))
  })

  test('is stopped at once, without a checkpoint', slow, async () => {
    const order = jobs.order(jobs.copyNumbers(60_000, 20_000), { checkpointIntervalMs: 3_600_000 })
    await jobs.host.start(order)
    await jobs.seenWhen(({ report }) => (report?.rowsIn ?? 0) > 0)
    await jobs.host.stop('job', 1, 'now')
    expect(await jobs.ended()).toMatchObject({ state: 'stopped', failure: null })
    expect(await jobs.copiedNumbers()).toEqual([])
  })

  test('tells what its operators do', slow, async () => {
    await jobs.host.start(jobs.order(jobs.copyNumbers(1_000_000, 20_000)))
    await jobs.seenWhen(({ report }) => (report?.rowsIn ?? 0) > 0)
    const metrics = await jobs.host.measure('job')
    expect(metrics?.operators.map(({ kind }) => kind)).toEqual(['source', 'sink'])
    expect(await jobs.host.measure('other')).toBeNull()
  })

  test('ends with its server, after a last checkpoint', slow, async () => {
    const order = jobs.order(jobs.copyNumbers(60_000, 20_000), { checkpointIntervalMs: 3_600_000 })
    await jobs.host.start(order)
    await jobs.seenWhen(({ report }) => (report?.rowsIn ?? 0) > 0)
    await jobs.host.close()
    await expect(jobs.host.start({ ...order, attempt: 2 })).rejects.toMatchObject({ code: 'PROCESSES_HOST_CLOSED' })
    await jobs.reopen()
    expect(await jobs.seen()).toMatchObject({ state: 'stopped' })
    await jobs.host.start({ ...order, attempt: 2 })
    await jobs.ended()
    expect(await jobs.copiedNumbers()).toEqual(numbersTo(60_000))
  })
})

describe('savepoints', () => {
  test('are taken while the run goes on, and other runs start from them', slow, async () => {
    const order = jobs.order(jobs.copyNumbers(40_000, 20_000), { checkpointIntervalMs: 3_600_000 })
    await jobs.host.start(order)
    await jobs.seenWhen(({ report }) => (report?.rowsIn ?? 0) > 0)
    expect(await jobs.host.savepoint('job', 1, { savepointId: 'first', stops: false })).toEqual({ state: 'in-progress' })
    const sight = await jobs.savepoint(1, 'first', false)
    expect(sight).toMatchObject({ state: 'completed', bytes: expect.any(Number) })
    expect(await jobs.seen()).toMatchObject({ state: 'running' })
    await jobs.ended()
    expect(await jobs.copiedNumbers()).toEqual(numbersTo(40_000))
    await jobs.reopen()
    expect(await jobs.savepoint(1, 'first', false)).toEqual(sight)
    const place = 'place' in sight ? sight.place : ''
    await jobs.host.start({ ...order, attempt: 2, from: { kind: 'savepoint', place } })
    expect(await jobs.ended()).toMatchObject({ state: 'finished', report: { resumedFrom: { finished: false } } })
    const twice = await jobs.copiedNumbers()
    expect(twice.length).toBeGreaterThan(40_000)
    expect(twice.length).toBeLessThan(80_000)
    await jobs.host.removeSavepoint('job', 'first')
    await expect(access(place)).rejects.toThrow('ENOENT')
  })

  test.each<[string, (origin: NonNullable<RunOrder['origin']>) => Pick<RunOrder, 'from' | 'origin'>]>([
    ['names it', ({ from }) => ({ from })],
    ['goes on from what is newest', (origin) => ({ from: { kind: 'newest' }, origin })],
  ])('end the run where that is asked for, and the next one %s', slow, async (_, start) => {
    const order = jobs.order(jobs.copyNumbers(60_000, 20_000), { checkpointIntervalMs: 3_600_000 })
    await jobs.host.start(order)
    await jobs.seenWhen(({ report }) => (report?.rowsIn ?? 0) > 0)
    const sight = await jobs.savepoint(1, 'last', true)
    expect(sight.state).toBe('completed')
    expect(await jobs.ended()).toMatchObject({ state: 'stopped' })
    expect(await jobs.savepoint(1, 'last', true)).toEqual(sight)
    expect(await jobs.savepoint(1, 'later', true)).toMatchObject({ state: 'failed', failure: { code: 'PROCESSES_RUN_ABSENT' } })
    const origin = { attempt: 2, from: { kind: 'savepoint', place: 'place' in sight ? sight.place : '' } } as const
    await jobs.host.start({ ...order, attempt: 2, ...start(origin) })
    expect(await jobs.ended()).toMatchObject({ state: 'finished', failure: null, report: { resumedFrom: { finished: false } } })
    expect(await jobs.copiedNumbers()).toEqual(numbersTo(60_000))
    // A later start goes on with what came of it.
    await jobs.host.start({ ...order, attempt: 3, from: { kind: 'newest' }, origin })
    expect(await jobs.ended()).toMatchObject({ state: 'finished', failure: null, report: { resumedFrom: { finished: true } } })
  })

  test('are where a run begins whose predecessor died before it had a checkpoint of its own', slow, async () => {
    const order = jobs.order(jobs.copyNumbers(60_000, 20_000), { checkpointIntervalMs: 3_600_000 })
    await jobs.host.start(order)
    await jobs.seenWhen(({ report }) => (report?.rowsIn ?? 0) > 0)
    const sight = await jobs.savepoint(1, 'last', true)
    await jobs.ended()
    // As a start from the savepoint leaves it that has set the older state aside, and died.
    await rm(path.join(jobs.folder, 'data', 'jobs', 'job', 'checkpoints'), { recursive: true })
    const origin = { attempt: 2, from: { kind: 'savepoint', place: 'place' in sight ? sight.place : '' } } as const
    await jobs.host.start({ ...order, attempt: 3, from: { kind: 'newest' }, origin })
    await jobs.ended()
    expect(await jobs.copiedNumbers()).toEqual(numbersTo(60_000))
  })

  test('are not needed to begin anew', slow, async () => {
    const order = jobs.order(jobs.copyNumbers(1000, 100_000))
    await jobs.host.start(order)
    await jobs.ended()
    await jobs.host.start({ ...order, attempt: 2 })
    expect(await jobs.ended()).toMatchObject({ state: 'finished', report: { resumedFrom: { finished: true } } })
    await jobs.host.start({ ...order, attempt: 3, from: { kind: 'empty' } })
    expect(await jobs.ended()).toMatchObject({ state: 'finished', report: { resumedFrom: null } })
    expect((await jobs.copiedNumbers()).length).toBe(2000)
    await access(path.join(jobs.folder, 'data', 'jobs', 'job', 'set-aside', '3', 'statement-1'))
  })
})

describe('a function of a user', () => {
  const using = (file: string): string => `
CREATE FUNCTION f AS '${file}#f' LANGUAGE TYPESCRIPT;
CREATE TABLE numbers (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000');
CREATE TABLE nowhere (n INT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT f(n) FROM numbers;`
  const evaluating = (body: string): string => `export const f = { parameters: ['INT'], returns: 'INT', evaluate: (n) => { ${body} } }`

  test('that never returns ends when its run is stopped', slow, async () => {
    await jobs.host.start(jobs.order(using(await jobs.file('f.ts', evaluating('for (;;) {}')))))
    await jobs.seenWhen(({ state }) => state === 'running')
    await sleep(1000)
    await jobs.host.stop('job', 1, 'checkpoint')
    expect(await jobs.ended()).toMatchObject({ state: 'failed', failure: { code: 'ENGINE_FUNCTION_STUCK' } })
  })

  test('that keeps the whole process to itself is ended by force', slow, async () => {
    // An order that comes before the loop begins is followed.
    const loop = async (): Promise<string> => {
      const mark = JSON.stringify(path.join(jobs.folder, 'mark'))
      return jobs.file('f.ts', `import { writeFileSync } from 'node:fs'; writeFileSync(${mark}, ''); for (;;) {}`)
    }
    const begun = (): Promise<true | null> =>
      access(path.join(jobs.folder, 'mark')).then(
        () => true,
        () => null,
      )
    await jobs.host.start(jobs.order(using(await loop())))
    await until(begun)
    await jobs.host.stop('job', 1, 'now')
    expect(await jobs.ended()).toMatchObject({ state: 'stopped' })
    await jobs.remove()
    jobs = await HostedJobs.create({ patience: { checkpointMs: 500, terminatedMs: 500 } })
    await jobs.host.start(jobs.order(using(await loop())))
    await until(begun)
    await jobs.host.stop('job', 1, 'checkpoint')
    expect(await jobs.ended()).toMatchObject({ state: 'failed', failure: { code: 'PROCESSES_PROCESS_STUCK' } })
  })

  test('that needs too much memory ends its run alone, which says so', slow, async () => {
    const leak = 'const kept = []; for (;;) kept.push({ a: [1, 2, 3] });'
    await jobs.host.start(jobs.order(using(await jobs.file('load.ts', leak)), { jobId: 'at-load' }))
    expect((await jobs.ended('at-load')).failure).toMatchObject({ code: 'PROCESSES_MEMORY_EXHAUSTED', blame: 'user' })
    await jobs.host.start(jobs.order(using(await jobs.file('call.ts', evaluating(leak))), { jobId: 'at-call' }))
    expect((await jobs.ended('at-call')).failure).toMatchObject({ code: 'ENGINE_FUNCTION_FATAL' })
    const outside = 'export const kept = []; setInterval(() => kept.push(Buffer.alloc(50_000_000, 1)), 20);'
    const file = await jobs.file('outside.ts', `${outside}\n${evaluating('return n')}`)
    await jobs.host.start(jobs.order(using(file), { jobId: 'outside' }))
    expect((await jobs.ended('outside')).failure).toMatchObject({ code: 'PROCESSES_MEMORY_EXHAUSTED' })
  })

  test('that ends its program, or breaks it, is told', slow, async () => {
    await jobs.host.start(jobs.order(using(await jobs.file('exit.ts', `process.exit(3)\n${evaluating('return n')}`)), { jobId: 'exit' }))
    expect((await jobs.ended('exit')).failure).toMatchObject({
      code: 'PROCESSES_PROCESS_ENDED',
      message: expect.stringContaining('status 3'),
    })
    const late = `setTimeout(() => { throw new Error('too late') }, 100)\n${evaluating('return n')}`
    await jobs.host.start(jobs.order(using(await jobs.file('late.ts', late)), { jobId: 'late' }))
    expect((await jobs.ended('late')).failure).toMatchObject({ code: 'BASE_UNEXPECTED', message: expect.stringContaining('too late') })
    const liar = `process.send({ kind: 'told', run: 'none' })\n${evaluating('return n')}`
    await jobs.host.start(jobs.order(using(await jobs.file('liar.ts', liar)), { jobId: 'liar' }))
    expect((await jobs.ended('liar')).failure).toMatchObject({ code: 'PROCESSES_PROTOCOL_BROKEN' })
  })
})

test('a job that prints megabytes a second costs a bounded log', slow, async () => {
  await jobs.remove()
  jobs = await HostedJobs.create({ logLimits: { fileBytes: 100_000, files: 3 } })
  const script = `
CREATE TABLE numbers (n INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000');
CREATE TABLE printed (n INT, text STRING) WITH ('connector' = 'print');
INSERT INTO printed SELECT n, REPEAT('x', 20000) FROM numbers;`
  await jobs.host.start(jobs.order(script))
  const log = await jobs.host.log('job')
  await until(async () => ((await log.read({ limit: 1, search: 'left out' })).lines.length > 0 ? true : null))
  const [line] = (await log.read({ limit: 1, search: 'xxxx' })).lines
  expect(line).toMatchObject({ jobId: 'job', source: 'job', level: 'info', text: expect.stringContaining('more characters') })
  expect(line?.text.length).toBeLessThan(17_000)
  expect((await log.read({ limit: 1_000_000 })).lines.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(400_000)
  expect(await jobs.seen()).toMatchObject({ state: 'running' })
  await jobs.host.stop('job', 1, 'now')
  await jobs.ended()
})

test('names that lead elsewhere are refused', async () => {
  for (const jobId of ['..', '../other', 'a/b', '', '.hidden', 'x'.repeat(200), 'nul\u0000', 'a\nb']) {
    const refusal = { code: 'PROCESSES_NAME' }
    await expect(jobs.host.start(jobs.order('SELECT 1', { jobId }))).rejects.toMatchObject(refusal)
    await expect(jobs.host.stop(jobId, 1, 'now')).rejects.toMatchObject(refusal)
    await expect(jobs.host.remove(jobId)).rejects.toMatchObject(refusal)
    await expect(jobs.host.log(jobId)).rejects.toMatchObject(refusal)
    await expect(jobs.host.savepoint('job', 1, { savepointId: jobId, stops: false })).rejects.toMatchObject(refusal)
    await expect(jobs.host.removeSavepoint('job', jobId)).rejects.toMatchObject(refusal)
    expect((await jobs.host.observe([jobId])).get(jobId)).toMatchObject({ kind: 'absent' })
    expect(await jobs.host.measure(jobId)).toBeNull()
  }
})
