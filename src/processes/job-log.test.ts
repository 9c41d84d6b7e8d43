import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { JobLog, type LogEntry, type LogLine, type LogQuery } from './job-log.ts'

let folder: string
const clock = { ms: 0, nowMs: () => clock.ms++, monotonicMs: () => 0 }

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'millrace-log-'))
})
afterEach(() => rm(folder, { recursive: true }))

const entry = (text: string, more: Partial<LogEntry> = {}): LogEntry => ({
  version: 1,
  attempt: 2,
  level: 'info',
  source: 'job',
  text,
  ...more,
})
const logOf = (limits = { fileBytes: 1000, files: 3 }): JobLog => new JobLog(path.join(folder, 'logs'), 'job', clock, limits)
const texts = async (log: JobLog, query: Partial<LogQuery> = {}): Promise<string[]> =>
  (await log.read({ limit: 100, ...query })).lines.map(({ text }) => text)

test('lines are read newest first, page by page, and oldest first after a line', async () => {
  const log = logOf({ fileBytes: 200, files: 100 })
  for (let n = 0; n < 10; n++) log.append(entry(`line ${n}`))
  const first = await log.read({ limit: 4 })
  expect(first.lines.map(({ text }) => text)).toEqual(['line 9', 'line 8', 'line 7', 'line 6'])
  const second = await log.read({ limit: 6, before: first.next ?? '' })
  expect(second.lines.map(({ text }) => text)).toEqual(['line 5', 'line 4', 'line 3', 'line 2', 'line 1', 'line 0'])
  expect(second.next).toBeNull()
  const after = await log.read({ limit: 2, after: first.lines[3]?.cursor ?? '' })
  expect(after.lines.map(({ text }) => text)).toEqual(['line 7', 'line 8'])
  expect(await texts(log, { after: after.next ?? '' })).toEqual(['line 9'])
  expect(first.lines[0]).toMatchObject({ jobId: 'job', version: 1, attempt: 2, level: 'info', source: 'job' })
})

test('lines are found by a part of their text and by how grave they are', async () => {
  const log = logOf()
  log.append(entry('All is Well'))
  log.append(entry('not so well', { level: 'warning' }))
  log.append(entry('lost', { level: 'error', source: 'engine' }))
  expect(await texts(log, { search: 'WELL' })).toEqual(['not so well', 'All is Well'])
  expect(await texts(log, { level: 'warning' })).toEqual(['lost', 'not so well'])
  expect(await texts(log, { level: 'error', search: 'well' })).toEqual([])
})

test('the oldest files go', async () => {
  const log = logOf()
  for (let n = 0; n < 100; n++) log.append(entry(`line ${n} ${'x'.repeat(50)}`))
  await log.flush()
  expect(await readdir(path.join(folder, 'logs'))).toHaveLength(3)
  const kept = await texts(log)
  expect(kept[0]).toContain('line 99')
  expect(kept.length).toBeLessThan(30)
  // Who reads on from a line that is gone gets what is left.
  expect(await texts(log, { after: '1-0' })).toEqual(kept.toReversed())
})

test('the next server goes on with the log, also where a line was cut off', async () => {
  const log = logOf()
  log.append(entry('one'))
  await log.flush()
  const next = logOf()
  next.append(entry('two'))
  expect(await texts(next)).toEqual(['two', 'one'])
  await appendFile(path.join(folder, 'logs', '00000001.log'), '{"at":1,"text":"thr')
  const last = logOf()
  last.append(entry('four'))
  expect(await texts(last)).toEqual(['four', 'two', 'one'])
})

test('who follows gets every line with the cursor that reading gives it', async () => {
  const log = logOf({ fileBytes: 200, files: 100 })
  log.append(entry('before'))
  const followed: LogLine[] = []
  const stop = log.follow((line) => followed.push(line))
  for (const text of ['one', 'zwei ü', 'three']) log.append(entry(text))
  stop()
  log.append(entry('after'))
  const { lines } = await log.read({ limit: 3, before: (await log.read({ limit: 1 })).next ?? '' })
  expect(followed).toEqual(lines.toReversed())
})

test('a place that is none is refused', async () => {
  const log = logOf()
  for (const cursor of ['', 'x', '1', '1-', '-1-2', '1-2-3', '../1-2'])
    await expect(log.read({ limit: 1, before: cursor })).rejects.toMatchObject({ code: 'PROCESSES_LOG_CURSOR' })
})
