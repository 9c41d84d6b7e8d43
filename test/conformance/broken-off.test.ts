/**
 * The tests of cases/, each broken off after every batch of its inputs: the answer is the one of a run that was never disturbed. With
 * THOROUGH=1 all of them, without it those of two files.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { localTestWorld } from '#cli'
import { parseTestFile, runTest, type TestFile } from '#sqltest'

const folder = path.join(import.meta.dirname, 'cases')
const all = readdirSync(folder).filter((name) => name.endsWith('.sqltest'))
const names = process.env['THOROUGH'] === '1' ? all : ['aggregates-and-joins.sqltest', 'windows.sqltest']

describe.each(names)('%s', (name) => {
  const file = parseTestFile(name, readFileSync(path.join(folder, name), 'utf8'))
  const cases = file.tests.filter(({ gap, tables }) => gap === null && tables.length > 0).map(brokenOff)

  test('answers as if nothing had happened', { timeout: 120_000 }, async () => {
    for (const each of cases) {
      const { failures } = await runTest(file, each, localTestWorld, new AbortController().signal)
      // Some tests have tables that they do not read to the end.
      expect(failures.filter((failure) => !failure.includes('the restart did not come'))).toEqual([])
    }
  })
})

function brokenOff(each: TestFile['tests'][number]): TestFile['tests'][number] {
  const tables = each.tables.map((table) => {
    let afterRows = 0
    const restarts = table.batches.flatMap(({ length }) => {
      afterRows += length
      return length === 0 ? [] : [{ line: table.line, table: table.name, afterRows, rereads: true }]
    })
    return { ...table, restarts }
  })
  return { ...each, tables }
}
