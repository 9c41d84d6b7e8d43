/** Functions that a program defines in its code, where several workers have threads of their own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '#base'
import { MemoryCatalog } from '#catalog'
import { rowsOf, type Schema } from '#data'
import { EmbeddedEngine } from '#engines'
import { QuerySession, UserFunctions } from '#query'
import { threadHost } from '#threads'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'millrace-code-'))
  writeFileSync(
    path.join(folder, 'functions.ts'),
    `import { isMainThread } from 'node:worker_threads'
export const place = { parameters: ['INT'], returns: 'STRING', evaluate: () => (isMainThread ? 'here' : 'in a thread') }
`,
  )
  // Threads load the sources as they are.
  writeFileSync(
    path.join(folder, 'thread.mjs'),
    `await import(${JSON.stringify(pathToFileURL(path.resolve('src/worker-thread.ts')).href)})\n`,
  )
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const here = { parameters: ['INT'], returns: 'STRING', evaluate: () => 'here' } as const

async function run(workers: number, from?: { readonly file: string; readonly export: string }): Promise<readonly (readonly unknown[])[]> {
  const functions = new UserFunctions((file) => import(pathToFileURL(file).href))
  const catalog = new MemoryCatalog()
  catalog.createFunction(functions.define(['', '', 'place'], here, from), { whenThere: 'fail', system: true })
  const engine = new EmbeddedEngine({
    clock: systemClock,
    workers: threadHost(pathToFileURL(path.join(folder, 'thread.mjs')), { isWatched: false }),
    userFunction: (user) => functions.callable(user),
  })
  const loadFunction: UserFunctions['load'] = (definition) => functions.load(definition)
  const settings = { 'parallelism.default': String(workers) }
  const session = new QuerySession({ createCatalog: () => catalog, engine, settings, clock: systemClock, loadFunction })
  const rows: (readonly unknown[])[] = []
  let schema: Schema = []
  await session.run(
    'SELECT place(x) FROM (VALUES (1), (2)) AS t (x)',
    {
      opened: (opened) => {
        schema = opened.schema
      },
      changes: (batch) => void rows.push(...rowsOf(batch, schema)),
    },
    AbortSignal.timeout(50_000),
  )
  return rows
}

test('one worker calls them in the thread of the program', async () => {
  expect(await run(1)).toEqual([['here'], ['here']])
})

test('several workers cannot, which is said before anything runs', async () => {
  await expect(run(2)).rejects.toMatchObject({
    code: 'ENGINE_FUNCTION_IN_CODE',
    message: 'function "place" is known to this process alone, and several workers cannot call it',
    position: { line: 1 },
  })
})

test.each([1, 2])('%i workers load those that a file exports', { timeout: 60_000 }, async (workers) => {
  expect(await run(workers, { file: path.join(folder, 'functions.ts'), export: 'place' })).toEqual([['in a thread'], ['in a thread']])
})
