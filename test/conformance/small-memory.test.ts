/** The tests of cases/ that expect rows, each run with no memory for state: the answer is the one of a run that has enough. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { localTestWorld } from '#cli'
import { parseTestFile, runTest, type TestFile } from '#sqltest'

const folder = path.join(import.meta.dirname, 'cases')
const names = readdirSync(folder).filter((name) => name.endsWith('.sqltest'))

const files = names.flatMap((name) => {
  const file = parseTestFile(name, readFileSync(path.join(folder, name), 'utf8'))
  const cases = file.tests.filter(({ gap, steps }) => gap === null && steps.every(isComparable))
  return cases.length === 0 ? [] : [{ name, file, cases }]
})

describe.each(files)('$name', ({ file, cases }) => {
  test.each(cases.map((each) => [each.name, each] as const))('%s', { timeout: 60_000 }, async (_name, each) => {
    const world = { ...localTestWorld, settings: { 'taskmanager.memory.managed.size': '0' } }
    const { failures } = await runTest(file, each, world, new AbortController().signal)
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
