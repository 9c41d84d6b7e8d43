/** The tests of cases/ that expect rows, each run by three workers that take turns, half of them without memory for state: the answer is the one of a single worker. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemClock } from '#base'
import { openBlobs } from '#blobs'
import { localTestWorld } from '#cli'
import { localHost } from '#engines'
import { parseTestFile, runTest, type TestFile } from '#sqltest'
import { Dice } from '../oracle/random-query.ts'

const folder = path.join(import.meta.dirname, 'cases')
const names = readdirSync(folder).filter((name) => name.endsWith('.sqltest'))

const files = names.flatMap((name) => {
  const file = parseTestFile(name, readFileSync(path.join(folder, name), 'utf8'))
  const cases = file.tests.filter(({ gap, steps, tables }) => gap === null && steps.every(isComparable) && tables.every(hasNoRestart))
  return cases.length === 0 ? [] : [{ name, file, cases }]
})

describe.each(files)('$name', ({ file, cases }) => {
  test.each(cases.map((each) => [each.name, each] as const))('%s', { timeout: 60_000 }, async (_name, each) => {
    const dice = new Dice(each.line)
    const host = localHost({
      clock: systemClock,
      openBlobs,
      random: () => dice.below(1 << 20) / (1 << 20),
      waitingBytesMax: 64,
      dividesInputs: false,
    })
    const settings = { 'parallelism.default': '3', 'taskmanager.memory.managed.size': each.line % 2 === 0 ? '0' : '' }
    const { failures } = await runTest(file, each, { ...localTestWorld, workers: host, settings }, new AbortController().signal)
    expect(failures).toEqual([])
  })
})

/** The order of changes among keys is anybody's, and so is what is listed in the order of rows of several keys. */
function isComparable({ expectation, sql }: TestFile['tests'][number]['steps'][number]): boolean {
  if (expectation?.kind === 'rows in order' && !sql.includes('ORDER BY')) return false
  return (
    expectation?.kind !== 'changelog' && !/(?:LISTAGG|ARRAY_AGG|JSON_ARRAYAGG|FIRST_VALUE|LAST_VALUE)\([^)]*\).*FROM \(SELECT/.test(sql)
  )
}

function hasNoRestart({ restarts }: TestFile['tests'][number]['tables'][number]): boolean {
  return restarts.length === 0
}
