/**
 * The corpus of test/conformance on a real Flink: every answer is the same, but where a test says why it is not. With UPDATE=1 what was found
 * is written to docs/engines.md.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { localTestWorld } from '#cli'
import { RemoteSession } from '#query'
import { parseTestFile, runTest, type TestResult, type TestWorld } from '#sqltest'
import { type Asked, renderEnginesPage } from './engines-page.fixture.ts'
import { type FlinkServer, flinkVersion, startFlinkServer } from './flink-server.fixture.ts'

const folder = path.join(import.meta.dirname, '../conformance/cases')
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.sqltest'))
  .map((name) => parseTestFile(name, readFileSync(path.join(folder, name), 'utf8')))
/** Jobs that the cluster runs at a time. */
const atATime = 3

let flink: FlinkServer
let world: TestWorld
const asked = new Map<TestResult['test'], Asked>()
const page = path.join(import.meta.dirname, '../../docs/engines.md')

beforeAll(async () => {
  flink = await startFlinkServer(4 * atATime)
  const openRemote = (settings: Readonly<Record<string, string>>): Promise<RemoteSession> =>
    RemoteSession.open({ url: flink.gatewayUrl, headers: {} }, settings)
  world = { ...localTestWorld, runMsMax: 120_000, openRemote }
}, 300_000)
afterAll(() => flink.remove())

test.each(files.map((file) => [file.name, file] as const))('%s', { timeout: 600_000 }, async (_name, file) => {
  const waiting = [...file.tests]
  const failures: string[] = []
  const work = async (): Promise<void> => {
    for (let each = waiting.shift(); each !== undefined; each = waiting.shift()) {
      const result = await runTest(file, each, world, new AbortController().signal)
      asked.set(each, { file: file.name, result })
      failures.push(...result.failures)
    }
  }
  await Promise.all(Array.from({ length: atATime }, work))
  expect(failures.join('\n\n')).toBe('')
})

test('docs/engines.md says what was found', () => {
  const found = files.flatMap(({ tests }) => tests.flatMap((each) => asked.get(each) ?? []))
  const text = renderEnginesPage(found, flinkVersion)
  if (process.env['UPDATE'] === '1') writeFileSync(page, text)
  expect(readFileSync(page, 'utf8')).toBe(text)
})
